//! Keys as MLflow takes them: of few characters, not too long, and no two alike.

use std::collections::BTreeSet;

/// The longest key, in characters.
const MAX_NAME: usize = 250;

/// Names that are taken.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    pub(super) fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self(names.into_iter().map(str::to_owned).collect())
    }

    /// A name for this key, which no other key gets: the key itself, if MLflow takes it.
    pub(super) fn add(&mut self, key: &str) -> String {
        let wanted = safe_name(key);
        self.add_name(&wanted)
    }

    /// A path for the artifact of this key: where a file is, no folder can be.
    pub(super) fn add_path(&mut self, key: &str) -> String {
        let wanted = safe_name(key);
        let is_below_file = wanted.match_indices('/').any(|(end, _)| self.0.contains(&wanted[..end]));
        let wanted = if is_below_file { wanted.replace('/', "_") } else { wanted };
        let folder = |name: &str| format!("{name}/");
        if self.0.range(folder(&wanted)..).next().is_some_and(|next| next.starts_with(&folder(&wanted))) {
            return self.add_name(&format!("{wanted}-file"));
        }
        self.add_name(&wanted)
    }

    fn add_name(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        let mut number = 2;
        while !self.0.insert(name.clone()) {
            let end = format!("-{number}");
            let beginning: String = wanted.chars().take(MAX_NAME - end.len()).collect();
            name = beginning + &end;
            number += 1;
        }
        name
    }
}

/// The key as MLflow takes it. It treats keys as paths: one that a file system would read as another is refused.
pub(super) fn safe_name(key: &str) -> String {
    let plain = |character: char| match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '-' | '.' | ' ' | ':' | '/' => character,
        _ => '_',
    };
    let plain: String = key.chars().take(MAX_NAME).map(plain).collect();
    let segments = plain.split('/').filter(|segment| !segment.is_empty());
    let segments = segments.map(|segment| match segment {
        "." => "_",
        ".." => "__",
        segment => segment,
    });
    let name = segments.collect::<Vec<_>>().join("/");
    // MLflow takes every name that begins so for a way out of its folder.
    let name = match name.strip_prefix("..") {
        Some(rest) => format!("__{rest}"),
        None => name,
    };
    if name.is_empty() { "_".to_owned() } else { name }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn keys_that_mlflow_takes_stay_as_they_are() {
        for key in ["loss", "train/loss", "a.b-c_d e:f", "layers/0/w", ".hidden", "a/..b"] {
            assert_eq!(safe_name(key), key);
        }
    }

    #[test]
    fn other_keys_become_ones_that_no_file_system_reads_as_another() {
        let cases = [
            ("a//b", "a/b"),
            ("/a/", "a"),
            ("./a", "_/a"),
            ("../a", "__/a"),
            ("..a", "__a"),
            ("/", "_"),
            ("größe=1", "gr__e_1"),
            ("a\\b\n", "a_b_"),
            (".", "_"),
        ];
        for (key, name) in cases {
            assert_eq!(safe_name(key), name, "{key}");
        }
        assert_eq!(safe_name(&"ä".repeat(300)), "_".repeat(250));
    }

    #[test]
    fn keys_that_would_become_one_are_told_apart() {
        let mut names = Names::default();
        assert_eq!(["a=1", "a:1", "a_1", "a+1"].map(|key| names.add(key)), ["a_1", "a:1", "a_1-2", "a_1-3"]);
        let long = "x".repeat(251);
        assert_eq!(names.add(&long), "x".repeat(250));
        assert_eq!(names.add(&(long + "y")), "x".repeat(248) + "-2");
    }

    #[test]
    fn no_file_is_where_a_folder_has_to_be() {
        let mut names = Names::default();
        let keys = ["model", "model/weights", "plots/loss", "plots", "model_weights"];
        let paths = keys.map(|key| names.add_path(key));
        assert_eq!(paths, ["model", "model_weights", "plots/loss", "plots-file", "model_weights-2"]);
    }
}
