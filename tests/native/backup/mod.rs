//! Backups into a folder and restoring from it, over databases and folders in memory.

mod again;
mod cut_off;
mod damage;
mod histories;
mod increments;
mod late_entries;
mod long_runs;
mod lost;
mod restoring;
mod told;
mod unknown;

use std::collections::BTreeMap;

use entrenar::database::{Change, DatabaseMeta, Key, Table, Value};
use entrenar::engine::{BackupRequest, BackupSummary, RestoreRequest, Restored};
use entrenar::interop::Exporter;
use entrenar::interop::backup::{Manifest, origin_of};
use entrenar::interop::jsonl::JsonLinesExporter;
use entrenar::storage::Result;

use crate::support::faulty_database::SharedDatabase;
use crate::support::memory_folder::MemoryFolder;
use crate::tab::Tab;

/// A database of this identity.
fn database(identity: &str) -> SharedDatabase {
    let shared = SharedDatabase::default();
    let meta = DatabaseMeta { format: 1, identity: identity.to_owned(), ..DatabaseMeta::default() };
    let put = Change::Put(Table::Meta, Key::text(DatabaseMeta::KEY), Value::Meta(meta));
    shared.memory.apply(vec![put]).unwrap();
    shared
}

async fn back_up(tab: &Tab, folder: &MemoryFolder) -> Result<BackupSummary> {
    let request = BackupRequest { database: "entrenar".to_owned(), token: "token".to_owned() };
    tab.session.back_up(&request, &mut folder.clone(), async |_, _| Ok(())).await
}

fn request() -> RestoreRequest {
    RestoreRequest { database: "entrenar".to_owned(), token: "token".to_owned(), ..RestoreRequest::default() }
}

async fn restore(tab: &Tab, folder: &MemoryFolder, request: &RestoreRequest) -> Result<Restored> {
    tab.session.restore(request, &mut [folder.clone()], async |_, _| Ok(())).await
}

/// What restoring everything into an empty database gives.
async fn restored_state(folder: &MemoryFolder) -> BTreeMap<String, String> {
    let empty = Tab::open(&database("empty"), "restoring").await;
    restore(&empty, folder, &RestoreRequest { with_deleted: true, ..request() }).await.unwrap();
    state(&empty).await
}

/// All that is known of each run, by the id that it had when it was logged.
async fn state(tab: &Tab) -> BTreeMap<String, String> {
    let run_ids: Vec<String> = {
        let storage = tab.session.storage();
        storage.list_experiments().iter().flat_map(|id| storage.list_runs(id)).collect()
    };
    let mut state = BTreeMap::new();
    for run_id in run_ids {
        let mut run = tab.session.exported_run(&run_id).await.unwrap();
        let logged_as = origin_of(&run.record).map_or(run_id, |origin| origin.run);
        run.record.run_id.clone_from(&logged_as);
        run.record.unknown_json = None;
        "exp".clone_into(&mut run.record.experiment_id);
        "exp".clone_into(&mut run.experiment.experiment_id);
        let mut exporter = JsonLinesExporter::default();
        let mut lines = Vec::new();
        exporter.begin_run(&run.experiment, &run.record, &mut lines).unwrap();
        run.write_points(&mut exporter, 1_000, &mut lines).unwrap();
        for artifact in &run.record.artifacts {
            let bytes = tab.session.exported_artifact(artifact).await.unwrap().unwrap();
            exporter.write_artifact(artifact, &bytes, &mut lines).unwrap();
        }
        state.insert(logged_as, String::from_utf8(lines).unwrap());
    }
    state
}

fn manifest(folder: &MemoryFolder) -> Manifest {
    Manifest::read(&folder.files.borrow()["manifest.json"]).unwrap()
}
