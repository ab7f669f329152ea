//! The npm package for its three targets.
//!
//! Each is first built with the command that the documentation gives, in a place of its own; the one that ships takes from there what
//! wasm-pack writes about a package, and has wasm and glue made smaller.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};
use crate::process::{program_in, run};
use crate::{fresh, npm, project, sizes, small_build, tools};

/// Whom a package is for.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    /// Pages without a bundler, and bundlers that take a URL for the wasm.
    Web,
    /// Bundlers that import wasm as a module.
    Bundler,
    /// Node.js.
    Nodejs,
}

impl Target {
    pub(crate) const ALL: [Self; 3] = [Self::Web, Self::Bundler, Self::Nodejs];

    pub(crate) fn parse(name: &str) -> Outcome<Self> {
        let found = Self::ALL.into_iter().find(|target| target.name() == name);
        found
            .ok_or_else(|| Failure::new(format!("there is no target `{name}`: it is web, bundler or nodejs")))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Bundler => "bundler",
            Self::Nodejs => "nodejs",
        }
    }

    /// Where the package that ships goes, from the root of the checkout.
    pub(crate) fn directory(self) -> &'static str {
        match self {
            Self::Web => "pkg",
            Self::Bundler => "target/pkg-bundler",
            Self::Nodejs => "target/pkg-nodejs",
        }
    }

    /// Where the package goes that the documented command builds.
    pub(crate) fn as_documented(self) -> &'static str {
        match self {
            Self::Web => "target/wasm-pack/web",
            Self::Bundler => "target/wasm-pack/bundler",
            Self::Nodejs => "target/wasm-pack/nodejs",
        }
    }
}

/// Builds the packages that are not up to date, and prints what the web package weighs.
pub(crate) fn pack(targets: &[Target]) -> Outcome {
    build(targets)?;
    if targets.iter().any(|target| matches!(target, Target::Web)) {
        println!("{}", sizes::measure(&project::root().join(Target::Web.directory()))?);
    }
    Ok(())
}

/// Builds the packages that are not up to date.
pub(crate) fn build(targets: &[Target]) -> Outcome {
    // First what has to be there already, then what takes minutes.
    npm::ensure_packages(&project::shrink())?;
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
    build_as_documented(target)?;
    ship(target)?;
    fresh::remember(&stamp, &state(target)?)
}

fn build_as_documented(target: Target) -> Outcome {
    let root = project::root();
    empty(&root.join(target.as_documented()))?;
    // The feature comes last: wasm-pack passes the rest of the line on to cargo.
    run(&mut program_in(
        &root,
        "wasm-pack",
        &["build", "--target", target.name(), "--out-dir", target.as_documented(), "--features", "wasm"],
    ))
}

fn ship(target: Target) -> Outcome {
    let root = project::root();
    let (documented, shipped) = (root.join(target.as_documented()), root.join(target.directory()));
    empty(&shipped)?;
    for name in ["package.json", "README.md", "LICENSE"] {
        fs::copy(documented.join(name), shipped.join(name)).map_err(|error| {
            Failure::new(format!("cannot copy {name} from {}: {error}", documented.display()))
        })?;
    }
    run(program_in(&root, "wasm-bindgen", &["--target", target.name(), "--out-dir", target.directory()])
        .arg(small_build::compile()?))?;
    let order = "target/small/order.json";
    run(&mut program_in(&root, "node", &["xtask/shrink/shrink.mjs", target.directory(), order]))
}

/// A directory with nothing in it: what an earlier build left would ship too.
fn empty(directory: &Path) -> Outcome {
    let _ = fs::remove_dir_all(directory);
    fs::create_dir_all(directory)
        .map_err(|error| Failure::new(format!("cannot create {}: {error}", directory.display())))
}

fn state(target: Target) -> Outcome<String> {
    let root = project::root();
    let inside = |paths: &[&str]| paths.iter().map(|path| root.join(path)).collect::<Vec<PathBuf>>();
    let inputs = fresh::fingerprint(&inside(&[
        "src",
        "Cargo.toml",
        "Cargo.lock",
        ".cargo",
        "README.md",
        "LICENSE",
        "xtask/src/small_build.rs",
        "xtask/shrink/shrink.mjs",
        "xtask/shrink/module.mjs",
        "xtask/shrink/order.mjs",
        "xtask/shrink/package-lock.json",
    ]))?;
    let outputs = fresh::fingerprint(&inside(&[target.directory(), target.as_documented()]))?;
    Ok(format!("{inputs} {outputs} std {}", small_build::can_build_std()))
}
