//! The debiased exponential moving average over every value of a column, extended as the column grows.

use super::column::Column;

#[derive(Debug, Clone, Default)]
pub(super) struct Average {
    weight: f64,
    values: Vec<f64>,
    accumulated: f64,
    mass: f64,
}

impl Average {
    /// `weight` is how much of the past each point keeps: at least 0, below 1.
    pub(super) fn new(weight: f64) -> Self {
        Self { weight, ..Self::default() }
    }

    pub(super) fn weight(&self) -> f64 {
        self.weight
    }

    pub(super) fn values(&self) -> &[f64] {
        &self.values
    }

    pub(super) fn extend(&mut self, column: &dyn Column) {
        let Self { weight, values, accumulated, mass } = self;
        // As large as it must be: most columns are taken in once, as a whole.
        if values.is_empty() {
            values.reserve_exact(column.len());
        }
        column.visit(values.len()..column.len(), &mut |_, slice| {
            for &value in slice {
                // What is not finite has no average: it is passed through, and the average goes on behind it.
                if value.is_finite() {
                    *accumulated = *accumulated * *weight + value * (1.0 - *weight);
                    *mass = *mass * *weight + (1.0 - *weight);
                    values.push(*accumulated / *mass);
                } else {
                    values.push(value);
                }
            }
        });
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_average_is_debiased_and_does_not_depend_on_how_the_column_grew(
            values in prop::collection::vec(
                prop_oneof![9 => -1e6..1e6f64, 1 => Just(f64::NAN), 1 => Just(f64::INFINITY)],
                1..300,
            ),
            weight in prop::sample::select(vec![0.1, 0.6, 0.99, 0.9999]),
            cut in 0..300usize,
        ) {
            let mut grown = Average::new(weight);
            grown.extend(&&values[..cut.min(values.len())]);
            grown.extend(&values.as_slice());
            prop_assert_eq!(grown.values().len(), values.len());
            for (index, &value) in values.iter().enumerate() {
                if !value.is_finite() {
                    prop_assert_eq!(grown.values()[index].to_bits(), value.to_bits());
                    continue;
                }
                // By the definition: weights fall by a constant factor, and are divided by their sum.
                let (mut sum, mut mass, mut share) = (0.0, 0.0, 1.0);
                for earlier in values[..=index].iter().rev().filter(|value| value.is_finite()) {
                    sum += earlier * share;
                    mass += share;
                    share *= weight;
                }
                prop_assert!((grown.values()[index] - sum / mass).abs() < 1e-4);
            }
        }
    }
}
