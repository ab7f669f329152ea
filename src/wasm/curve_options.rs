//! How a curve is looked at: options of `WasmCurve`'s methods, each checked.

use wasm_bindgen::JsValue;

use super::arguments::{flag, number, string};
use super::error::range_error;
use crate::columns::{Scale, Shown, XAxis};

#[derive(Debug, Clone, Copy)]
enum AxisName {
    Step,
    Relative,
    Wall,
}

/// The axes, and the values on them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    name: AxisName,
    pub(super) smoothing: f64,
    pub(super) log_y: bool,
}

impl Look {
    pub(super) fn read(x_axis: &JsValue, smoothing: &JsValue, log_y: &JsValue) -> Result<Self, JsValue> {
        let name = match given(x_axis).map(|name| string("options.x_axis", name)).transpose()?.as_deref() {
            None | Some("step") => AxisName::Step,
            Some("relative") => AxisName::Relative,
            Some("wall") => AxisName::Wall,
            Some(_) => return Err(range_error("options.x_axis must be 'step', 'relative' or 'wall'")),
        };
        let smoothing = given(smoothing).map_or(Ok(0.0), |weight| number("options.smoothing", weight))?;
        if !(0.0..1.0).contains(&smoothing) {
            return Err(range_error("options.smoothing must be at least 0 and less than 1"));
        }
        Ok(Self { name, smoothing, log_y: flag("options.log_y", log_y)? })
    }

    pub(super) fn axis(self, origin_ms: f64, interruptions: &[[f64; 2]]) -> XAxis<'_> {
        match self.name {
            AxisName::Step => XAxis::Step,
            AxisName::Relative => XAxis::Time { origin_ms, interruptions },
            AxisName::Wall => XAxis::WALL,
        }
    }
}

/// A part of the x axis; all of it where nothing is said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    from: Option<f64>,
    to: Option<f64>,
    log: bool,
}

impl Part {
    pub(super) fn read(from: &JsValue, to: &JsValue, log: &JsValue) -> Result<Self, JsValue> {
        let end = |what, end| {
            let end = given(end).map(|end| number(what, end)).transpose()?;
            match end {
                Some(end) if !end.is_finite() => Err(range_error(&format!("{what} must be finite"))),
                end => Ok(end),
            }
        };
        let part = Self {
            from: end("options.from", from)?,
            to: end("options.to", to)?,
            log: flag("options.log_x", log)?,
        };
        if part.from.zip(part.to).is_some_and(|(from, to)| from > to) {
            return Err(range_error("options.from must not be greater than options.to"));
        }
        if part.log && [part.from, part.to].into_iter().flatten().any(|end| end <= 0.0) {
            return Err(range_error(
                "options.from and options.to must be above 0 where options.log_x is true",
            ));
        }
        Ok(part)
    }

    /// The axis; nothing where the curve has no point for it and no end was given in its place.
    pub(super) fn scale(self, shown: &Shown) -> Option<Scale> {
        let bounds = shown.x_bounds(self.log);
        let (first, last) = bounds.unzip();
        let (min, max) = (self.from.or(first)?, self.to.or(last)?);
        Some(Scale { min, max: max.max(min), log: self.log })
    }
}

/// A place on the x axis.
pub(super) fn place(x: &JsValue) -> Result<f64, JsValue> {
    let x = number("x", x)?;
    if x.is_nan() { Err(range_error("x must be a number, not NaN")) } else { Ok(x) }
}

/// How many pixel columns a picture has.
pub(super) fn picture_width(width: &JsValue) -> Result<f64, JsValue> {
    let width = number("options.width", width)?;
    if (1.0..=65_536.0).contains(&width) {
        return Ok(width);
    }
    Err(range_error("options.width must be from 1 to 65536"))
}

fn given(value: &JsValue) -> Option<&JsValue> {
    (!value.is_undefined()).then_some(value)
}
