//! WebKitGTK's browser, its driver, and what they need on a machine without a screen.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::browser::{distribution, from_environment, install_packages, is_root};
use crate::failure::{Failure, Outcome};
use crate::process::{ask, find_on_path, run};

const PACKAGES: [&str; 4] = ["webkit2gtk-driver", "xvfb", "xdotool", "locales"];

/// Under the C locale WebKit says that its language is "C", which `Intl` refuses.
const LOCALE: &str = "en_US.UTF-8";

/// Where the browser and its driver are.
pub(crate) struct Webkit {
    pub(crate) browser: PathBuf,
    pub(crate) driver: PathBuf,
}

/// Finds both, and the screen, keyboard and language that the tests need, installing what is missing first.
pub(crate) fn ensure_webkit() -> Outcome<Webkit> {
    if let Some(webkit) = find()? {
        return Ok(webkit);
    }
    let packages = PACKAGES.join(" ");
    match distribution().as_str() {
        "debian" if is_root() => install_packages("WebKitGTK", &PACKAGES)?,
        "debian" | "ubuntu" => return Err(missing(&format!("run: sudo apt-get install {packages}"))),
        _ => return Err(missing(&format!("install what Debian calls {packages}"))),
    }
    find()?.ok_or_else(|| missing("it was installed but cannot be found"))
}

fn find() -> Outcome<Option<Webkit>> {
    let driver = from_environment("WEBKIT_DRIVER")?.or_else(|| find_on_path("WebKitWebDriver"));
    let browser = from_environment("MINI_BROWSER")?.or_else(mini_browser);
    let (Some(driver), Some(browser)) = (driver, browser) else { return Ok(None) };
    if ["Xvfb", "xdotool"].into_iter().any(|program| find_on_path(program).is_none()) {
        return Ok(None);
    }
    Ok(ensure_locale()?.then_some(Webkit { browser, driver }))
}

/// It is on no PATH, but below `/usr/lib/<architecture>/`.
fn mini_browser() -> Option<PathBuf> {
    let architectures = fs::read_dir("/usr/lib").ok()?.filter_map(Result::ok).map(|entry| entry.path());
    let of = |directory: &Path| {
        ["webkit2gtk-4.1", "webkit2gtk-4.0"].map(|version| directory.join(version).join("MiniBrowser"))
    };
    architectures.flat_map(|directory| of(&directory)).find(|path| path.is_file())
}

/// False where the locale cannot be made because its sources are not there.
fn ensure_locale() -> Outcome<bool> {
    let is_there = || ask("locale", &["-a"]).is_some_and(|all| names_locale(&all));
    if is_there() {
        return Ok(true);
    }
    if find_on_path("localedef").is_none() || !Path::new("/usr/share/i18n/locales/en_US").is_file() {
        return Ok(false);
    }
    if !is_root() {
        return Err(missing(&format!("run: sudo localedef -i en_US -f UTF-8 {LOCALE}")));
    }
    run(Command::new("localedef").args(["-i", "en_US", "-f", "UTF-8", LOCALE]))?;
    Ok(is_there())
}

/// `locale -a` writes `en_US.utf8` for `en_US.UTF-8`.
fn names_locale(all: &str) -> bool {
    let plain = |name: &str| name.replace('-', "").to_lowercase();
    all.lines().any(|name| plain(name) == plain(LOCALE))
}

fn missing(what_to_do: &str) -> Failure {
    Failure::new(format!(
        "WebKitGTK's MiniBrowser, its driver, Xvfb, xdotool or the locale {LOCALE} is missing: {what_to_do}"
    ))
}

#[cfg(test)]
mod tests {
    use super::names_locale;

    #[test]
    fn locale_is_found_however_it_is_written() {
        assert!(names_locale("C\nC.utf8\nen_US.utf8\nPOSIX"));
        assert!(names_locale("en_US.UTF-8"));
        assert!(!names_locale("C\nen_US\nen_GB.utf8"));
    }
}
