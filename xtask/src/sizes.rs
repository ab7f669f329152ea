//! What the web package weighs: the wasm, its glue and the glue's snippets, as they are and as gzip sends them.

use std::fmt;

use crate::failure::{Failure, Outcome};
use crate::pack::Target;
use crate::process::ask;
use crate::project;

/// What wasm, glue and snippets of the web package must not exceed together after gzip, in bytes.
///
/// The design asks for 200 000, which the rebuilt engine misses (docs/plan.md says by what). Until that is mended this holds growth
/// that no developer meant: a dependency, a generic that multiplies. It is some three per cent above what the package weighed on
/// 27 November 2026, 287 053 bytes, so that a mend of a few lines does not fail by its weight.
const MAX_GZIP_BYTES: u64 = 294_000;
/// The same of the package with file formats, which weighed 589 616 bytes; the design asks for 240 000.
const MAX_GZIP_BYTES_WITH_FORMATS: u64 = 607_000;

/// One `bytes gzipped name` line per file. Node.js is there anyway and brings zlib.
const WEIGH: &str = "
    const fs = require('fs'), path = require('path'), zlib = require('zlib');
    const [directory] = process.argv.slice(1);
    const named = ['entrenar_bg.wasm', 'entrenar.js'];
    const snippets = fs.existsSync(path.join(directory, 'snippets'))
        ? fs.readdirSync(path.join(directory, 'snippets'), { recursive: true })
            .filter((name) => name.endsWith('.js')).map((name) => path.join('snippets', name))
        : [];
    for (const name of [...named, ...snippets]) {
        const bytes = fs.readFileSync(path.join(directory, name));
        console.log(bytes.length, zlib.gzipSync(bytes, { level: 9 }).length, name);
    }
";

/// One file's weight in bytes.
struct Weight {
    name: String,
    raw: u64,
    gzip: u64,
}

/// The weights of a package's files.
pub(crate) struct Sizes {
    files: Vec<Weight>,
    /// What they must not exceed together after gzip.
    most: u64,
}

/// Weighs a package that was built for this target.
pub(crate) fn measure(target: Target) -> Outcome<Sizes> {
    let directory = project::root().join(target.directory());
    let most = if matches!(target, Target::Npm) { MAX_GZIP_BYTES_WITH_FORMATS } else { MAX_GZIP_BYTES };
    let unweighed =
        || Failure::new(format!("cannot weigh the package in {}: build it first", directory.display()));
    let table = ask("node", &["-e", WEIGH, &directory.to_string_lossy()]).ok_or_else(unweighed)?;
    let files = table.lines().map(parse).collect::<Option<Vec<_>>>().ok_or_else(unweighed)?;
    Ok(Sizes { files, most })
}

impl Sizes {
    /// Fails when a visitor would have to load more than is promised.
    pub(crate) fn check(&self) -> Outcome {
        let total = self.gzip();
        if total <= self.most {
            return Ok(());
        }
        Err(Failure::new(format!(
            "wasm and glue weigh {total} bytes after gzip, over the limit of {}",
            self.most
        )))
    }

    /// Bytes that a visitor loads.
    pub(crate) fn gzip(&self) -> u64 {
        self.files.iter().map(|weight| weight.gzip).sum()
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Weight { name, raw, gzip } in &self.files {
            writeln!(formatter, "{raw:>9} bytes, {gzip:>7} after gzip  {name}")?;
        }
        let raw: u64 = self.files.iter().map(|weight| weight.raw).sum();
        write!(formatter, "{raw:>9} bytes, {:>7} after gzip  together (at most {})", self.gzip(), self.most)
    }
}

fn parse(line: &str) -> Option<Weight> {
    let mut words = line.splitn(3, ' ');
    Some(Weight {
        raw: words.next()?.parse().ok()?,
        gzip: words.next()?.parse().ok()?,
        name: words.next()?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::{MAX_GZIP_BYTES, Sizes, parse};

    #[test]
    fn weight_over_the_limit_fails() {
        let weighing = |gzip: u64| {
            parse(&format!("900000 {gzip} entrenar_bg.wasm"))
                .map(|weight| Sizes { files: vec![weight], most: MAX_GZIP_BYTES })
        };
        assert!(weighing(MAX_GZIP_BYTES).is_some_and(|sizes| sizes.check().is_ok()));
        assert!(weighing(MAX_GZIP_BYTES + 1).is_some_and(|sizes| sizes.check().is_err()));
    }

    #[test]
    fn a_broken_line_is_no_weight() {
        assert!(parse("twelve 3 entrenar.js").is_none());
    }
}
