//! The page that runs are put into, as the dashboard's build makes it.

use super::{BEGINNING, RUNS_BEGIN};

/// Where the title goes.
const TITLE: &str = "<title></title>";
const TITLE_BEGINS: &str = "<title>";

/// A page in three parts.
#[derive(Debug)]
pub(super) struct Template {
    /// Up to the title's text.
    head: String,
    /// From there up to the runs.
    middle: String,
    /// What follows the runs.
    tail: String,
}

impl Template {
    /// Takes a page apart; nothing if it is no template of reports.
    pub(super) fn of(page: &str) -> Option<Self> {
        if !page.as_bytes().starts_with(BEGINNING) {
            return None;
        }
        let (head, rest) = page.split_once(TITLE)?;
        let (middle, tail) = rest.split_once(RUNS_BEGIN)?;
        // The first one is where the runs are.
        if head.contains(RUNS_BEGIN) || !tail.starts_with("</script>") {
            return None;
        }
        let head = format!("{head}{TITLE_BEGINS}");
        let middle = format!("{}{middle}{RUNS_BEGIN}\n", &TITLE[TITLE_BEGINS.len()..]);
        Some(Self { head, middle, tail: tail.to_owned() })
    }

    /// What stands before the runs of a report of this title.
    pub(super) fn before(&self, title: &str) -> String {
        format!("{}{}{}", self.head, escaped(title), self.middle)
    }

    /// What follows the runs.
    pub(super) fn after(&self) -> &str {
        &self.tail
    }
}

/// Text as HTML has it, in which no markup is left. Characters that HTML forbids become spaces.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            character if character.is_control() => out.push(' '),
            character => out.push(character),
        }
    }
    out
}
