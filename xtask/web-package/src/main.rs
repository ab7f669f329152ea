//! Makes the npm package for the web of a compiled module, byte for byte as `wasm-pack build --target web` does.
//!
//! `cargo xtask serve` runs it: compiling wasm-bindgen as a library takes a part of the time that wasm-pack and the wasm-bindgen command
//! line take, and serving a page needs neither.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use serde::{Deserialize, Serialize};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [wasm, package] = arguments.as_slice() else {
        eprintln!("usage: web-package <compiled .wasm> <directory of the package>");
        return ExitCode::FAILURE;
    };
    match make(wasm, package) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: cannot make {} of {}: {error}", package.display(), wasm.display());
            ExitCode::FAILURE
        }
    }
}

/// The bindings, and what npm wants to know; run in the root of the crate.
fn make(wasm: &Path, package: &Path) -> Result<(), Box<dyn Error>> {
    let mut bindgen = Bindgen::new();
    // The command line's defaults, where the library has others.
    bindgen.input_path(wasm).web(true)?.typescript(true).omit_default_module_path(false);
    bindgen.generate(package)?;
    for name in ["README.md", "LICENSE"] {
        fs::copy(name, package.join(name))?;
    }
    let manifest = PackageJson::of(this_crate()?, package.join("snippets").exists());
    fs::write(package.join("package.json"), serde_json::to_string_pretty(&manifest)? + "\n")?;
    fs::write(package.join(".gitignore"), "*")?;
    Ok(())
}

/// What `Cargo.toml` says of the crate.
#[derive(Deserialize)]
struct Crate {
    name: String,
    version: String,
    description: Option<String>,
    license: Option<String>,
    keywords: Vec<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Crate>,
}

fn this_crate() -> Result<Crate, Box<dyn Error>> {
    let output = Command::new("cargo").args(["metadata", "--no-deps", "--format-version", "1"]).output()?;
    let Metadata { packages } = serde_json::from_slice(&output.stdout)?;
    let found = packages.into_iter().find(|package| package.name == "entrenar");
    found.ok_or_else(|| "cargo metadata names no crate `entrenar`".into())
}

/// `package.json`, with its fields in the order in which wasm-pack writes them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PackageJson {
    name: String,
    r#type: &'static str,
    description: Option<String>,
    version: String,
    license: Option<String>,
    files: Vec<String>,
    main: String,
    types: String,
    side_effects: Vec<&'static str>,
    keywords: Vec<String>,
}

impl PackageJson {
    fn of(this: Crate, has_snippets: bool) -> Self {
        let Crate { name, version, description, license, keywords } = this;
        let (main, types) = (format!("{name}.js"), format!("{name}.d.ts"));
        let mut files = vec![format!("{name}_bg.wasm"), main.clone(), types.clone()];
        files.extend(has_snippets.then(|| "snippets".to_owned()));
        let side_effects = vec!["./snippets/*"];
        Self {
            name,
            r#type: "module",
            description,
            version,
            license,
            files,
            main,
            types,
            side_effects,
            keywords,
        }
    }
}
