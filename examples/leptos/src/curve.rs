//! A curve as the path of an SVG.

use std::fmt::Write;

/// The path of values from 0 to 1 through a box of 100 by 30.
pub(crate) fn path(values: &[f64]) -> String {
    let mut path = String::new();
    #[expect(clippy::cast_precision_loss, reason = "there are few")]
    let width = (values.len().max(2) - 1) as f64;
    for (index, value) in values.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "there are few")]
        let x = 100.0 * index as f64 / width;
        // Writing to a string does not fail.
        let _ = write!(path, "{}{x:.1} {:.1}", if index == 0 { "M" } else { "L" }, 30.0 * (1.0 - value));
    }
    path
}
