//! Where a metric is heading.

use std::fmt;

use serde::Serialize;

/// The direction of a metric's recent values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
pub enum Trend {
    /// It rises by more than 5 % of its mean over the values looked at.
    Rising,
    /// It falls by more than 5 % of its mean over the values looked at.
    Falling,
    /// It does neither, or there are fewer than two finite values.
    #[default]
    Stable,
}

/// The change, relative to the mean, below which a metric counts as stable.
const STABLE_BELOW: f64 = 0.05;

impl Trend {
    /// The trend of values in order: the slope of their least-squares line over all of them, relative to the mean of
    /// their sizes. NaN and ±Infinity are passed over, keeping their places.
    #[must_use]
    pub fn from_values(values: &[f64]) -> Self {
        let finite = || values.iter().enumerate().filter(|(_, value)| value.is_finite());
        let count = finite().count() as f64;
        if count < 2.0 {
            return Self::Stable;
        }
        let mean_x = finite().map(|(x, _)| x as f64).sum::<f64>() / count;
        let mean_y = finite().map(|(_, y)| y / count).sum::<f64>();
        let size = finite().map(|(_, y)| y.abs() / count).sum::<f64>();
        let (mut covariance, mut variance) = (0.0, 0.0);
        for (x, y) in finite() {
            let dx = x as f64 - mean_x;
            covariance += dx * (y - mean_y);
            variance += dx * dx;
        }
        let span = (values.len() - 1) as f64;
        let change = covariance / variance * span / size;
        if change > STABLE_BELOW {
            Self::Rising
        } else if change < -STABLE_BELOW {
            Self::Falling
        } else {
            Self::Stable
        }
    }
}

impl Trend {
    /// A picture of that direction.
    #[must_use]
    pub fn emoji(self) -> &'static str {
        match self {
            Self::Rising => "📈",
            Self::Falling => "📉",
            Self::Stable => "➡️",
        }
    }
}

impl fmt::Display for Trend {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Rising => "rising",
            Self::Falling => "falling",
            Self::Stable => "stable",
        })
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn direction_is_told_from_noise() {
        let noisy = |slope: f64| -> Vec<f64> {
            (0..100).map(|i| 1.0 + slope * f64::from(i) + if i % 2 == 0 { 0.02 } else { -0.02 }).collect()
        };
        assert_eq!(Trend::from_values(&noisy(0.01)), Trend::Rising);
        assert_eq!(Trend::from_values(&noisy(-0.005)), Trend::Falling);
        assert_eq!(Trend::from_values(&noisy(0.0001)), Trend::Stable);
    }

    #[test]
    fn hostile_values_have_no_direction_of_their_own() {
        assert_eq!(Trend::from_values(&[]), Trend::Stable);
        assert_eq!(Trend::from_values(&[f64::NAN, 1.0]), Trend::Stable);
        assert_eq!(Trend::from_values(&[0.0, 0.0, 0.0]), Trend::Stable);
        assert_eq!(Trend::from_values(&[1.0, f64::INFINITY, f64::NAN, 2.0]), Trend::Rising);
        assert_eq!(Trend::from_values(&[-1.0, -2.0, -3.0]), Trend::Falling);
        assert_eq!(Trend::from_values(&[f64::MAX, f64::MAX / 2.0]), Trend::Falling);
    }
}
