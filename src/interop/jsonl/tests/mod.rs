#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod refusals;
mod round_trips;
mod unknown_fields;

use std::sync::Arc;

use proptest::prelude::*;

use super::{JsonLinesExporter, JsonLinesImporter};
use crate::interop::{
    ExportedRun, Exporter, FileError, FileErrorKind, ImportedExperiment, ImportedPart, ImportedRun, Importer,
    Position,
};
use crate::storage::{
    ArtifactRef, ExperimentRecord, MAX_STEP, NamedSeries, RawPoint, RunRecord, RunStatus, Series, Tag,
    UnknownOfSeries, content_hash,
};

/// An artifact's key and bytes, and what else is said of it.
type Artifact = (String, Arc<[u8]>, Option<String>);

/// What a file holds, as its reader tells.
#[derive(Debug, Default)]
struct Read {
    experiments: Vec<ImportedExperiment>,
    runs: Vec<ImportedRun>,
    /// Of each run, its series in the order of first logging.
    points: Vec<Vec<(String, Vec<RawPoint>)>>,
    artifacts: Vec<Vec<Artifact>>,
}

fn read(file: &[u8], piece: usize) -> Result<Read, FileError> {
    let mut importer = JsonLinesImporter::default();
    let mut parts = Vec::new();
    for bytes in file.chunks(piece.max(1)) {
        importer.push(bytes, &mut parts)?;
    }
    let runs = importer.finish(&mut parts)?;
    let mut read = Read { experiments: importer.experiments(), ..Read::default() };
    read.points = vec![Vec::new(); runs.len()];
    read.artifacts = vec![Vec::new(); runs.len()];
    read.runs = runs;
    for part in parts {
        match part {
            ImportedPart::Points { run, key, points } => {
                let series = &mut read.points[run];
                match series.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, known)) => known.extend(points),
                    None => series.push((key, points)),
                }
            }
            ImportedPart::Artifact { run, key, bytes, unknown_json } => {
                read.artifacts[run].push((key, bytes.into(), unknown_json));
            }
        }
    }
    Ok(read)
}

fn write(runs: &[(ExportedRun, Vec<Artifact>)], slice: usize) -> Vec<u8> {
    let mut exporter = JsonLinesExporter::default();
    let mut file = Vec::new();
    for (run, artifacts) in runs {
        exporter.begin_run(&run.experiment, &run.record, &mut file).unwrap();
        run.write_points(&mut exporter, slice, &mut file).unwrap();
        for (reference, (_, bytes, _)) in run.record.artifacts.iter().zip(artifacts) {
            exporter.write_artifact(reference, bytes, &mut file).unwrap();
        }
        exporter.end_run(&run.record, &mut file).unwrap();
    }
    exporter.finish(&mut file).unwrap();
    file
}

/// The runs that a file holds, as they would be exported again.
fn exported_again(read: &Read) -> Vec<(ExportedRun, Vec<Artifact>)> {
    let mut runs = Vec::new();
    for (number, ((run, points), artifacts)) in
        read.runs.iter().zip(&read.points).zip(&read.artifacts).enumerate()
    {
        let name = run.experiment_name.clone().unwrap();
        let position = read.experiments.iter().position(|experiment| experiment.name == name).unwrap();
        let experiment = &read.experiments[position];
        let mut record = run.record.clone();
        record.run_id = format!("run-{number}");
        record.experiment_id = format!("exp-{position}");
        record.artifacts = artifacts.iter().map(reference).collect();
        let experiment = ExperimentRecord {
            format: 1,
            experiment_id: record.experiment_id.clone(),
            name,
            created_ms: experiment.created_ms,
            config_json: experiment.config_json.clone(),
            unknown_json: experiment.unknown_json.clone(),
        };
        let series = points.iter().map(|(key, points)| series(key, points)).collect();
        runs.push((ExportedRun { experiment, record, series }, artifacts.clone()));
    }
    runs
}

fn reference((key, bytes, unknown_json): &Artifact) -> ArtifactRef {
    let (hash, size) = (content_hash(bytes), bytes.len() as u32);
    ArtifactRef { key: key.clone(), hash, size, unknown_json: unknown_json.clone() }
}

fn series(key: &str, points: &[RawPoint]) -> NamedSeries {
    let mut series = Series::default();
    points.iter().for_each(|&point| series.push(point));
    NamedSeries { key: key.to_owned(), series }
}

fn any_point() -> impl Strategy<Value = RawPoint> {
    let value = prop_oneof![
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
        Just(-0.0),
        any::<f64>().prop_filter("one NaN is as good as another", |value| !value.is_nan()),
    ];
    let step = prop_oneof![0..4u64, 0..=MAX_STEP];
    (step, value, -8_640_000_000_000_000..=8_640_000_000_000_000i64)
        .prop_map(|(step, value, timestamp_ms)| RawPoint { step, value, timestamp_ms })
}

fn any_config() -> impl Strategy<Value = Option<String>> {
    prop::option::of(prop_oneof![
        Just("{\"lr\": 1e-4,\n \"seed\": 20231129123456789012345}".to_owned()),
        Just("{\"b\":1,\"a\":[0.1,-0,1e400]}".to_owned()),
        Just(format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000))),
    ])
}

/// Fields that a later version, or another program, may have written.
fn any_unknown() -> impl Strategy<Value = Option<String>> {
    prop::option::of(prop_oneof![
        Just(r#"{"group":[1,2.50],"parent":{"a":null}}"#.to_owned()),
        Just(r#"{"unit":"s"}"#.to_owned()),
        Just(r#"{"":"","ü\"\n":1e400}"#.to_owned()),
    ])
}

fn any_run() -> impl Strategy<Value = (ExportedRun, Vec<Artifact>)> {
    let points = prop::collection::vec(any_point(), 1..40);
    let series = prop::collection::btree_map("[^\\x00]{1,6}", points, 0..4);
    let tags = prop::collection::btree_map("\\PC{1,4}", any::<String>(), 0..3);
    let artifacts =
        prop::collection::btree_map("\\PC{1,4}", prop::collection::vec(any::<u8>(), 0..200), 0..3);
    let texts = (prop::option::of(any::<String>()), prop::option::of(any::<String>()), any_config());
    let times = (0..1i64 << 50, prop::option::of(0..1i64 << 50), prop::option::of(0.0..1e15));
    let unknown = (any_unknown(), any_unknown(), any_unknown(), any_unknown());
    (series, tags, artifacts, texts, times, 0..5usize, any::<bool>(), unknown).prop_map(
        |(
            points,
            tags,
            artifacts,
            (run_name, span_id, config_json),
            (created, started, ended_ms),
            status,
            is_odd,
            (of_run, of_experiment, of_artifacts, of_series),
        )| {
            let mut record = RunRecord::new("run-0".to_owned(), "exp-0".to_owned(), created);
            record.started_ms = started.map(|started| started as f64);
            record.ended_ms = ended_ms;
            record.status = RunStatus::ALL[status];
            record.run_name = run_name;
            record.span_id = span_id;
            record.tags = tags.into_iter().map(|(key, value)| Tag { key, value }).collect();
            record.interruptions = if is_odd { vec![[1.0, 2.5], [3.0, 4.0]] } else { Vec::new() };
            record.unknown_json = of_run;
            // Every other series says something of its own.
            record.unknown_of_series = points
                .keys()
                .step_by(2)
                .filter_map(|key| Some(UnknownOfSeries { key: key.clone(), json: of_series.clone()? }))
                .collect();
            record.config_json.clone_from(&config_json);
            let artifacts: Vec<Artifact> =
                artifacts.into_iter().map(|(key, bytes)| (key, bytes.into(), of_artifacts.clone())).collect();
            record.artifacts = artifacts.iter().map(reference).collect();
            let experiment = ExperimentRecord {
                format: 1,
                experiment_id: "exp-0".to_owned(),
                name: "mnist".to_owned(),
                created_ms: 17.0,
                config_json,
                unknown_json: of_experiment,
            };
            let series = points.iter().map(|(key, points)| self::series(key, points)).collect();
            (ExportedRun { experiment, record, series }, artifacts)
        },
    )
}

/// Three runs of two experiments, numbered as an import numbers them.
fn numbered(mut runs: Vec<(ExportedRun, Vec<Artifact>)>) -> Vec<(ExportedRun, Vec<Artifact>)> {
    let experiment = runs.first().map(|(run, _)| run.experiment.clone());
    for (number, (run, _)) in runs.iter_mut().enumerate() {
        run.record.run_id = format!("run-{number}");
        if let Some(experiment) = &experiment {
            run.experiment = experiment.clone();
        }
    }
    runs
}

fn sample() -> ExportedRun {
    let mut record = RunRecord::new("run-3".to_owned(), "exp-1".to_owned(), 1_700_000_000_000);
    record.status = RunStatus::Success;
    record.config_json = Some("{\"lr\":0.1}".to_owned());
    let experiment = ExperimentRecord {
        format: 1,
        experiment_id: "exp-1".to_owned(),
        name: "mnist".to_owned(),
        created_ms: 1_700_000_000_000.0,
        config_json: None,
        unknown_json: None,
    };
    let points = [RawPoint { step: 0, value: 0.5, timestamp_ms: 1_700_000_000_000 }; 3];
    ExportedRun { experiment, record, series: vec![series("loss", &points)] }
}

fn sample_file() -> String {
    String::from_utf8(write(&[(sample(), Vec::new())], 10)).unwrap()
}

/// The sample with fields after those of its run.
fn with_fields(fields: &str) -> String {
    let file = sample_file();
    let mut lines: Vec<String> = file.lines().map(str::to_owned).collect();
    lines[2] = format!("{},{fields}}}", lines[2].strip_suffix('}').unwrap());
    lines.join("\n")
}
