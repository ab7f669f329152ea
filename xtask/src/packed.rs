//! What `cargo package` packs: it builds by itself, and its tests pass without the folders that are left out.

use crate::failure::{Failure, Outcome};
use crate::process::{program_in, run, run_and_read};
use crate::{project, summary};

const TARGET_DIRECTORY: &str = "target/packed";

/// Packs the crate and runs the native tests of what was packed. Returns how many passed.
pub(crate) fn check() -> Outcome<u64> {
    let root = project::root();
    let packing = ["package", "--package", "entrenar", "--allow-dirty"];
    let output = run_and_read(&mut program_in(&root, "cargo", &packing))?;
    if let Some(ignored) = output.lines().find(|line| line.contains("warning: ignoring")) {
        return Err(Failure::new(format!("the package misses a part of itself: {}", ignored.trim())));
    }
    let name = packed_name(&output).ok_or_else(|| Failure::new("cargo package named no package"))?;
    // What is unpacked is of one date, whatever it holds: cargo would take an older build of it for up to date.
    let target_directory = root.join(TARGET_DIRECTORY).to_string_lossy().into_owned();
    run(&mut program_in(
        &root,
        "cargo",
        &["clean", "--package", "entrenar", "--target-dir", &target_directory],
    ))?;
    let tests = ["test", "--features", "wasm,resources,tracing,interop", "--target-dir", &target_directory];
    let mut tests = program_in(&root.join("target/package").join(name), "cargo", &tests);
    // The random model ran in full before, on the same code.
    let passed = summary::of_cargo(&run_and_read(tests.env("MODEL_CASES", "1000"))?).passed();
    if passed == 0 {
        return Err(Failure::new("no test of what was packed ran"));
    }
    Ok(passed)
}

/// `entrenar-0.2.0` of `Packaging entrenar v0.2.0 (…)`.
fn packed_name(output: &str) -> Option<String> {
    let packaging = output.lines().find_map(|line| line.trim().strip_prefix("Packaging "))?;
    let (name, rest) = packaging.split_once(" v")?;
    let version = rest.split_whitespace().next()?;
    Some(format!("{name}-{version}"))
}

#[cfg(test)]
mod tests {
    use super::packed_name;

    #[test]
    fn package_is_named_by_what_cargo_says() {
        let output = "warning: none\n   Packaging entrenar v0.2.0 (/somewhere)\n    Packaged 1 file\n";
        assert_eq!(packed_name(output).as_deref(), Some("entrenar-0.2.0"));
        assert_eq!(packed_name("error: no\n"), None);
    }
}
