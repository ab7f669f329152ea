//! A series gives back what was logged, bit for bit, in the order of steps.

use entrenar::columns::{
    BatchTimes, CHUNK_POINTS, Columns, LoggedPoint, MAX_STEP, PointBatch, RawPoint, Series,
};
use proptest::prelude::*;

fn point(step: u64, value: f64, timestamp_ms: i64) -> RawPoint {
    RawPoint { step, value, timestamp_ms }
}

fn logged(points: &[RawPoint]) -> Series {
    let mut series = Series::default();
    points.iter().for_each(|&point| series.push(point));
    series
}

/// All that can be seen of a series, values as bits.
fn seen(series: &Series) -> impl PartialEq + std::fmt::Debug + use<> {
    let bits = |point: RawPoint| (point.step, point.value.to_bits(), point.timestamp_ms);
    let points: Vec<_> = series.logged(0..series.len()).into_iter().map(bits).collect();
    let ends = (series.next_step(), series.highest().map(bits));
    (points, ends, series.is_in_step_order(), series.columns().step)
}

#[test]
fn every_column_encoding_gives_back_what_was_logged() {
    let hostile = [
        point(5, -0.0, 1_000),
        point(7, f64::NAN, 900),
        point(9, f64::INFINITY, 1_000 + (1 << 40)),
        point(9, 1e-320, 1_001),
        point(0, f64::from_bits(0x7ff8_dead_beef_0001), 5),
        point(MAX_STEP, 3.5, 6),
    ];
    for length in [hostile.len(), CHUNK_POINTS - 1, CHUNK_POINTS, 3 * CHUNK_POINTS + 17] {
        let points: Vec<RawPoint> = (0..length).map(|i| hostile[i % hostile.len()]).collect();
        let series = logged(&points);
        let back = series.logged(0..length);
        assert_eq!(back.len(), length);
        for (a, b) in back.iter().zip(&points) {
            assert_eq!(
                (a.step, a.value.to_bits(), a.timestamp_ms),
                (b.step, b.value.to_bits(), b.timestamp_ms)
            );
        }
    }
}

#[test]
fn a_range_of_the_log_crosses_chunks() {
    let points: Vec<RawPoint> = (0..10_000u64).map(|i| point(i, i as f64, 0)).collect();
    let series = logged(&points);
    let steps: Vec<u64> = series.logged(4_000..8_200).into_iter().map(|point| point.step).collect();
    assert_eq!(steps, (4_000..8_200).collect::<Vec<_>>());
    assert!(series.logged(10_000..10_000).is_empty());
    assert_eq!(series.logged(9_990..10_010), series.logged(9_990..10_000));
    assert_eq!(series.point(8_199).as_ref(), series.logged(8_000..8_200).last());
    assert_eq!(series.point(10_000), None);
}

#[test]
fn equal_steps_keep_logging_order() {
    let series = logged(&[point(3, 1.0, 0), point(1, 2.0, 0), point(3, 3.0, 0), point(1, 4.0, 0)]);
    let columns = series.columns();
    assert_eq!(columns.step, [1.0, 1.0, 3.0, 3.0]);
    assert_eq!(columns.value, [2.0, 4.0, 1.0, 3.0]);
    assert_eq!(series.highest().map(|p| p.value), Some(3.0));
    assert_eq!(series.next_step(), 4);
}

proptest! {
    #[test]
    fn batches_are_stored_as_their_points_one_by_one(
        batches in prop::collection::vec(
            (
                (0..3u64, 0..4u64),
                prop::collection::vec((any::<u64>().prop_map(f64::from_bits), any::<u16>()), 0..300),
                0..5u32,
                0..20usize,
            ),
            1..30,
        ),
    ) {
        let (mut fast, mut slow) = (Series::default(), Series::default());
        for ((gap, stride), points, time, repeated) in batches {
            let (values, times): (Vec<f64>, Vec<u16>) = points.repeat(repeated).into_iter().unzip();
            let offsets: Vec<u32> = times.into_iter().map(|offset| u32::from(offset) << (4 * time)).collect();
            // Mostly where the series ends, now and then behind or before it; times now and then too far apart.
            let first_step = (fast.next_step() + gap).saturating_sub(1);
            let base = if time == 3 { 1 << 41 } else { i64::from(time) * 1_000 };
            let times = if gap == 0 {
                BatchTimes::Same(base)
            } else {
                BatchTimes::After { base, offsets: &offsets }
            };
            let batch = PointBatch { first_step, stride, values: &values, times };
            fast.push_batch(&batch);
            (0..values.len()).for_each(|index| slow.push(batch.point(index)));
        }
        prop_assert_eq!(seen(&fast), seen(&slow));
    }

    #[test]
    fn points_logged_together_are_stored_as_one_by_one(
        batches in prop::collection::vec(
            (
                // What most points of a batch do: go on by a stride or at the next step, at a time of the batch's.
                (prop::option::of(0..4u64), 0..8i64),
                // Now and then one that goes elsewhere, or comes at another time.
                prop::collection::vec((0..80u32, any::<u64>(), any::<i64>(), any::<u64>()), 0..120),
            ),
            1..40,
        ),
    ) {
        let (mut fast, mut slow) = (Series::default(), Series::default());
        for ((stride, second), points) in batches {
            let mut step = slow.next_step().saturating_sub(second as u64);
            let mut batch = Vec::new();
            for (chance, elsewhere, time, bits) in points {
                step = (step + stride.unwrap_or(1)).min(MAX_STEP);
                batch.push(LoggedPoint {
                    step: match chance {
                        0 => Some(elsewhere % 3_000),
                        1 => None,
                        // The next step of a series is to stay in range, as its caller sees to.
                        _ => stride.map(|_| step),
                    },
                    value: f64::from_bits(bits),
                    timestamp_ms: if chance == 2 { time >> 20 } else { second << 29 },
                });
            }
            for &LoggedPoint { step, value, timestamp_ms } in &batch {
                slow.push(point(step.unwrap_or(slow.next_step()), value, timestamp_ms));
            }
            fast.push_logged(batch.into_iter());
            prop_assert_eq!(fast.next_step(), slow.next_step());
        }
        prop_assert_eq!(seen(&fast), seen(&slow));
    }

    #[test]
    fn columns_are_the_points_by_step(
        points in prop::collection::vec((0..2_000u64, any::<u64>(), 0..1i64 << 42), 0..200),
        repeated in 1..60usize,
        rises in any::<bool>(),
        first in 0..13_000usize,
    ) {
        let mut points: Vec<RawPoint> = points
            .repeat(repeated)
            .into_iter()
            .map(|(step, value, time)| point(step, f64::from_bits(value), time))
            .collect();
        if rises {
            points.sort_by_key(|point| point.step);
        }
        let series = logged(&points);
        let columns = series.columns_from(first);
        let mut windows = Columns::default();
        series.for_each_columns(first, |before, window| {
            assert_eq!(before, windows.value.len());
            windows.step.extend(&window.step);
            windows.value.extend(&window.value);
            windows.timestamp.extend(&window.timestamp);
        });
        prop_assert_eq!(format!("{windows:?}"), format!("{columns:?}"));
        points.sort_by_key(|point| point.step);
        let rest = points.get(first..).unwrap_or_default();
        prop_assert_eq!(columns.step, rest.iter().map(|p| p.step as f64).collect::<Vec<_>>());
        prop_assert_eq!(columns.timestamp, rest.iter().map(|p| p.timestamp_ms as f64).collect::<Vec<_>>());
        let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        let values: Vec<f64> = rest.iter().map(|p| p.value).collect();
        prop_assert_eq!(bits(&columns.value), bits(&values));
    }
}

#[test]
fn there_is_no_point_behind_the_end_however_long_the_series_is() {
    let mut series = Series::default();
    for length in 0..3_000 {
        for behind in [0, 1, 7, 5_000] {
            assert_eq!(series.point(length + behind), None, "{length} points");
        }
        assert!(series.value_at(length).is_nan());
        series.push(point(3, 0.5, 1_000));
    }
}
