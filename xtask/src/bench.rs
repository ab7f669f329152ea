//! `cargo xtask bench`: the benchmark against peers in one headless Chromium, everything built in release first.

use crate::failure::{Failure, Outcome};
use crate::{browser, npm, pack, process, project, serve, sizes};

/// What to measure. The names of the parts are the benchmark's own.
#[derive(Default)]
pub(crate) struct Options {
    quick: bool,
    only: Option<String>,
}

impl Options {
    pub(crate) fn parse(words: &[&str]) -> Outcome<Self> {
        let mut options = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match *word {
                "--quick" => options.quick = true,
                "--only" => {
                    let part = words.next().ok_or_else(|| Failure::new("--only takes a part's name"))?;
                    options.only = Some((*part).to_owned());
                }
                other => {
                    return Err(Failure::new(format!(
                        "bench does not know `{other}`; cargo xtask --help lists its options"
                    )));
                }
            }
        }
        Ok(options)
    }

    fn words(&self) -> Vec<&str> {
        let mut words = Vec::new();
        if self.quick {
            words.push("--quick");
        }
        if let Some(part) = &self.only {
            words.extend(["--only", part]);
        }
        words
    }
}

/// Builds the package and the page, measures, and writes `benches/results.json` and `benches/RESULTS.md`.
pub(crate) fn bench(options: &Options) -> Outcome {
    npm::ensure_node()?;
    let browser = browser::ensure_browser()?;
    pack::build_without_wasm_pack(pack::Target::Web)?;
    serve::build_page()?;
    let directory = project::browser_bench();
    npm::ensure_packages(&directory)?;
    let package = sizes::measure(pack::Target::Web)?;
    process::run(
        npm::script(&directory, "bench", &options.words())
            .env("CHROME", &browser.chrome)
            .env("ENTRENAR_GZIP_BYTES", package.gzip().to_string()),
    )
}

#[cfg(test)]
mod tests {
    use super::Options;

    #[test]
    fn options_are_passed_on_and_wrong_ones_refused() {
        let words = |given: &[&str]| Options::parse(given).ok().map(|options| options.words().join(" "));
        assert_eq!(words(&[]).as_deref(), Some(""));
        assert_eq!(words(&["--only", "bulk", "--quick"]).as_deref(), Some("--quick --only bulk"));
        assert_eq!(words(&["--only"]), None);
        assert_eq!(words(&["--fast"]), None);
    }
}
