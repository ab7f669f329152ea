//! The packages for three targets, each exactly as the documented `wasm-pack build` leaves it; and the npm package, which is made of the web's
//! as the same command builds it with file formats.
//!
//! Of the web's there is a second way, for those who only want to see the page: `xtask/web-package` makes the same bytes, and wasm-pack
//! and the wasm-bindgen command line, minutes of compiling, are not needed.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};
use crate::process::{program_in, run};
use crate::{applications, fresh, npm, project, sizes, tools};

/// Whom a package is for.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    /// Pages without a bundler, and bundlers that take a URL for the wasm.
    Web,
    /// Bundlers that import wasm as a module.
    Bundler,
    /// Node.js.
    Nodejs,
    /// The npm package and the page: the web's, with file formats.
    Npm,
}

impl Target {
    pub(crate) const ALL: [Self; 4] = [Self::Web, Self::Bundler, Self::Nodejs, Self::Npm];

    pub(crate) fn parse(name: &str) -> Outcome<Self> {
        let found = Self::ALL.into_iter().find(|target| target.name() == name);
        found.ok_or_else(|| {
            Failure::new(format!("there is no target `{name}`: it is web, bundler, nodejs or npm"))
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Bundler => "bundler",
            Self::Nodejs => "nodejs",
            Self::Npm => "npm",
        }
    }

    /// What wasm-pack calls it.
    fn wasm_pack_target(self) -> &'static str {
        match self {
            Self::Npm => Self::Web.name(),
            other => other.name(),
        }
    }

    /// The crate's features that it is built with.
    fn features(self) -> &'static str {
        match self {
            Self::Npm => "wasm,interop",
            _ => "wasm",
        }
    }

    /// Where the package goes, from the root of the checkout.
    pub(crate) fn directory(self) -> &'static str {
        match self {
            Self::Web => "pkg",
            Self::Bundler => "target/pkg-bundler",
            Self::Nodejs => "target/pkg-nodejs",
            Self::Npm => "target/pkg-npm",
        }
    }
}

/// Builds the packages that are not up to date, and prints what those for the web weigh.
pub(crate) fn pack(targets: &[Target]) -> Outcome {
    build(targets)?;
    for target in targets.iter().filter(|target| matches!(target, Target::Web | Target::Npm)) {
        println!("{}", sizes::measure(*target)?);
    }
    Ok(())
}

/// Builds everything and packs the npm package of it: `target/npm/entrenar-<version>.tgz`.
pub(crate) fn pack_for_npm() -> Outcome {
    pack(&Target::ALL)?;
    build_for_npm()
}

/// Packs the npm package of the wasm package and the dashboard, unless it is up to date.
pub(crate) fn build_for_npm() -> Outcome {
    build(&[Target::Npm])?;
    let stamp = project::stamps().join("pack-npm");
    if fresh::remembered(&stamp) == Some(npm_state()?) {
        println!("target/npm/ is up to date");
        return Ok(());
    }
    for directory in [project::www(), project::npm_package()] {
        npm::ensure_packages(&directory)?;
    }
    run(&mut npm::script(&project::www(), "build-element", &[]))?;
    run(&mut npm::script(&project::npm_package(), "build", &[]))?;
    fresh::remember(&stamp, &npm_state()?)
}

fn npm_state() -> Outcome<String> {
    let inputs = [
        Target::Npm.directory(),
        "npm/build.mjs",
        "npm/src",
        "npm/package-lock.json",
        "www/src",
        "www/package-lock.json",
    ]
    .into_iter()
    .chain([
        "www/vite.package.config.ts",
        "README.md",
        "CHANGELOG.md",
        "LICENSE",
        "src/wasm/js/entrenar.d.ts",
        "src/wasm/js/curve.d.ts",
        "src/wasm/js/interop.d.ts",
        "src/wasm/js/mlflow.d.ts",
    ])
    .map(|path| project::root().join(path))
    .collect::<Vec<_>>();
    let output = project::root().join("target/npm/package");
    let packed = if output.is_dir() { fresh::fingerprint(&[output])? } else { String::new() };
    Ok(format!("{} {packed}", fresh::fingerprint(&inputs)?))
}

/// Builds the packages that are not up to date.
pub(crate) fn build(targets: &[Target]) -> Outcome {
    // First what has to be there already, then what takes minutes.
    npm::ensure_node()?;
    tools::ensure_wasm_tools()?;
    targets.iter().try_for_each(|target| build_one(*target))
}

fn build_one(target: Target) -> Outcome {
    let stamp = project::stamps().join(format!("pack-{}", target.name()));
    // The output is part of it: a package of another target in the same place, or a lost file, is not up to date.
    if fresh::remembered(&stamp) == Some(state(target)?) {
        println!("{}/ is up to date", target.directory());
        return Ok(());
    }
    let root = project::root();
    // What an earlier build left would be packed too.
    let _ = fs::remove_dir_all(root.join(target.directory()));
    // The feature comes last: wasm-pack passes the rest of the line on to cargo.
    run(&mut program_in(
        &root,
        "wasm-pack",
        &[
            "build",
            "--target",
            target.wasm_pack_target(),
            "--out-dir",
            target.directory(),
            "--features",
            target.features(),
        ],
    ))?;
    if matches!(target, Target::Nodejs) {
        name_snippets_modules(&root.join(target.directory()))?;
    }
    fresh::remember(&stamp, &state(target)?)
}

/// The package for Node.js is of `CommonJS`, and its snippets are modules: said so, or Node.js warns of each that it finds out by itself.
fn name_snippets_modules(package: &Path) -> Outcome {
    let file = package.join("snippets/package.json");
    fs::write(&file, "{ \"type\": \"module\" }\n")
        .map_err(|error| Failure::new(format!("cannot write {}: {error}", file.display())))
}

/// Builds a package for the web without wasm-pack, unless there is one that is up to date, whichever way it was made.
pub(crate) fn build_without_wasm_pack(target: Target) -> Outcome {
    let stamps = ["pack", "page"].map(|way| project::stamps().join(format!("{way}-{}", target.name())));
    let up_to_date = Some(state(target)?);
    if stamps.iter().any(|stamp| fresh::remembered(stamp) == up_to_date) {
        println!("{}/ is up to date", target.directory());
        return Ok(());
    }
    make_web_package(target, &project::root().join(target.directory()))?;
    fresh::remember(&stamps[1], &state(target)?)
}

/// Fails unless both ways to the web package lead to the same files.
pub(crate) fn check_same_either_way() -> Outcome {
    let (with, without) =
        (project::root().join(Target::Web.directory()), project::root().join("target/pkg-without-wasm-pack"));
    make_web_package(Target::Web, &without)?;
    let different = fresh::differences(&with, &without)
        .map_err(|error| Failure::new(format!("cannot compare the two web packages: {error}")))?;
    if different.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "wasm-pack and xtask/web-package make different packages: {}",
        different.iter().map(|path| path.to_string_lossy()).collect::<Vec<_>>().join(", ")
    )))
}

fn make_web_package(target: Target, directory: &Path) -> Outcome {
    tools::ensure_wasm_target()?;
    let root = project::root();
    // As wasm-pack has it compiled: what one of them compiled, the other need not.
    run(program_in(&root, "cargo", &["build", "--lib", "--release", "--features", target.features()])
        .args(["--target", tools::WASM_TARGET]))?;
    let _ = fs::remove_dir_all(directory);
    let compiled = root.join("target").join(tools::WASM_TARGET).join("release/entrenar.wasm");
    run(program_in(&root, "cargo", &["run", "--quiet", "--package", "web-package", "--"])
        .arg(compiled)
        .arg(directory))
}

/// Builds the programs in Rust that the tests in the browser look at: one that panics, to `target/panicking`, the example in Rust, to
/// `target/train`, and the one with leptos.
pub(crate) fn build_examples() -> Outcome {
    let root = project::root();
    for name in ["panicking", "train"] {
        let mut compile = program_in(&root, "cargo", &["build", "--example", name, "--features", "wasm"]);
        run(compile.args(["--target", tools::WASM_TARGET]))?;
        let compiled = format!("target/{}/debug/examples/{name}.wasm", tools::WASM_TARGET);
        bind(&compiled, &format!("target/{name}"))?;
    }
    applications::build_leptos()
}

/// What a page imports of a compiled program.
pub(crate) fn bind(compiled: &str, directory: &str) -> Outcome {
    let arguments = ["--target", "web", "--out-dir", directory, compiled];
    run(&mut program_in(&project::root(), "wasm-bindgen", &arguments))
}

fn state(target: Target) -> Outcome<String> {
    let root = project::root();
    let inside = |paths: &[&str]| paths.iter().map(|path| root.join(path)).collect::<Vec<PathBuf>>();
    let inputs =
        fresh::fingerprint(&inside(&["src", "Cargo.toml", "Cargo.lock", ".cargo", "README.md", "LICENSE"]))?;
    let outputs = fresh::fingerprint(&inside(&[target.directory()]))?;
    Ok(format!("{inputs} {outputs}"))
}
