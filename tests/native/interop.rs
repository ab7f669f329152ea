//! Files that other programs wrote, as they come in. `tests/interop/make_fixtures.py` made them, with what was logged beside them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use entrenar::interop::tensorboard::{TensorBoardImporter, TensorBoardOptions};
use entrenar::interop::{ImportedPart, ImportedRun, Importer};
use entrenar::storage::RunStatus;
use serde_json::Value;

/// Step, value to the bit, milliseconds.
type Points = Vec<(u64, u64, i64)>;

struct Read {
    runs: Vec<ImportedRun>,
    series: BTreeMap<(usize, String), Points>,
    losses: Vec<String>,
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/fixtures")
}

fn bits(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

fn read(name: &str) -> Read {
    let mut importer = TensorBoardImporter::new(TensorBoardOptions { timestamp_ms: 0 });
    let mut parts = Vec::new();
    let mut paths = Vec::new();
    files(&fixtures().join(name), &mut paths);
    for path in paths {
        importer.begin_file(path.strip_prefix(fixtures()).unwrap().to_str().unwrap()).unwrap();
        fs::read(path).unwrap().chunks(100).for_each(|piece| importer.push(piece, &mut parts).unwrap());
    }
    let runs = importer.finish(&mut parts).unwrap();
    let mut series: BTreeMap<(usize, String), Points> = BTreeMap::new();
    for part in parts {
        let ImportedPart::Points { run, key, points } = part else { panic!("there are no artifacts") };
        let plain = points.iter().map(|point| (point.step, bits(point.value), point.timestamp_ms));
        series.entry((run, key)).or_default().extend(plain);
    }
    Read { runs, series, losses: importer.losses() }
}

/// What was logged, by metric; the time is nothing where the writer chose it.
fn logged(name: &str) -> BTreeMap<String, Vec<(u64, u64, Option<i64>)>> {
    let all: Value =
        serde_json::from_str(&fs::read_to_string(fixtures().join("expected.json")).unwrap()).unwrap();
    let points = |points: &Value| {
        let point = |point: &Value| {
            let value: f64 = point[1].as_str().unwrap().parse().unwrap();
            (point[0].as_u64().unwrap(), bits(value), point[2].as_i64())
        };
        points.as_array().unwrap().iter().map(point).collect()
    };
    all[name].as_object().unwrap().iter().map(|(key, all)| (key.clone(), points(all))).collect()
}

/// Asserts that a run has exactly the points that were logged.
fn assert_has_what_was_logged(read: &Read, run: usize, name: &str) {
    let found = read.series.iter().filter(|((of, _), _)| *of == run);
    let found: BTreeMap<_, _> = found.map(|((_, key), points)| (key.clone(), points.clone())).collect();
    let expected = logged(name);
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (key, points) in expected {
        assert_eq!(found[&key].len(), points.len(), "{key}");
        for (found, (step, value, time)) in found[&key].iter().zip(points) {
            assert_eq!((found.0, found.1), (step, value), "{key}");
            assert!(time.is_none_or(|time| time == found.2), "{key}");
        }
    }
}

#[test]
fn two_files_that_tensorboardx_wrote_of_one_run_come_in_as_one() {
    let read = read("tensorboardx");
    assert_eq!(read.runs.len(), 1);
    assert_has_what_was_logged(&read, 0, "tensorboardx");
    assert_eq!(read.runs[0].record.run_name.as_deref(), Some("tensorboardx"));
    assert_eq!(read.runs[0].record.config_json.as_deref(), Some(r#"{"note":"as *Markdown*"}"#));
    assert_eq!(read.losses, ["images are not imported", "histograms are not imported"]);
}

#[test]
fn hyperparameters_that_tensorboardx_wrote_become_the_configuration() {
    let read = read("tensorboardx-hparams");
    let names: Vec<_> = read.runs.iter().map(|run| run.record.run_name.as_deref().unwrap()).collect();
    assert_eq!(names, ["tensorboardx-hparams", "tensorboardx-hparams/trial"]);
    let trial = &read.runs[1].record;
    let config = r#"{"batch":64,"lr":0.1,"name":"adam","nesterov":true}"#;
    assert_eq!(trial.config_json.as_deref(), Some(config));
    assert_eq!(trial.status, RunStatus::Success);
    assert_has_what_was_logged(&read, 1, "tensorboardx-hparams");
}

#[test]
fn scalars_that_pytorch_wrote_come_in_whichever_their_form() {
    let read = read("pytorch");
    assert_eq!(read.runs.len(), 1);
    assert_has_what_was_logged(&read, 0, "pytorch");
    assert_eq!(read.losses, ["histograms are not imported"]);
}
