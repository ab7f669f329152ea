//! Runs for tests, and what formats do with them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use proptest::prelude::*;

use super::{ExportedRun, Exporter, FileError, ImportedPart, ImportedRun, Importer};
use crate::storage::{ExperimentRecord, MAX_STEP, NamedSeries, RawPoint, RunRecord, RunStatus, Series, Tag};

/// A run with these series.
pub(super) fn run(number: usize, series: Vec<(String, Vec<RawPoint>)>) -> ExportedRun {
    let experiment = ExperimentRecord {
        format: 1,
        experiment_id: "exp-0".to_owned(),
        name: "mnist, \"first\"".to_owned(),
        created_ms: 0.0,
        config_json: None,
        unknown_json: None,
    };
    let mut record = RunRecord::new(format!("run-{number}"), "exp-0".to_owned(), 1_795_750_137_042);
    record.run_name = Some(format!("=run {number}"));
    record.status = RunStatus::Success;
    let named = |(key, points): (String, Vec<RawPoint>)| {
        let mut series = Series::default();
        points.into_iter().for_each(|point| series.push(point));
        NamedSeries { key, series }
    };
    ExportedRun::new(experiment, record, series.into_iter().map(named).collect())
}

/// Points at steps 0, 1, 2, …, one a second.
pub(super) fn points(values: &[f64]) -> Vec<RawPoint> {
    let point = |(step, value): (usize, &f64)| RawPoint {
        step: step as u64,
        value: *value,
        timestamp_ms: 1_795_750_137_042 + 1000 * step as i64,
    };
    values.iter().enumerate().map(point).collect()
}

/// Gives the run a configuration, tags and what else a run may have but points and artifacts.
pub(super) fn dressed(mut run: ExportedRun) -> ExportedRun {
    let config = r#"{"lr":0.001,"layers":[64,32],"optimizer":{"name":"adam","nesterov":false},"note":null}"#;
    run.record.config_json = Some(config.to_owned());
    let tag = |key: &str, value: &str| Tag { key: key.to_owned(), value: value.to_owned() };
    run.record.tags = vec![tag("stage", "final"), tag("author", "Zoë")];
    run.record.span_id = Some("span-7".to_owned());
    run.record.status = RunStatus::Failed;
    run.record.started_ms = Some(1_795_750_137_100.0);
    run.record.ended_ms = Some(1_795_750_199_001.0);
    run.record.interruptions = vec![[1_795_750_140_000.0, 1_795_750_141_500.0]];
    run
}

/// The bytes that an exporter makes of runs, slice by slice.
pub(super) fn export(exporter: &mut dyn Exporter, runs: &[ExportedRun], slice: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for run in runs {
        exporter.begin_run(&run.experiment, &run.record, &mut bytes).unwrap();
        run.write_points(exporter, slice, &mut bytes).unwrap();
        exporter.end_run(&run.record, &mut bytes).unwrap();
    }
    exporter.finish(&mut bytes).unwrap();
    bytes
}

/// A run that was imported, with its points: series in the order of their first parts.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Read {
    pub(super) run: ImportedRun,
    pub(super) series: Vec<(String, Vec<RawPoint>)>,
}

/// The runs that an importer makes of bytes, in pieces of this size.
pub(super) fn import(
    importer: &mut dyn Importer,
    bytes: &[u8],
    piece: usize,
) -> Result<Vec<Read>, FileError> {
    let mut parts = Vec::new();
    for piece in bytes.chunks(piece.max(1)) {
        importer.push(piece, &mut parts)?;
    }
    let runs = importer.finish(&mut parts)?;
    let mut read: Vec<Read> = runs.into_iter().map(|run| Read { run, series: Vec::new() }).collect();
    for part in parts {
        let ImportedPart::Points { run, key, points } = part else { panic!("no artifact was exported") };
        let series = &mut read[run].series;
        match series.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => known.extend(points),
            None => series.push((key, points)),
        }
    }
    Ok(read)
}

/// Whether the points are those that were exported, to the bit but for which NaN it is.
pub(super) fn assert_same(exported: &[(String, Vec<RawPoint>)], read: &[(String, Vec<RawPoint>)]) {
    let plain = |series: &[(String, Vec<RawPoint>)]| -> Vec<_> {
        let bits = |value: f64| if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() };
        let plain = |point: &RawPoint| (point.step, bits(point.value), point.timestamp_ms);
        let with_points = series.iter().filter(|(_, points)| !points.is_empty());
        with_points.map(|(key, points)| (key.clone(), points.iter().map(plain).collect::<Vec<_>>())).collect()
    };
    assert_eq!(plain(exported), plain(read));
}

/// Keys as users have them, and others.
pub(super) fn keys() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,6}(/[a-z]{1,6})?",
        "[=+@'\t\r\n,;\" -]{0,3}[a-zé＝=]{1,3}[,\"\n ]?",
        any::<String>().prop_filter("a key is not empty", |key| !key.is_empty()),
        Just("step".to_owned()),
        Just("value".to_owned()),
    ]
}

/// Any point that can be logged, at a time that JavaScript can say.
pub(super) fn any_point() -> impl Strategy<Value = RawPoint> {
    let steps = prop_oneof![0..20_u64, 0..=MAX_STEP];
    let values = prop_oneof![
        any::<f64>(),
        any::<u64>().prop_map(f64::from_bits),
        Just(-0.0),
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
        (0..1000).prop_map(f64::from),
    ];
    let times = prop_oneof![1_795_750_137_000..1_795_750_139_000_i64, -(1_i64 << 48)..(1_i64 << 48)];
    (steps, values, times).prop_map(|(step, value, timestamp_ms)| RawPoint { step, value, timestamp_ms })
}

/// Series of one run: their keys are different.
pub(super) fn any_series() -> impl Strategy<Value = Vec<(String, Vec<RawPoint>)>> {
    let series = prop::collection::btree_map(keys(), prop::collection::vec(any_point(), 0..12), 0..5);
    series.prop_map(|series| series.into_iter().collect())
}
