//! Running other programs: shown before they run, their output passed on as it comes, a non-zero exit made a [`Failure`].

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::{Failure, Outcome};

/// Runs `command` with its output where ours goes.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let shown = show(command);
    println!("$ {shown}");
    let status = command.status().map_err(|error| cannot_start(&shown, &error))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("`{shown}` failed ({status})")))
}

/// Runs `command`, passes both of its streams on line by line, in the order written, and returns them as one text.
///
/// The text of a failed command is lost: it was printed, and the failure says which command it was.
pub(crate) fn run_and_read(command: &mut Command) -> Outcome<String> {
    let shown = show(command);
    println!("$ {shown}");
    let unpiped = |error| Failure::new(format!("cannot read the output of `{shown}`: {error}"));
    let (reader, writer) = std::io::pipe().map_err(unpiped)?;
    // Whoever reads the text looks for words, not for colours between them.
    command.env("CARGO_TERM_COLOR", "never").env("FORCE_COLOR", "0");
    command.stdout(writer.try_clone().map_err(unpiped)?).stderr(writer);
    let mut child = command.spawn().map_err(|error| cannot_start(&shown, &error))?;
    // The command holds our ends for writing: without letting go of them the reader would never see the end.
    command.stdout(Stdio::null()).stderr(Stdio::null());

    let mut text = String::new();
    for line in BufReader::new(reader).split(b'\n') {
        let line = line.map_err(unpiped)?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        text.push_str(&line);
        text.push('\n');
    }
    let status = child.wait().map_err(unpiped)?;
    if status.success() {
        return Ok(text);
    }
    Err(Failure::new(format!("`{shown}` failed ({status})")))
}

/// The standard output of a quick question such as `--version`, or nothing when the program is missing or fails.
pub(crate) fn ask(program: impl AsRef<OsStr>, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The full path of `program` on the PATH.
pub(crate) fn find_on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|directory| directory.join(program))
        .find(|candidate| candidate.is_file())
}

/// A program run in `directory`.
pub(crate) fn program_in(directory: &Path, program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(directory);
    command
}

fn show(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

fn cannot_start(shown: &str, error: &std::io::Error) -> Failure {
    Failure::new(format!("cannot start `{shown}`: {error}"))
}
