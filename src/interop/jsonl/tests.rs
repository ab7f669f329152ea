#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

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

proptest! {
    #[test]
    fn what_is_exported_imported_and_exported_again_is_the_same_file(
        runs in prop::collection::vec(any_run(), 0..4),
        slice in 1..50usize,
        piece in 1..5_000usize,
    ) {
        let file = write(&numbered(runs), slice);
        let read = read(&file, piece)?;
        let again = write(&exported_again(&read), slice);
        prop_assert_eq!(String::from_utf8_lossy(&again), String::from_utf8_lossy(&file));
    }

    #[test]
    fn points_come_back_exactly(points in prop::collection::vec(any_point(), 0..3_000), piece in 1..100_000usize) {
        let mut run = sample();
        run.series = vec![series("loss", &points)];
        let read = read(&write(&[(run, Vec::new())], 700), piece)?;
        let found = read.points[0].first().map_or(&[][..], |(_, points)| points);
        prop_assert_eq!(found.len(), points.len());
        for (found, point) in found.iter().zip(&points) {
            let is_nan = found.value.is_nan() && point.value.is_nan();
            prop_assert!(found.is_same(point) || (is_nan && found.step == point.step), "{found:?} {point:?}");
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), at in 0..600usize) {
        let _ = read(&bytes, 7);
        let mut file = write(&[(sample(), Vec::new())], 10);
        for (place, byte) in file.iter_mut().skip(at).zip(bytes) {
            *place ^= byte & 1;
        }
        let _ = read(&file, 7);
    }
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

#[test]
fn a_file_is_what_its_documentation_says() {
    let documented = include_str!("../../../docs/json-lines.md");
    let (_, example) = documented.split_once("```jsonl\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let read = read(example.as_bytes(), 100).unwrap();
    assert_eq!(String::from_utf8(write(&exported_again(&read), 1_000)).unwrap(), example);
}

#[test]
fn a_file_that_was_cut_off_is_refused_wherever_that_was() {
    let file = sample_file();
    for length in 0..file.len() - 1 {
        let error = read(&file.as_bytes()[..length], 64).unwrap_err();
        assert_eq!(error.kind, FileErrorKind::Invalid, "cut at {length}: {error}");
    }
    assert!(read(file.trim_end().as_bytes(), 64).is_ok(), "the last line may lack its end");
}

#[test]
fn a_file_with_line_ends_of_windows_is_read() {
    let file = sample_file().replace('\n', "\r\n");
    assert_eq!(read(file.as_bytes(), 5).unwrap().points[0][0].1.len(), 3);
}

#[test]
fn a_file_of_a_newer_version_is_refused_as_such() {
    let newer = sample_file().replace("\"version\":1", "\"version\":2");
    let error = read(newer.as_bytes(), 64).unwrap_err();
    assert_eq!((error.kind, error.at), (FileErrorKind::Newer, Position::Line(1)));
    let unknown = sample_file().replace("\"line\":\"points\"", "\"line\":\"images\"");
    let error = read(unknown.as_bytes(), 64).unwrap_err();
    assert_eq!((error.kind, error.at), (FileErrorKind::Newer, Position::Line(4)));
}

#[test]
fn a_line_that_is_wrong_is_refused_with_its_number() {
    let file = sample_file();
    for (right, wrong, line) in [
        ("{\"format\":\"entrenar\"", "{\"format\":\"wandb\"", 1),
        ("\"name\":\"mnist\"", "\"name\":7", 2),
        ("\"experiment\":\"exp-1\"", "\"experiment\":\"exp-2\"", 3),
        ("\"status\":\"Success\"", "\"status\":\"Great\"", 3),
        ("\"step\":[0,0,0]", "\"step\":[0,0]", 4),
        ("\"step\":[0,0,0]", "\"step\":[0,0,9007199254740992]", 4),
        ("\"step\":[0,0,0]", "\"step\":[0,0,-1]", 4),
        ("\"value\":[0.5,0.5,0.5]", "\"value\":[0.5,0.5,null]", 4),
        ("\"value\":[0.5,0.5,0.5]", "\"value\":[0.5,0.5,1e999]", 4),
        ("\"timestamp_ms\":[1700000000000,", "\"timestamp_ms\":[9700000000000000,", 4),
        ("\"key\":\"loss\"", "\"key\":\"\"", 4),
        ("\"points\":3", "\"points\":4", 5),
        (
            "\"runs\":1,\"points\":3}",
            "\"runs\":1,\"points\":3}\n{\"line\":\"end\",\"runs\":1,\"points\":3}",
            6,
        ),
        (
            "{\"line\":\"run\"",
            "{\"line\":\"experiment\",\"id\":\"exp-1\",\"name\":\"other\",\"created_ms\":1}\n{\"line\":\"run\"",
            3,
        ),
        ("{\"line\":\"end\"", "{\"line\":\"bytes\",\"base64\":\"AAAA\"}\n{\"line\":\"end\"", 5),
    ] {
        let changed = file.replacen(right, wrong, 1);
        assert_ne!(changed, file, "{right}");
        let error = read(changed.as_bytes(), 64).unwrap_err();
        assert_eq!(
            (error.kind, error.at),
            (FileErrorKind::Invalid, Position::Line(line)),
            "{wrong}: {error}"
        );
    }
}

#[test]
fn an_artifact_that_is_not_what_its_line_says_is_refused() {
    let artifact = ("weights".to_owned(), Arc::from(&b"some bytes"[..]), None);
    let mut run = sample();
    run.record.artifacts = vec![reference(&artifact)];
    let file = String::from_utf8(write(&[(run, vec![artifact])], 10)).unwrap();
    assert_eq!(read(file.as_bytes(), 64).unwrap().artifacts[0][0].1[..], b"some bytes"[..]);
    for (right, wrong) in [
        ("\"size\":10", "\"size\":11"),
        ("\"size\":10", "\"size\":9"),
        ("\"size\":10", "\"size\":99999999999"),
        ("c29tZSBieXRlcw==", "c29tZSBieXRlcz=="),
        ("c29tZSBieXRlcw==", "c29tZSBieXRlcv=="),
        ("c29tZSBieXRlcw==", "d29tZSBieXRlcw=="),
    ] {
        let changed = file.replacen(right, wrong, 1);
        assert_ne!(changed, file, "{right}");
        let error = read(changed.as_bytes(), 64).unwrap_err();
        // It is refused when the first byte too many comes, not when memory is full of them.
        assert_eq!(error.message.contains("more than the 9 bytes"), wrong == "\"size\":9", "{error}");
    }
}

#[test]
fn a_line_without_an_end_is_refused_before_it_fills_memory() {
    let mut importer = JsonLinesImporter::default();
    let mut parts = Vec::new();
    let piece = vec![b' '; 1 << 20];
    let refused = (0..100).find(|_| importer.push(&piece, &mut parts).is_err());
    assert_eq!(refused, Some(32));
}

/// The sample with fields after those of its run.
fn with_fields(fields: &str) -> String {
    let file = sample_file();
    let mut lines: Vec<String> = file.lines().map(str::to_owned).collect();
    lines[2] = format!("{},{fields}}}", lines[2].strip_suffix('}').unwrap());
    lines.join("\n")
}

#[test]
fn json_that_is_nested_too_deep_is_refused_with_its_line() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    for (name, depth, is_taken) in
        [("other", 5_000, true), ("other", 1_000_000, false), ("config", 1_000_000, false)]
    {
        let file = with_fields(&format!("\"{name}\":{}", nested(depth)));
        let refused = read(file.as_bytes(), 4_096).map(drop).map_err(|error| error.at);
        assert_eq!(refused, if is_taken { Ok(()) } else { Err(Position::Line(3)) }, "{name} {depth}");
    }
}

#[test]
fn run_has_as_many_tags_as_a_line_holds_and_of_two_of_one_name_the_later() {
    let tags: Vec<String> = (0..200_000)
        .map(|number| format!("{{\"key\":\"{}\",\"value\":\"{number}\"}}", number % 199_999))
        .collect();
    let file = with_fields(&format!("\"tags\":[{}]", tags.join(",")));
    let read = read(file.as_bytes(), 1 << 20).unwrap();
    let tags = &read.runs[0].record.tags;
    assert_eq!(tags.len(), 199_999);
    assert_eq!((&*tags[0].key, &*tags[0].value), ("0", "199999"));
}

#[test]
fn runs_without_end_are_refused_before_they_take_memory() {
    let file = sample_file();
    let lines: Vec<&str> = file.lines().collect();
    let mut importer = JsonLinesImporter::default();
    let mut parts = Vec::new();
    importer.push(lines[..2].join("\n").as_bytes(), &mut parts).unwrap();
    let run = format!("\n{}", lines[2]);
    let refused = (0..1_000_000).find_map(|_| importer.push(run.as_bytes(), &mut parts).err());
    assert!(refused.unwrap().message.contains("descriptions"), "by their weight in memory");
}

/// The sample with these fields at the end of each of its lines.
fn with_fields_everywhere(fields: &str) -> String {
    let with = |line: &str| format!("{},{fields}}}", line.strip_suffix('}').unwrap());
    sample_file().lines().map(with).collect::<Vec<_>>().join("\n")
}

#[test]
fn fields_of_the_file_itself_that_are_unknown_are_left_out_and_told() {
    let mut importer = JsonLinesImporter::default();
    importer.push(with_fields_everywhere("\"new\":[7]").as_bytes(), &mut Vec::new()).unwrap();
    let runs = importer.finish(&mut Vec::new()).unwrap();
    assert_eq!(runs[0].record.unknown_json.as_deref(), Some("{\"new\":[7]}"));
    assert_eq!(runs[0].record.unknown_of_series[0].json, "{\"new\":[7]}");
    assert_eq!(importer.experiments()[0].unknown_json.as_deref(), Some("{\"new\":[7]}"));
    let losses = importer.losses();
    assert_eq!(losses.len(), 1, "{losses:?}");
    assert!(losses[0].contains("'new' of the line 'first'"), "{losses:?}");
    let mut plain = JsonLinesImporter::default();
    plain.push(sample_file().as_bytes(), &mut Vec::new()).unwrap();
    assert_eq!(plain.losses(), [""; 0]);
}

#[test]
fn unknown_field_that_lines_of_one_metric_say_differently_is_kept_as_the_first_says_and_told() {
    let points = |key: &str, fields: &str| {
        format!(
            "{{\"line\":\"points\",\"key\":\"{key}\",\"step\":[0],\"value\":[1],\"timestamp_ms\":[0]{fields}}}\n"
        )
    };
    let file = sample_file();
    let lines: Vec<&str> = file.lines().collect();
    let mut file = format!("{}\n{}\n{}\n", lines[0], lines[1], lines[2]);
    file += &points("loss", "");
    file += &points("loss", ",\"unit\":\"s\"");
    file += &points("time", ",\"unit\":\"ms\"");
    file += &points("loss", ",\"unit\":\"s\",\"goal\":0.50");
    file += &points("loss", ",\"unit\":\"h\"");
    file += "{\"line\":\"end\",\"runs\":1,\"points\":5}\n";
    let mut importer = JsonLinesImporter::default();
    importer.push(file.as_bytes(), &mut Vec::new()).unwrap();
    let runs = importer.finish(&mut Vec::new()).unwrap();
    let kept: Vec<_> =
        runs[0].record.unknown_of_series.iter().map(|of| (of.key.as_str(), of.json.as_str())).collect();
    assert_eq!(kept, [("loss", r#"{"goal":0.50,"unit":"s"}"#), ("time", r#"{"unit":"ms"}"#)]);
    let losses = importer.losses();
    assert!(losses[0].contains("1 said otherwise further down, 'unit' of 'loss'"), "{losses:?}");
}

#[test]
fn unknown_fields_without_end_are_refused_before_they_take_memory() {
    let field = format!(",\"{}\":0", "x".repeat(1 << 20));
    for kind in [
        "points\",\"step\":[],\"value\":[],\"timestamp_ms\":[]",
        "artifact\",\"size\":0,\"sha256\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"",
    ] {
        let file = sample_file();
        let mut importer = JsonLinesImporter::default();
        importer
            .push(&file.as_bytes()[..file.find("{\"line\":\"points\"").unwrap()], &mut Vec::new())
            .unwrap();
        let refused = (0..1_000).find_map(|number| {
            let line = format!("{{\"line\":\"{kind},\"key\":\"{number}\"{field}}}\n");
            importer.push(line.as_bytes(), &mut Vec::new()).err()
        });
        assert!(refused.unwrap().message.contains("descriptions"), "{kind}");
    }
}
