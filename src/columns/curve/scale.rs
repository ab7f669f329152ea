//! How values of an axis map onto its length: what `www/src/model/scale.ts` does for the page, step by step the same.

/// An axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// The value at its beginning.
    pub min: f64,
    /// The value at its end.
    pub max: f64,
    /// Whether it is logarithmic; then both are above zero.
    pub log: bool,
}

/// The mapping of one axis.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placement {
    log: bool,
    factor: f64,
    origin: f64,
    span: f64,
}

impl Scale {
    pub(super) fn placement(self) -> Placement {
        let Self { min, max, log } = self;
        if log {
            return Placement { log, factor: 1.0, origin: min.ln(), span: max.ln() - min.ln() };
        }
        // The difference of two huge numbers may be more than a double holds; that of their halves never is.
        let factor = if (max - min).is_finite() { 1.0 } else { 0.5 };
        Placement { log, factor, origin: min * factor, span: max * factor - min * factor }
    }

    /// The value at a position of the axis: 0 at its beginning, 1 at its end.
    pub(super) fn value_at(self, fraction: f64) -> f64 {
        let Self { min, max, log } = self;
        if log {
            return (min.ln() + (max.ln() - min.ln()) * fraction).exp();
        }
        min * (1.0 - fraction) + max * fraction
    }
}

impl Placement {
    /// The position of a value: 0 at the beginning, 1 at the end. NaN where a logarithmic axis has no place for it.
    #[inline(always)]
    pub(super) fn of(&self, value: f64) -> f64 {
        if !self.log {
            return (value * self.factor - self.origin) / self.span;
        }
        if value > 0.0 { (value.ln() - self.origin) / self.span } else { f64::NAN }
    }
}
