//! Imports are published as a whole or not at all, and what is left of one that was cut off is swept.

mod batches;
mod cut_off;
mod ended;
mod published;
mod records;
mod slow;
mod told;
mod unsaved;

use std::future::Future;
use std::ops::Range;
use std::pin::pin;
use std::task::{Context, Waker};

use entrenar::columns::EMPTY_BLOCK;
use entrenar::database::operations::IMPORT_LIFETIME_MS;
use entrenar::database::{Change, Key, Range as Keys, Table, Value};
use entrenar::engine::{Import, Imported};
use entrenar::interop::jsonl::{JsonLinesExporter, JsonLinesImporter};
use entrenar::interop::{Exporter, ImportedPart, ImportedRun, Importer};
use entrenar::storage::{RawPoint, Result, RunRecord, RunStatus, StorageError};
use futures::channel::oneshot;
use futures::executor::block_on;
use proptest::prelude::*;

use crate::support::faulty_database::{Fault, FaultyDatabase, OnClose, SharedDatabase, broken, full};
use crate::tab::{Tab, catalog, stored_steps};

/// Three runs of two experiments, one of them with as many points as take several segments.
pub fn file() -> Vec<u8> {
    let mut lines = vec![
        r#"{"format":"entrenar","version":1}"#.to_owned(),
        r#"{"line":"experiment","id":"exp-0","name":"first","created_ms":1.0,"config":{"a":1}}"#.to_owned(),
        r#"{"line":"experiment","id":"exp-1","name":"second","created_ms":2.0}"#.to_owned(),
    ];
    let run = |id: &str, experiment: &str| {
        format!(
            r#"{{"line":"run","id":"{id}","experiment":"{experiment}","status":"Success","created_ms":3.0,"ended_ms":9.0}}"#
        )
    };
    let numbers = |count: u64| (0..count).map(|number| number.to_string()).collect::<Vec<_>>().join(",");
    let points = |key: &str, count: u64| {
        let numbers = numbers(count);
        format!(
            r#"{{"line":"points","key":"{key}","step":[{numbers}],"value":[{numbers}],"timestamp_ms":[{numbers}]}}"#
        )
    };
    lines.extend([run("run-0", "exp-0"), points("loss", 20_000), points("accuracy", 3)]);
    lines.extend([
        r#"{"line":"artifact","key":"notes","size":5,"sha256":"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"}"#.to_owned(),
        r#"{"line":"bytes","base64":"aGVsbG8="}"#.to_owned(),
    ]);
    lines.extend([run("run-1", "exp-1"), points("loss", 2), run("run-2", "exp-0")]);
    lines.push(r#"{"line":"end","runs":3,"points":20005}"#.to_owned());
    lines.join("\n").into_bytes()
}

pub async fn import(tab: &Tab, file: &[u8]) -> Result<Vec<String>> {
    let read = async |import: &mut Import<'_, FaultyDatabase>| {
        let mut importer = JsonLinesImporter::default();
        let mut parts = Vec::new();
        for piece in file.chunks(4_096) {
            importer.push(piece, &mut parts).unwrap();
            import.add(parts.drain(..)).await?;
        }
        let runs = importer.finish(&mut parts).unwrap();
        import.add(parts).await?;
        Ok(Imported { experiments: importer.experiments(), runs })
    };
    tab.session.import("token", read).await
}

/// Points of the import's only run, each with its step as value and time.
pub fn points(key: &str, steps: Range<u64>) -> ImportedPart {
    let points = steps.map(|step| RawPoint { step, value: step as f64, timestamp_ms: step as i64 });
    ImportedPart::Points { run: 0, key: key.to_owned(), points: points.collect() }
}

/// What a file says that has one run.
pub fn one_run(status: RunStatus) -> Imported {
    let record = RunRecord { status, ..RunRecord::new(String::new(), String::new(), 0) };
    let experiment_name = Some("first".to_owned());
    let runs = vec![ImportedRun { experiment_name, experiment_config_json: None, record }];
    Imported { experiments: Vec::new(), runs }
}

pub async fn export(tab: &Tab, run_ids: &[String]) -> Vec<u8> {
    let mut exporter = JsonLinesExporter::default();
    let mut file = Vec::new();
    for run_id in run_ids {
        let run = tab.session.exported_run(run_id).await.unwrap();
        exporter.begin_run(&run.experiment, &run.record, &mut file).unwrap();
        run.write_points(&mut exporter, 1_000, &mut file).unwrap();
        for artifact in &run.record.artifacts {
            let bytes = tab.session.get_artifact(run_id, &artifact.key).await.unwrap();
            exporter.write_artifact(artifact, &bytes, &mut file).unwrap();
        }
        exporter.end_run(&run.record, &mut file).unwrap();
    }
    exporter.finish(&mut file).unwrap();
    file
}

/// The keys of everything but the counters of ids.
pub fn left(shared: &SharedDatabase) -> Vec<(Table, Key)> {
    let mut left = Vec::new();
    for table in Table::ALL {
        for (key, _) in shared.memory.records(table, &Keys::All) {
            if key != Key::text("ids") {
                left.push((table, key));
            }
        }
    }
    left
}
