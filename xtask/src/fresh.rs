//! Fingerprints of files, so that work whose inputs did not change is not done again.

use std::collections::BTreeSet;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};

/// A fingerprint of the names and contents of `paths`; a directory stands for every file under it.
pub(crate) fn fingerprint(paths: &[PathBuf]) -> Outcome<String> {
    let mut hasher = DefaultHasher::new();
    for path in paths {
        hash_path(path, &mut hasher)
            .map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display())))?;
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// What [`remember`] kept in `stamp`.
pub(crate) fn remembered(stamp: &Path) -> Option<String> {
    fs::read_to_string(stamp).ok()
}

/// Keeps `text` in `stamp` for the next run.
pub(crate) fn remember(stamp: &Path, text: &str) -> Outcome {
    let unwritten = |error| Failure::new(format!("cannot write {}: {error}", stamp.display()));
    if let Some(directory) = stamp.parent() {
        fs::create_dir_all(directory).map_err(unwritten)?;
    }
    fs::write(stamp, text).map_err(unwritten)
}

/// The names of the files that are not the same, or not there at all, in one of two directories.
pub(crate) fn differences(one: &Path, other: &Path) -> std::io::Result<BTreeSet<PathBuf>> {
    let mut names = BTreeSet::new();
    for directory in [one, other] {
        name_files(directory, Path::new(""), &mut names)?;
    }
    // A file that cannot be read is not there.
    let read = |directory: &Path, name: &PathBuf| fs::read(directory.join(name)).ok();
    names.retain(|name| read(one, name) != read(other, name));
    Ok(names)
}

fn name_files(root: &Path, inside: &Path, names: &mut BTreeSet<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(root.join(inside))? {
        let entry = entry?;
        let name = inside.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            name_files(root, &name, names)?;
        } else {
            names.insert(name);
        }
    }
    Ok(())
}

fn hash_path(path: &Path, hasher: &mut DefaultHasher) -> std::io::Result<()> {
    path.hash(hasher);
    if path.is_dir() {
        let mut inside = fs::read_dir(path)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<std::io::Result<Vec<_>>>()?;
        inside.sort();
        return inside.iter().try_for_each(|path| hash_path(path, hasher));
    }
    if path.exists() {
        fs::read(path)?.hash(hasher);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{differences, fingerprint};
    use std::fs;
    use std::path::PathBuf;

    #[test]
    fn fingerprint_follows_contents_and_names() -> Result<(), Box<dyn std::error::Error>> {
        let directory = std::env::temp_dir().join(format!("entrenar-fingerprint-{}", std::process::id()));
        let paths = [directory.join("inside"), directory.join("absent")];
        fs::create_dir_all(&paths[0])?;
        fs::write(paths[0].join("a"), "one")?;
        let of_files = || fingerprint(&paths).map_err(|failure| failure.to_string());
        let first = of_files()?;
        assert_eq!(of_files()?, first);
        fs::write(paths[0].join("a"), "two")?;
        let second = of_files()?;
        assert_ne!(second, first);
        fs::rename(paths[0].join("a"), paths[0].join("b"))?;
        assert_ne!(of_files()?, second);
        fs::remove_dir_all(&directory)?;
        Ok(())
    }

    #[test]
    fn differences_are_files_of_other_content_or_in_one_directory_alone()
    -> Result<(), Box<dyn std::error::Error>> {
        let root = std::env::temp_dir().join(format!("entrenar-differences-{}", std::process::id()));
        let [one, other] = ["one", "other"].map(|name| root.join(name));
        for (directory, text) in [(&one, "1"), (&other, "2")] {
            fs::create_dir_all(directory.join("inside"))?;
            fs::write(directory.join("inside/same"), "same")?;
            fs::write(directory.join("inside/changed"), text)?;
        }
        fs::write(other.join("more"), "")?;
        let expected: Vec<PathBuf> = ["inside/changed", "more"].map(PathBuf::from).into();
        assert_eq!(Vec::from_iter(differences(&one, &other)?), expected);
        fs::remove_dir_all(&root)?;
        Ok(())
    }
}
