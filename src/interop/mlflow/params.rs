//! A configuration as params of MLflow: names with a text each.

use serde_json::{Map, Value};

use super::names::Names;
use crate::interop::losses::Losses;
use crate::storage::quoted;

/// The longest text of a param, in characters.
const MAX_VALUE: usize = 6_000;

/// The params of a configuration, in one order whenever they are asked for: nested settings under one flat name each, as the dashboard
/// shows them, lists of plain values as one.
pub(super) fn params_of(config_json: Option<&str>, losses: &mut Losses) -> Vec<(String, String)> {
    let Some(config_json) = config_json else { return Vec::new() };
    let Ok(Value::Object(config)) = serde_json::from_str(config_json) else {
        losses.note("the configuration is nested too deeply to be sent");
        return Vec::new();
    };
    let mut settings = Vec::new();
    flatten("", &config, &mut settings);
    let mut names = Names::default();
    let mut params = Vec::with_capacity(settings.len());
    // A name that MLflow takes belongs to the setting that has it.
    settings.sort_by_key(|(key, _)| super::names::safe_name(key) != *key);
    for (key, text) in settings {
        let name = names.add(&key);
        if name != key {
            losses.note(renamed("setting", &key, &name));
        }
        params.push((name, cut(text, MAX_VALUE, "setting", &key, losses)));
    }
    params
}

fn flatten(path: &str, config: &Map<String, Value>, settings: &mut Vec<(String, String)>) {
    let under = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    for (name, value) in config {
        add(&under(name), value, settings);
    }
}

fn add(key: &str, value: &Value, settings: &mut Vec<(String, String)>) {
    match value {
        Value::Object(inside) if !inside.is_empty() => flatten(key, inside, settings),
        Value::Array(items) if items.iter().any(is_nested) => {
            for (index, item) in items.iter().enumerate() {
                add(&format!("{key}.{index}"), item, settings);
            }
        }
        Value::String(text) => settings.push((key.to_owned(), text.clone())),
        other => settings.push((key.to_owned(), other.to_string())),
    }
}

fn is_nested(value: &Value) -> bool {
    match value {
        Value::Object(inside) => !inside.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    }
}

/// The configuration that params make: flat, each a number, a truth value or a list where its text is one, and a text otherwise.
pub(super) fn config_of<'a>(params: impl Iterator<Item = (&'a str, &'a str)>) -> Option<String> {
    let mut config = Map::new();
    for (key, text) in params {
        let value = match serde_json::from_str(text) {
            Ok(Value::String(_)) | Err(_) => Value::from(text),
            Ok(value) => value,
        };
        config.insert(key.to_owned(), value);
    }
    (!config.is_empty()).then(|| Value::Object(config).to_string())
}

/// The text, or as much of it as MLflow takes.
pub(super) fn cut(text: String, most: usize, what: &str, key: &str, losses: &mut Losses) -> String {
    let Some((end, _)) = text.char_indices().nth(most) else { return text };
    losses.note(format!("{what} '{}' is cut to {most} characters", quoted(key)));
    text[..end].to_owned()
}

pub(super) fn renamed(what: &str, key: &str, name: &str) -> String {
    format!("{what} '{}' is called '{}' in MLflow", quoted(key), quoted(name))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn params(config: &str) -> (Vec<(String, String)>, Vec<String>) {
        let mut losses = Losses::default();
        (params_of(Some(config), &mut losses), losses.sentences())
    }

    #[test]
    fn configuration_is_laid_flat_as_the_dashboard_shows_it() {
        let config = r#"{"lr":0.001,"net":{"sizes":[1,2],"blocks":[{"n":1},2],"none":null,"empty":{}},"name":"a b","on":true}"#;
        let (mut params, losses) = params(config);
        params.sort();
        let expected = [
            ("lr", "0.001"),
            ("name", "a b"),
            ("net.blocks.0.n", "1"),
            ("net.blocks.1", "2"),
            ("net.empty", "{}"),
            ("net.none", "null"),
            ("net.sizes", "[1,2]"),
            ("on", "true"),
        ];
        assert_eq!(params, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
        assert!(losses.is_empty());
    }

    #[test]
    fn long_texts_are_cut_at_a_character_and_other_keys_renamed_and_both_are_said() {
        let config = format!(r#"{{"a?":1,"a_":2,"text":"{}"}}"#, "é".repeat(6_001));
        let (params, losses) = params(&config);
        assert_eq!(params[0], ("a_".to_owned(), "2".to_owned()));
        assert_eq!(params[2], ("a_-2".to_owned(), "1".to_owned()));
        assert_eq!(params[1].1, "é".repeat(6_000));
        assert_eq!(
            losses,
            ["setting 'text' is cut to 6000 characters", "setting 'a?' is called 'a_-2' in MLflow"]
        );
    }

    #[test]
    fn params_become_a_configuration_of_plain_values() {
        let params = [("lr", "0.001"), ("name", "adam"), ("sizes", "[1,2]"), ("on", "true"), ("id", "\"1\"")];
        let config = config_of(params.into_iter()).unwrap_or_default();
        assert_eq!(config, r#"{"id":"\"1\"","lr":0.001,"name":"adam","on":true,"sizes":[1,2]}"#);
        assert_eq!(config_of([].into_iter()), None);
    }
}
