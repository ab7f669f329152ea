//! Removing what is left of imports that were cut off, and storing the rest of one that was cut off while it was published.

use super::{imports_in, put_imports, read_imports};
use crate::database::operations::artifact_references::{Release, ReleaseStep};
use crate::database::operations::begin_run::put_experiment;
use crate::database::operations::fences::put_run;
use crate::database::operations::tombstones::{is_listed, read_tombstones};
use crate::database::{Answer, Change, Import, Key, Range, Read, Step, Table, Transaction};
use crate::storage::RunRecord;

/// How long an import may go without writing, in milliseconds, before another page gives it up: ten minutes. Whatever clocks do, nothing
/// is lost by that: the import fails, and its file is still there.
pub const IMPORT_LIFETIME_MS: f64 = 600_000.0;

/// What sweeping did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SweptImports {
    /// The experiments of imports that were cut off while they were published.
    pub experiment_ids: Vec<String>,
    /// Their runs.
    pub run_ids: Vec<String>,
}

/// Whether there are imports that may have to be ended. It waits for no other page, and no other page for it.
#[must_use]
pub fn has_imports() -> Transaction<bool> {
    Transaction::reading("has_imports", &[Table::Meta], |answers| {
        Ok(match answers {
            [stored] => Step::Done(!stored.values().is_empty()),
            _ => Step::Read(vec![read_imports()]),
        })
    })
}

/// Ends imports of which nothing was heard for [`IMPORT_LIFETIME_MS`], and those whose publication was cut off.
#[must_use]
pub fn sweep_imports(now_ms: f64) -> Transaction<SweptImports> {
    sweep("sweep_imports", move |import| {
        import.is_published() || (now_ms - import.heartbeat_ms).abs() > IMPORT_LIFETIME_MS
    })
}

/// Ends an import that its page gives up.
#[must_use]
pub fn discard_import(token: &str) -> Transaction<SweptImports> {
    let token = token.to_owned();
    sweep("discard_import", move |import| import.token == token)
}

fn sweep(name: &'static str, is_over: impl Fn(&Import) -> bool + 'static) -> Transaction<SweptImports> {
    let tables = &[Table::Meta, Table::Experiments, Table::Runs, Table::Points, Table::Artifacts];
    Transaction::writing(name, tables, move |answers| Ok(step(&is_over, answers)))
}

fn step(is_over: &dyn Fn(&Import) -> bool, answers: &[Answer]) -> Step<SweptImports> {
    let [stored, answers @ ..] = answers else { return Step::Read(vec![read_imports()]) };
    let mut imports = imports_in(stored);
    let over: Vec<Import> = imports.under_way.extract_if(.., |import| is_over(import)).collect();
    if over.is_empty() {
        return Step::Done(SweptImports::default());
    }
    let (published, cut_off): (Vec<Import>, Vec<Import>) = over.into_iter().partition(Import::is_published);
    let [tombstones, experiments, runs, answers @ ..] = answers else {
        return Step::Read(vec![
            read_tombstones(),
            Read::Keys(Table::Experiments, Range::All),
            Read::Keys(Table::Runs, Range::All),
        ]);
    };
    let released: Vec<_> = cut_off.iter().flat_map(|import| import.contents.clone()).collect();
    let is_stored = |answer: &Answer, id: &str| answer.keys().contains(&Key::text(id));
    let unstored = |run: &&RunRecord| !is_stored(runs, &run.run_id) && !is_listed(tombstones, &run.run_id);
    let written = published.iter().flat_map(|import| &import.runs).filter(unstored).collect();
    // Other imports may share contents with what goes: of the same file, for one.
    let held = imports.under_way.iter().flat_map(|import| import.contents.clone()).collect();
    let contents = match Release::new(&released, written).held_by(held).step(answers) {
        ReleaseStep::Read(reads) => return Step::Read(reads),
        ReleaseStep::Write(changes) => changes,
    };
    let mut swept = SweptImports::default();
    let mut changes = Vec::new();
    for Import { experiments: of_import, runs: of_runs, .. } in &published {
        // Those that are stored may have been changed since, and others deleted.
        for experiment in of_import {
            if !is_stored(experiments, &experiment.experiment_id) {
                changes.push(put_experiment(experiment));
            }
            swept.experiment_ids.push(experiment.experiment_id.clone());
        }
        for run in of_runs {
            if unstored(&run) {
                changes.push(put_run(run));
            }
            swept.run_ids.push(run.run_id.clone());
        }
    }
    // A run with a record is another page's, which took the id after the site's data was cleared.
    let ids = cut_off.iter().flat_map(|import| &import.run_ids);
    for run_id in ids.filter(|run_id| !is_stored(runs, run_id)) {
        changes.push(Change::Delete(Table::Points, Range::Run(run_id.clone())));
    }
    changes.extend(contents);
    // The list comes last: of a prefix that is committed alone, the next sweep does the rest.
    changes.push(put_imports(&imports));
    Step::Write(changes, swept)
}
