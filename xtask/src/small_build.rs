//! The wasm that ships, compiled for size: cargo's own link-time optimisation, which a crate that is a Rust library too never gets,
//! and the standard library compiled along, without the texts of panics.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use crate::failure::Outcome;
use crate::process::{ask, program_in, run};
use crate::{project, tools};

/// Panics trap without a text; what only texts of panics need, the standard library's own too, is not there.
const WITHOUT_PANIC_TEXTS: &str = "target.wasm32-unknown-unknown.rustflags = [\
     '-Zfmt-debug=none', '-Zlocation-detail=none', '-Zunstable-options', '-Cpanic=immediate-abort']";

/// Compiles the crate with feature `wasm` and returns the wasm, as wasm-bindgen takes it.
///
/// A compiler that cannot build the standard library along builds all the same, some 16 KB larger.
pub(crate) fn compile() -> Outcome<PathBuf> {
    let root = project::root();
    // In cargo's usual place this `entrenar.wasm` and wasm-pack's would take turns.
    let directory = root.join("target/small");
    let mut command = program_in(&root, "cargo", &["rustc"]);
    if can_build_std() {
        command
            .args(["--config", WITHOUT_PANIC_TEXTS])
            // For this one command: it lets the stable compiler take the four flags and build std.
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort")
            .env("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size");
    } else {
        println!(
            "this compiler has no source of the standard library: the package will be some 16 KB larger"
        );
    }
    command
        .args(["--release", "--lib", "--features", "wasm", "--crate-type", "cdylib"])
        .args(["--target", tools::WASM_TARGET])
        .env("CARGO_TARGET_DIR", &directory);
    run(&mut command)?;
    Ok(directory.join(tools::WASM_TARGET).join("release/entrenar.wasm"))
}

/// Whether the compiler knows the flags and has the source of std, fetched if need be.
pub(crate) fn can_build_std() -> bool {
    // Asked once: where there is no source, asking again would try to fetch it again.
    static ANSWER: OnceLock<bool> = OnceLock::new();
    *ANSWER.get_or_init(|| {
        let knows_flags = Command::new("rustc")
            .args(["-Zunstable-options", "-Cpanic=immediate-abort", "-Zfmt-debug=none", "--print", "cfg"])
            .env("RUSTC_BOOTSTRAP", "1")
            .output()
            .is_ok_and(|output| output.status.success());
        knows_flags && (has_source_of_std() || (tools::fetch_source_of_std() && has_source_of_std()))
    })
}

fn has_source_of_std() -> bool {
    ask("rustc", &["--print", "sysroot"]).is_some_and(|sysroot| {
        PathBuf::from(sysroot).join("lib/rustlib/src/rust/library/Cargo.lock").is_file()
    })
}
