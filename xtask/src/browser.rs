//! The browser and its driver: found by environment variable or on the PATH, installed with apt where that is possible.

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

/// Where the browser and its driver are.
pub(crate) struct Browser {
    pub(crate) chrome: PathBuf,
    pub(crate) driver: PathBuf,
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
    let named = |names: &[&str]| names.iter().find_map(|name| find_on_path(name));
    let placed = || BROWSER_PLACES.iter().map(PathBuf::from).find(|place| place.is_file());
    let chrome = from_environment("CHROME")?.or_else(|| named(&BROWSER_NAMES)).or_else(placed);
    let driver = from_environment("CHROMEDRIVER")?.or_else(|| named(&DRIVER_NAMES));
    Ok(chrome.zip(driver).map(|(chrome, driver)| Browser { chrome, driver }))
}

fn from_environment(variable: &str) -> Outcome<Option<PathBuf>> {
    let Some(path) = std::env::var_os(variable).map(PathBuf::from) else {
        return Ok(None);
    };
    if path.is_file() {
        return Ok(Some(path));
    }
    Err(Failure::new(format!("{variable} is {}, and there is no such file", path.display())))
}

fn install() -> Outcome {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let distribution =
        release.lines().find_map(|line| line.strip_prefix("ID=")).unwrap_or_default().trim_matches('"');
    match distribution {
        "debian" if is_root() => {
            tools::installing("Chromium or its driver", "about a minute");
            run(Command::new("apt-get").arg("update"))?;
            run(Command::new("apt-get")
                .args(["install", "-y", "--no-install-recommends", "chromium", "chromium-driver"])
                .env("DEBIAN_FRONTEND", "noninteractive"))
        }
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

fn is_root() -> bool {
    ask("id", &["-u"]).as_deref() == Some("0")
}

fn missing(what_to_do: &str) -> Failure {
    Failure::new(format!(
        "Chromium or its driver is missing: {what_to_do} (or set CHROME and CHROMEDRIVER to their paths)"
    ))
}
