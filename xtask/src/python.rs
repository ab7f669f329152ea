//! Python, and the packages that read what is exported, and the tracking server that runs are sent to: in an environment of their own below `target`, made again when the list of them
//! changes.

use std::path::PathBuf;
use std::process::Command;

use crate::browser::{distribution, from_environment, install_packages, is_root};
use crate::failure::{Failure, Outcome};
use crate::fresh::{fingerprint, remember, remembered};
use crate::process::{ask, find_on_path, run};
use crate::project;
use crate::tools::installing;

const PACKAGES: [&str; 2] = ["python3", "python3-venv"];

/// The Python of the environment that has the packages of `tests/interop/requirements.txt`.
pub(crate) fn ensure_python() -> Outcome<PathBuf> {
    let requirements = project::root().join("tests/interop/requirements.txt");
    let environment = project::root().join("target/python");
    let python = environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let stamp = project::stamps().join("python");
    let wanted = fingerprint(std::slice::from_ref(&requirements))?;
    if remembered(&stamp).as_deref() == Some(&wanted) && ask(&python, &["--version"]).is_some() {
        return Ok(python);
    }
    let system = system_python()?;
    installing(
        "what reads exported files, and a tracking server (tests/interop/requirements.txt)",
        "two minutes or less",
    );
    run(Command::new(system).args(["-m", "venv", "--clear"]).arg(&environment))?;
    run(Command::new(&python)
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
        .arg(&requirements))?;
    remember(&stamp, &wanted)?;
    Ok(python)
}

/// A Python that can make environments.
fn system_python() -> Outcome<PathBuf> {
    if let Some(python) = find()? {
        return Ok(python);
    }
    let packages = PACKAGES.join(" ");
    match distribution().as_str() {
        "debian" if is_root() => install_packages("Python", &PACKAGES)?,
        "debian" | "ubuntu" => return Err(missing(&format!("run: sudo apt-get install {packages}"))),
        _ => return Err(missing("install Python 3.11 or newer, and put it on the PATH")),
    }
    find()?.ok_or_else(|| missing("it was installed but cannot be found"))
}

fn find() -> Outcome<Option<PathBuf>> {
    let python = from_environment("PYTHON")?.or_else(|| find_on_path("python3"));
    // Debian has the module that makes environments, and pip in them, in a package of its own.
    Ok(python.filter(|python| ask(python, &["-c", "import venv, ensurepip"]).is_some()))
}

fn missing(what_to_do: &str) -> Failure {
    Failure::new(format!("Python with venv is missing: {what_to_do} (or set PYTHON to its path)"))
}
