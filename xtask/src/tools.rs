//! The Rust side's tools: asked for before use, installed when missing. The second time this costs a few `--version` calls.
//!
//! Everything is built from the registries; nothing prebuilt is fetched.

use std::fs;
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::process::{ask, run};
use crate::project;

/// The one wasm target there is for browsers.
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";
const OLDEST_WASM_PACK: (u32, u32) = (0, 13);

/// What `wasm-pack build` and `wasm-pack test` need.
pub(crate) fn ensure_wasm_tools() -> Outcome {
    ensure_wasm_target()?;
    ensure_wasm_pack()?;
    ensure_wasm_bindgen()
}

/// The standard library for wasm32.
pub(crate) fn ensure_wasm_target() -> Outcome {
    let Some(sysroot) = ask("rustc", &["--print", "sysroot"]) else {
        return Err(Failure::new("rustc is missing: install Rust with rustup, then try again"));
    };
    if fs::exists(format!("{sysroot}/lib/rustlib/{WASM_TARGET}/lib")).unwrap_or(false) {
        return Ok(());
    }
    installing(&format!("the Rust target {WASM_TARGET}"), "a few seconds");
    run(Command::new("rustup").args(["target", "add", WASM_TARGET]))
}

/// rustfmt or clippy.
pub(crate) fn ensure_component(component: &str, cargo_command: &str) -> Outcome {
    if ask("cargo", &[cargo_command, "--version"]).is_some() {
        return Ok(());
    }
    installing(component, "a few seconds");
    run(Command::new("rustup").args(["component", "add", component]))
}

fn ensure_wasm_pack() -> Outcome {
    let installed = ask("wasm-pack", &["--version"]);
    if installed.as_deref().and_then(version).is_some_and(|found| (found.0, found.1) >= OLDEST_WASM_PACK) {
        return Ok(());
    }
    installing("wasm-pack", "about two minutes");
    run(Command::new("cargo").args(["install", "wasm-pack", "--locked"]))
}

/// wasm-pack takes the one on the PATH only if its version is exactly the lockfile's.
fn ensure_wasm_bindgen() -> Outcome {
    let lockfile = fs::read_to_string(project::root().join("Cargo.lock"))
        .map_err(|error| Failure::new(format!("cannot read Cargo.lock: {error}")))?;
    let wanted = locked_version(&lockfile, "wasm-bindgen")
        .ok_or_else(|| Failure::new("Cargo.lock names no version of wasm-bindgen"))?;
    if ask("wasm-bindgen", &["--version"]).as_deref() == Some(&format!("wasm-bindgen {wanted}")) {
        return Ok(());
    }
    installing(&format!("wasm-bindgen-cli {wanted} (the version in Cargo.lock)"), "about four minutes");
    // Without --locked: the lockfile it ships names a crate version that is not there.
    run(Command::new("cargo").args(["install", "wasm-bindgen-cli", "--version", wanted]))
}

/// Says what is being installed; the installer's own output follows.
pub(crate) fn installing(what: &str, how_long: &str) {
    println!("{what} is missing: installing it ({how_long})");
}

fn locked_version<'lockfile>(lockfile: &'lockfile str, package: &str) -> Option<&'lockfile str> {
    let name = format!("name = \"{package}\"");
    let after_name = lockfile.lines().skip_while(|line| *line != name).nth(1)?;
    after_name.strip_prefix("version = \"")?.strip_suffix('"')
}

fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split_whitespace().nth(1)?.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::{ask, locked_version, version};

    #[test]
    fn locked_version_is_that_of_the_exact_package() {
        let lockfile = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.1\"\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lockfile, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(lockfile, "rexie"), None);
    }

    #[test]
    fn library_that_makes_the_web_package_is_of_the_locked_wasm_bindgen() -> std::io::Result<()> {
        let lockfile = std::fs::read_to_string(crate::project::root().join("Cargo.lock"))?;
        let library = locked_version(&lockfile, "wasm-bindgen-cli-support");
        assert!(library.is_some());
        assert_eq!(library, locked_version(&lockfile, "wasm-bindgen"));
        Ok(())
    }

    #[test]
    fn programs_with_lock_files_of_their_own_are_of_the_same_wasm_bindgen() -> std::io::Result<()> {
        let root = crate::project::root();
        let locked = |path: &str| std::fs::read_to_string(root.join(path));
        let wanted = locked("Cargo.lock")?;
        for path in ["entrenar-burn/Cargo.lock", "examples/leptos/Cargo.lock"] {
            let lockfile = locked(path)?;
            assert_eq!(
                locked_version(&lockfile, "wasm-bindgen"),
                locked_version(&wanted, "wasm-bindgen"),
                "{path}: cargo update --package wasm-bindgen --precise <the version in Cargo.lock>"
            );
        }
        Ok(())
    }

    #[test]
    fn no_dependency_needs_a_newer_rust_than_is_stated() {
        let metadata = ask("cargo", &["metadata", "--format-version", "1"]).unwrap_or_default();
        let manifest = include_str!("../../Cargo.toml");
        let stated = crate::msrv::stated(manifest).and_then(rust_version);
        let needed = metadata
            .split("\"rust_version\":\"")
            .skip(1)
            .filter_map(|rest| rust_version(rest.split('"').next()?));
        let newest = needed.max();
        assert!(newest.is_some(), "cargo metadata names no version of Rust");
        assert!(newest <= stated, "{newest:?} is needed, {stated:?} is stated");
    }

    fn rust_version(text: &str) -> Option<(u32, u32)> {
        let mut numbers = text.split('.').map(str::parse);
        Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
    }

    #[test]
    fn versions_compare_as_numbers() {
        assert_eq!(version("wasm-pack 0.15.1"), Some((0, 15)));
        assert!(version("wasm-pack 0.9.1") < Some((0, 13)));
        assert_eq!(version("wasm-pack"), None);
    }
}
