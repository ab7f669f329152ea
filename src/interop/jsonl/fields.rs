//! The fields of a line, by their names. A line is one JSON object.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::number::Number;
use crate::interop::calendar::checked_time;
use crate::interop::json_depth::{MOST_DEPTH, is_too_deep};

/// What of a line has not been taken yet, as it is written.
#[derive(Debug)]
pub(in crate::interop) struct Fields<'a>(BTreeMap<Cow<'a, str>, &'a RawValue>);

impl<'a> Fields<'a> {
    pub(in crate::interop) fn of(line: &'a str) -> Result<Self, String> {
        serde_json::from_str(line).map(Self).map_err(|cause| format!("the line is no JSON object: {cause}"))
    }

    /// A field that must be there.
    pub(in crate::interop) fn take<T: Deserialize<'a>>(&mut self, name: &str) -> Result<T, String> {
        self.take_some(name)?.ok_or_else(|| format!("the field '{name}' is missing"))
    }

    /// A field that may be missing, or null.
    pub(super) fn take_some<T: Deserialize<'a>>(&mut self, name: &str) -> Result<Option<T>, String> {
        let Some(json) = self.take_json(name) else { return Ok(None) };
        serde_json::from_str(json).map(Some).map_err(|cause| format!("the field '{name}': {cause}"))
    }

    pub(super) fn text(&mut self, name: &str) -> Result<String, String> {
        self.take(name)
    }

    /// A time in milliseconds since the epoch.
    pub(super) fn time(&mut self, name: &str) -> Result<Option<f64>, String> {
        self.take_some(name)?.map(|Number(time_ms)| checked_time(time_ms)).transpose()
    }

    /// JSON as it is written; nothing for null.
    pub(super) fn take_json(&mut self, name: &str) -> Option<&'a str> {
        self.0.remove(name).map(RawValue::get).filter(|json| *json != "null")
    }

    /// As [`Self::take_json`], of what is kept as it is: it is nested no deeper than readers can bear.
    pub(super) fn take_shallow(&mut self, name: &str) -> Result<Option<String>, String> {
        let json = self.take_json(name);
        if json.is_some_and(is_too_deep) { Err(too_deep(name)) } else { Ok(json.map(str::to_owned)) }
    }

    /// Whether everything was taken.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What was not taken.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.0.iter().map(|(name, json)| (&**name, *json))
    }

    /// Refuses what was not taken if readers of it could not bear how deep it is nested.
    pub(super) fn check_depth(&self) -> Result<(), String> {
        let deep = self.0.iter().find(|(_, json)| is_too_deep(json.get()));
        deep.map_or(Ok(()), |(name, _)| Err(too_deep(name)))
    }

    /// What was not taken, as the text of one object; nothing if that is all.
    pub(super) fn rest(self) -> Result<Option<String>, String> {
        self.check_depth()?;
        Ok(if self.0.is_empty() { None } else { serde_json::to_string(&self.0).ok() })
    }
}

fn too_deep(name: &str) -> String {
    let name: String = name.chars().take(40).collect();
    format!("the field '{name}' is nested deeper than {MOST_DEPTH} levels")
}
