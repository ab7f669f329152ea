//! Writing lines, field by field.

use std::io::{self, Write};

use serde::Serialize;

/// A line that is being written.
pub(super) struct Line<'a> {
    out: &'a mut dyn Write,
    separator: &'static str,
}

impl<'a> Line<'a> {
    /// Begins a line of this kind.
    pub(super) fn begin(out: &'a mut dyn Write, kind: &str) -> io::Result<Self> {
        Self { out, separator: "{" }.field("line", kind)
    }

    /// Begins the first line, which has no kind.
    pub(super) fn first(out: &'a mut dyn Write) -> Self {
        Self { out, separator: "{" }
    }

    pub(super) fn field<T: Serialize + ?Sized>(mut self, name: &str, value: &T) -> io::Result<Self> {
        self.name(name)?;
        serde_json::to_writer(&mut *self.out, value)?;
        Ok(self)
    }

    /// A field that is left out if there is nothing.
    pub(super) fn some_field<T: Serialize>(self, name: &str, value: Option<&T>) -> io::Result<Self> {
        match value {
            Some(value) => self.field(name, value),
            None => Ok(self),
        }
    }

    /// A list that is left out if it is empty.
    pub(super) fn list<T: Serialize>(self, name: &str, list: &[T]) -> io::Result<Self> {
        if list.is_empty() { Ok(self) } else { self.field(name, list) }
    }

    /// A column of numbers.
    pub(super) fn column<T: Serialize>(
        mut self,
        name: &str,
        column: impl Iterator<Item = T>,
    ) -> io::Result<Self> {
        self.name(name)?;
        let mut separator: &[u8] = b"[";
        for number in column {
            self.out.write_all(separator)?;
            serde_json::to_writer(&mut *self.out, &number)?;
            separator = b",";
        }
        self.out.write_all(b"]")?;
        Ok(self)
    }

    /// JSON text as it stands, if it is JSON: every stored one is, unless other code wrote the database. Line ends in it are white space,
    /// for in JSON's strings there are none.
    pub(super) fn json(mut self, name: &str, json: Option<&str>) -> io::Result<Self> {
        let Some(json) = json.filter(|json| is_json(json)) else { return Ok(self) };
        self.name(name)?;
        self.out.write_all(json.replace(['\n', '\r'], " ").as_bytes())?;
        Ok(self)
    }

    /// The fields of an object, as JSON text.
    pub(super) fn fields_of(mut self, json: Option<&str>) -> io::Result<Self> {
        let fields = json.filter(|json| is_json(json)).map(str::trim);
        let Some(fields) = fields.and_then(|json| json.strip_prefix('{')?.strip_suffix('}')) else {
            return Ok(self);
        };
        if !fields.trim().is_empty() {
            self.separate()?;
            self.out.write_all(fields.replace(['\n', '\r'], " ").as_bytes())?;
        }
        Ok(self)
    }

    pub(super) fn end(self) -> io::Result<()> {
        self.out.write_all(b"}\n")
    }

    fn name(&mut self, name: &str) -> io::Result<()> {
        self.separate()?;
        write!(self.out, "\"{name}\":")
    }

    fn separate(&mut self) -> io::Result<()> {
        self.out.write_all(std::mem::replace(&mut self.separator, ",").as_bytes())
    }
}

/// Whether a text is JSON.
pub(in crate::interop) fn is_json(text: &str) -> bool {
    serde_json::from_str::<&serde_json::value::RawValue>(text).is_ok()
}
