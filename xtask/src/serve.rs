//! `cargo xtask serve`: builds everything as visitors get it, serves the page and opens it.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::failure::{Failure, Outcome};
use crate::{npm, pack, process, project};

const DEFAULT_PORT: u16 = 4173;
const START_LIMIT: Duration = Duration::from_secs(30);

/// How to serve.
pub(crate) struct Options {
    first_port: u16,
    open: bool,
}

impl Options {
    pub(crate) fn parse(words: &[&str]) -> Outcome<Self> {
        let mut options = Self { first_port: DEFAULT_PORT, open: true };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match *word {
                "--no-open" => options.open = false,
                "--port" => {
                    let number = words.next().and_then(|number| number.parse().ok());
                    options.first_port =
                        number.ok_or_else(|| Failure::new("--port takes a number up to 65535"))?;
                }
                other => {
                    return Err(Failure::new(format!(
                        "serve does not know `{other}`; cargo xtask --help lists its options"
                    )));
                }
            }
        }
        Ok(options)
    }
}

/// Builds, serves and opens the page; returns when the server ends.
pub(crate) fn serve(options: &Options) -> Outcome {
    build_page()?;
    let port = free_port(options.first_port)?;
    let mut server = npm::script(
        &project::www(),
        "preview",
        &["--host", "127.0.0.1", "--port", &port.to_string(), "--strictPort"],
    )
    .spawn()
    .map_err(|error| Failure::new(format!("cannot start the server: {error}")))?;
    wait_until_served(&mut server, port)?;

    let address = format!("http://localhost:{port}/");
    println!("\nentrenar is served at {address}\nStop it with Ctrl-C.\n");
    if options.open {
        open(&address);
    }
    let status = server.wait().map_err(|error| Failure::new(format!("lost the server: {error}")))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("the server ended ({status})"))) }
}

/// The web package and the page made of it, in `www/dist`.
pub(crate) fn build_page() -> Outcome {
    // First what has to be there already, then what takes a minute.
    npm::ensure_packages(&project::www())?;
    pack::build_without_wasm_pack(pack::Target::Npm)?;
    process::run(&mut npm::script(&project::www(), "build", &[]))
}

fn free_port(first: u16) -> Outcome<u16> {
    let free = (first..=u16::MAX).find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok());
    free.ok_or_else(|| Failure::new(format!("no port from {first} on is free")))
}

fn wait_until_served(server: &mut Child, port: u16) -> Outcome {
    let start = Instant::now();
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        if let Ok(Some(status)) = server.try_wait() {
            return Err(Failure::new(format!("the server ended before it served anything ({status})")));
        }
        if start.elapsed() > START_LIMIT {
            return Err(Failure::new(format!("nothing answers on port {port}")));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// Opens the browser if there is one to open: the address was printed, so nothing is lost when it can't.
fn open(address: &str) {
    let has_display =
        ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|variable| std::env::var_os(variable).is_some());
    let mut opener = if cfg!(target_os = "macos") {
        Command::new("open")
    } else if cfg!(windows) {
        Command::new("explorer")
    } else if has_display {
        Command::new("xdg-open")
    } else {
        return;
    };
    let started = opener.arg(address).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    if started.is_err() {
        println!("No browser could be opened here: open the address yourself.");
    }
}

#[cfg(test)]
mod tests {
    use super::{DEFAULT_PORT, Options, free_port};
    use std::net::{Ipv4Addr, TcpListener};

    #[test]
    fn a_taken_port_is_passed_over() -> std::io::Result<()> {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = taken.local_addr()?.port();
        assert!(free_port(port).is_ok_and(|free| free > port));
        Ok(())
    }

    #[test]
    fn options_are_read_and_wrong_ones_refused() {
        assert!(Options::parse(&[]).is_ok_and(|options| options.first_port == DEFAULT_PORT && options.open));
        assert!(
            Options::parse(&["--no-open", "--port", "80"])
                .is_ok_and(|options| options.first_port == 80 && !options.open)
        );
        assert!(Options::parse(&["--port", "seventy"]).is_err());
        assert!(Options::parse(&["--fast"]).is_err());
    }
}
