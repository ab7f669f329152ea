//! Plain JavaScript objects of text and numbers, field by field: one small function for each kind of field.

use js_sys::Object;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

#[wasm_bindgen(module = "/src/wasm/js/intrinsics.js")]
extern "C" {
    /// Gives an object a property of its own, of whatever name: pages may have put setters on the prototype of all objects.
    #[wasm_bindgen(js_name = setOwn)]
    pub fn set_own(object: &JsValue, name: &str, value: &JsValue);
}

/// A fresh plain object: setting its properties runs no other code and cannot fail.
#[derive(Debug)]
pub(super) struct PlainObject(JsValue);

impl Default for PlainObject {
    fn default() -> Self {
        Self(Object::new().unchecked_into())
    }
}

impl PlainObject {
    /// The object.
    #[must_use]
    pub(super) fn into_value(self) -> JsValue {
        self.0
    }

    /// Sets any property.
    pub(super) fn set(&self, name: &str, value: &JsValue) {
        set_own(&self.0, name, value);
    }

    /// Sets a text.
    pub(super) fn text(&self, name: &str, text: &str) {
        self.set(name, &text.into());
    }

    /// Sets a text that may be missing.
    pub(super) fn some_text(&self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    /// Sets a number.
    pub(super) fn number(&self, name: &str, number: f64) {
        self.set(name, &number.into());
    }

    /// Sets a number that may be missing.
    pub(super) fn some_number(&self, name: &str, number: Option<f64>) {
        if let Some(number) = number {
            self.number(name, number);
        }
    }

    /// Sets a list of texts.
    pub(super) fn texts(&self, name: &str, texts: &[String]) {
        self.set(name, &text_list(texts));
    }
}

/// A list of texts.
#[must_use]
pub(super) fn text_list(texts: &[String]) -> JsValue {
    // Texts can always be copied.
    serde_wasm_bindgen::to_value(texts).unwrap_or_default()
}
