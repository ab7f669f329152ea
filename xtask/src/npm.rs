//! npm packages and scripts. `npm ci` runs only when the lockfile is not the one last installed from.

use std::path::Path;
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::process::{ask, program_in, run};
use crate::{fresh, tools};

const OLDEST_NODE: u32 = 20;

/// Node.js with npm, which is the one thing besides Rust that has to be there already.
pub(crate) fn ensure_node() -> Outcome {
    let missing = || {
        Failure::new(format!("Node.js {OLDEST_NODE} or newer with npm is needed: install it, then try again"))
    };
    let found = ask("node", &["--version"]).ok_or_else(missing)?;
    let major = found.trim_start_matches('v').split('.').next().and_then(|number| number.parse::<u32>().ok());
    if major.is_none_or(|major| major < OLDEST_NODE) {
        return Err(Failure::new(format!("Node.js {OLDEST_NODE} or newer is needed; this is {found}")));
    }
    ask(NPM, &["--version"]).map(drop).ok_or_else(missing)
}

/// Installs the packages that `directory`'s lockfile names, if they are not there yet.
pub(crate) fn ensure_packages(directory: &Path) -> Outcome {
    ensure_node()?;
    let stamp = directory.join("node_modules/.installed-from");
    let lockfile = fresh::fingerprint(&[directory.join("package-lock.json")])?;
    if fresh::remembered(&stamp).as_ref() == Some(&lockfile) {
        return Ok(());
    }
    tools::installing(&format!("what {} needs from npm", directory.display()), "some seconds");
    run(&mut program_in(directory, NPM, &["ci"]))?;
    fresh::remember(&stamp, &lockfile)
}

/// `npm run <script>` in `directory`.
pub(crate) fn script(directory: &Path, script: &str, arguments: &[&str]) -> Command {
    let mut command = program_in(directory, NPM, &["run", script, "--"]);
    command.args(arguments);
    command
}

const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };
