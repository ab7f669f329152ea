//! A configuration as the hparams plugin has it: names with a number, a text or a truth value each.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value};

use super::messages::{Hparam, HparamKind};
use crate::storage::MAX_STEP;

/// The most hyperparameters: a table of more shows nothing.
const MOST: usize = 1000;

/// The hyperparameters in a configuration. What is nested gets its path as its name, a list becomes its JSON text; the text of the
/// configuration, which stands beside them, is whole.
pub(super) fn of_config(config_json: &str) -> BTreeMap<String, Hparam> {
    let mut hparams = BTreeMap::new();
    if let Ok(Value::Object(config)) = serde_json::from_str(config_json) {
        add(&mut hparams, "", &config);
    }
    hparams
}

fn add(hparams: &mut BTreeMap<String, Hparam>, path: &str, config: &Map<String, Value>) {
    for (name, value) in config {
        let name = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let kind = match value {
            Value::Null => continue,
            Value::Object(inside) => {
                add(hparams, &name, inside);
                continue;
            }
            Value::Bool(truth) => HparamKind::Bool(*truth),
            Value::Number(number) => HparamKind::Number(number.as_f64().unwrap_or(f64::NAN)),
            Value::String(text) => HparamKind::Text(text.clone()),
            Value::Array(_) => HparamKind::Text(value.to_string()),
        };
        if hparams.len() < MOST {
            hparams.insert(name, Hparam { kind: Some(kind) });
        }
    }
}

/// The hyperparameters as members of a configuration.
pub(super) fn to_config(hparams: BTreeMap<String, Hparam>, config: &mut Map<String, Value>) {
    for (name, Hparam { kind }) in hparams {
        let value = match kind {
            None => Value::Null,
            Some(HparamKind::Bool(truth)) => Value::Bool(truth),
            Some(HparamKind::Text(text)) => Value::String(text),
            Some(HparamKind::Number(number)) => json_number(number),
        };
        config.insert(name, value);
    }
}

/// Whole numbers without a fraction; what JSON has no number for as text.
fn json_number(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() <= MAX_STEP as f64 {
        return Value::Number(Number::from(number as i64));
    }
    Number::from_f64(number).map_or_else(|| Value::String(number.to_string()), Value::Number)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn nested_configuration_is_laid_flat() {
        let hparams = of_config(r#"{"lr":0.1,"net":{"sizes":[1,2],"bias":true},"none":null,"name":"a"}"#);
        let mut config = Map::new();
        to_config(hparams, &mut config);
        let expected = r#"{"lr":0.1,"name":"a","net.bias":true,"net.sizes":"[1,2]"}"#;
        assert_eq!(Value::Object(config).to_string(), expected);
        assert!(of_config("[1]").is_empty());
    }

    #[test]
    fn numbers_that_json_does_not_have_become_texts() {
        assert_eq!(json_number(64.0).to_string(), "64");
        assert_eq!(json_number(-0.5).to_string(), "-0.5");
        assert_eq!(json_number(f64::INFINITY).to_string(), "\"inf\"");
        assert_eq!(json_number(f64::NAN).to_string(), "\"NaN\"");
    }
}
