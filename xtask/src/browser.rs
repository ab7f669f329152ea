//! The browsers and their drivers: found by environment variable or on the PATH, installed where that is possible.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::process::{ask, find_on_path, run};
use crate::tools;

const BROWSER_NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const BROWSER_PLACES: [&str; 2] =
    ["/usr/bin/chromium", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];
const DRIVER_NAMES: [&str; 2] = ["chromedriver", "chromium.chromedriver"];

const FIREFOX_NAMES: [&str; 2] = ["firefox-esr", "firefox"];
const FIREFOX_PLACES: [&str; 1] = ["/Applications/Firefox.app/Contents/MacOS/firefox"];

/// Where Chromium and its driver are.
pub(crate) struct Browser {
    pub(crate) chrome: PathBuf,
    pub(crate) driver: PathBuf,
}

/// Where Firefox and its driver are.
pub(crate) struct Firefox {
    pub(crate) firefox: PathBuf,
    pub(crate) driver: PathBuf,
}

/// Finds Firefox and its driver, installing what is missing first.
pub(crate) fn ensure_firefox() -> Outcome<Firefox> {
    Ok(Firefox { firefox: firefox()?, driver: geckodriver()? })
}

fn firefox() -> Outcome<PathBuf> {
    let find = || {
        let found = from_environment("FIREFOX")?;
        Ok(found.or_else(|| named(&FIREFOX_NAMES)).or_else(|| placed(&FIREFOX_PLACES)))
    };
    if let Some(firefox) = find()? {
        return Ok(firefox);
    }
    let missing = |what_to_do: &str| {
        Failure::new(format!("Firefox is missing: {what_to_do} (or set FIREFOX to its path)"))
    };
    match distribution().as_str() {
        "debian" if is_root() => install_packages("Firefox", &["firefox-esr"])?,
        "debian" => return Err(missing("run: sudo apt-get install firefox-esr")),
        // As with Chromium, Ubuntu's package only starts a snap.
        _ => return Err(missing("install it, not as a snap, and put it on the PATH")),
    }
    find()?.ok_or_else(|| missing("it was installed but cannot be found"))
}

/// geckodriver is not among Debian's packages; it is built from its registry.
fn geckodriver() -> Outcome<PathBuf> {
    let find = || Ok(from_environment("GECKODRIVER")?.or_else(|| find_on_path("geckodriver")));
    if let Some(driver) = find()? {
        return Ok(driver);
    }
    tools::installing("geckodriver", "about five minutes");
    run(Command::new("cargo").args(["install", "geckodriver", "--locked"]))?;
    find()?.ok_or_else(|| {
        Failure::new("geckodriver was installed but cannot be found: put cargo's bin directory on the PATH")
    })
}

/// Finds both, installing them first if need be.
pub(crate) fn ensure_browser() -> Outcome<Browser> {
    if let Some(browser) = find()? {
        return Ok(browser);
    }
    install()?;
    find()?.ok_or_else(|| {
        Failure::new("Chromium was installed but cannot be found: set CHROME and CHROMEDRIVER to their paths")
    })
}

fn find() -> Outcome<Option<Browser>> {
    let chrome = from_environment("CHROME")?.or_else(|| named(&BROWSER_NAMES));
    let chrome = chrome.or_else(|| placed(&BROWSER_PLACES));
    let driver = from_environment("CHROMEDRIVER")?.or_else(|| named(&DRIVER_NAMES));
    Ok(chrome.zip(driver).map(|(chrome, driver)| Browser { chrome, driver }))
}

fn named(names: &[&str]) -> Option<PathBuf> {
    names.iter().find_map(|name| find_on_path(name))
}

fn placed(places: &[&str]) -> Option<PathBuf> {
    places.iter().map(PathBuf::from).find(|place| place.is_file())
}

/// The file that an environment variable names, if it is set.
pub(crate) fn from_environment(variable: &str) -> Outcome<Option<PathBuf>> {
    let Some(path) = std::env::var_os(variable).map(PathBuf::from) else {
        return Ok(None);
    };
    if path.is_file() {
        return Ok(Some(path));
    }
    Err(Failure::new(format!("{variable} is {}, and there is no such file", path.display())))
}

/// The system's `ID`, as in `debian`.
pub(crate) fn distribution() -> String {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let id = release.lines().find_map(|line| line.strip_prefix("ID=")).unwrap_or_default();
    id.trim_matches('"').to_owned()
}

/// Installs packages of Debian.
pub(crate) fn install_packages(what: &str, packages: &[&str]) -> Outcome {
    tools::installing(what, "about a minute");
    run(Command::new("apt-get").arg("update"))?;
    run(Command::new("apt-get")
        .args(["install", "-y", "--no-install-recommends"])
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive"))
}

fn install() -> Outcome {
    match distribution().as_str() {
        "debian" if is_root() => install_packages("Chromium or its driver", &["chromium", "chromium-driver"]),
        "debian" => Err(missing("run: sudo apt-get install chromium chromium-driver")),
        // Ubuntu's chromium packages only start a snap, which cannot be driven from a container or as root.
        "ubuntu" => Err(missing(
            "on Ubuntu install Google Chrome and the chromedriver of the same version, and put both on the PATH",
        )),
        _ => Err(missing(
            "install Chrome or Chromium and the chromedriver of the same version, and put both on the PATH",
        )),
    }
}

/// Whether packages can be installed without asking for a password.
pub(crate) fn is_root() -> bool {
    ask("id", &["-u"]).as_deref() == Some("0")
}

fn missing(what_to_do: &str) -> Failure {
    Failure::new(format!(
        "Chromium or its driver is missing: {what_to_do} (or set CHROME and CHROMEDRIVER to their paths)"
    ))
}
