//! The codes of errors, as the TypeScript definitions list them and as the code gives them: none in one that is not in the other.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Where there is no IndexedDB, `browser/registry.rs` goes on in memory instead: no caller that opens a database gets this.
const NEVER_REACHES_A_CALLER: &str = "Unavailable";

type Codes = BTreeSet<String>;

fn text(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// All files below a folder that have one of these extensions, as one text.
fn texts(folder: &str, extensions: &[&str]) -> String {
    let mut all = String::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
            if path.is_dir() {
                folders.push(path);
            } else if extensions.contains(&extension) {
                all.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    all
}

/// The literals of a union type, but for the other unions that it names.
fn union(definitions: &str, name: &str) -> Codes {
    let lines = definitions.lines().filter(|line| !line.trim_start().starts_with("/**"));
    let definitions = lines.collect::<Vec<_>>().join("\n");
    let (_, rest) = definitions.split_once(&format!("export type {name} =")).unwrap();
    let (members, _) = rest.split_once(';').unwrap();
    members.split('\'').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The codes of a type of errors: the compiler sees to it that each of its kinds has one.
fn codes_of_errors(path: &str) -> Codes {
    let source = text(path);
    let (_, rest) = source.split_once("pub fn code(").unwrap();
    let (body, _) = rest.split_once("\n    }\n").unwrap();
    body.split("=> \"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

/// The codes that are given where an error is made for JavaScript: `coded_error(type, code, message)`.
fn codes_in(source: &str) -> Codes {
    let mut codes = Codes::new();
    for call in source.split("coded_error(").skip(1) {
        let arguments: Vec<&str> = call.splitn(3, ',').map(str::trim).collect();
        if let [kind, code, _] = arguments.as_slice()
            && kind.starts_with('\'')
        {
            codes.insert(code.trim_matches('\'').to_owned());
        }
    }
    codes
}

fn without(codes: &Codes, others: &Codes) -> Codes {
    codes.difference(others).cloned().collect()
}

#[test]
fn every_code_of_the_core_is_in_its_type_and_the_other_way_round() {
    let definitions = text("src/wasm/js/errors.d.ts");
    let mut listed = union(&definitions, "EntrenarErrorCode");
    let of_database = union(&definitions, "DatabaseErrorCode");
    assert!(listed.is_disjoint(&of_database));
    listed.extend(of_database);
    listed.extend(union(&text("src/wasm/js/loading.d.ts"), "LoadingErrorCode"));

    let mut given = codes_of_errors("src/storage/error.rs");
    given.extend(codes_of_errors("src/interop/mlflow/error.rs"));
    given.extend(codes_of_errors("src/engine/mlflow/mod.rs"));
    assert!(given.remove(NEVER_REACHES_A_CALLER));
    assert!(text("src/browser/registry.rs").contains("Err(StorageError::Unavailable(cause)) => warn("));
    given.extend(codes_in(&texts("src/wasm", &["js", "rs"])));
    assert_eq!(listed, given);
}

#[test]
fn every_code_of_loading_the_npm_package_is_in_its_type_and_the_other_way_round() {
    let listed = union(&text("npm/src/around.d.ts"), "LoadingErrorCode");
    let mut given = codes_in(&texts("npm/src", &["js", "mjs"]));
    // A curve of one's own points is made at once, and loads nothing.
    given.insert("NotInitialized".to_owned());
    assert_eq!(listed, given);
}

/// The text of each method's comment, by the name of its class and its own.
fn methods(definitions: &str) -> Vec<(String, String)> {
    let (mut class, mut comment, mut found) = ("", String::new(), Vec::new());
    for line in definitions.lines() {
        let code = line.trim_start();
        // Methods of an interface of the class's name are its own.
        let heads = ["export class ", "export interface WasmStorage {"];
        if line == heads[1] {
            class = "WasmStorage";
        } else if let Some(rest) = line.strip_prefix(heads[0]) {
            class = rest.split(' ').next().unwrap_or_default();
        } else if line == "}" {
            class = "";
        }
        if code.starts_with("/**") {
            comment.clear();
        }
        if code.starts_with(['/', '*']) {
            comment.push_str(code);
            continue;
        }
        let name = code.trim_start_matches("static ").split('(').next().unwrap_or_default();
        if !class.is_empty() && code.contains('(') && name != "private constructor" {
            found.push((format!("{class}.{name}"), std::mem::take(&mut comment)));
        }
    }
    found
}

#[test]
fn every_method_says_which_codes_it_fails_with() {
    let errors = text("src/wasm/js/errors.d.ts");
    let codes = union(&errors, "EntrenarErrorCode");
    let groups = ["DatabaseErrorCode", "LoadingErrorCode"];
    let mut named = Codes::new();
    let definitions = texts("src/wasm/js", &["ts"]);
    let methods = methods(&definitions);
    assert!(methods.len() > 60, "{}", methods.len());
    for (method, comment) in methods {
        let (_, fails) = comment.split_once("@throws {EntrenarError} ").unwrap_or_else(|| panic!("{method}"));
        let words: Codes = fails.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        let unknown = without(&words, &codes);
        assert!(unknown.is_empty(), "{method} names {unknown:?}");
        assert!(words.contains("InvalidArgument"), "{method}: every method is refused without its object");
        named.extend(words);
        named.extend(groups.iter().filter(|group| fails.contains(**group)).map(|group| (*group).to_owned()));
    }
    let mut all = codes;
    all.extend(groups.map(str::to_owned));
    assert_eq!(without(&all, &named), Codes::new(), "codes that no method names");
}

#[test]
fn the_readme_lists_every_code() {
    let readme = text("README.md");
    let (errors, npm) = (text("src/wasm/js/errors.d.ts"), text("npm/src/around.d.ts"));
    let unions = [
        union(&errors, "EntrenarErrorCode"),
        union(&errors, "DatabaseErrorCode"),
        union(&npm, "LoadingErrorCode"),
    ];
    let table: String = readme.lines().filter(|line| line.starts_with("| `")).collect();
    let missing: Vec<&String> =
        unions.iter().flatten().filter(|code| !table.contains(&format!("`{code}`"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
