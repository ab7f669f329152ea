//! Live metrics in a view of leptos: a training logs to the tracker, and the page shows what the tracker has, of this page and of every other
//! tab. See ../README.md.
#![cfg(target_arch = "wasm32")]

mod curve;
mod training;

use std::rc::Rc;

use entrenar::browser::{Change, StorageOptions, Subscription, Tracker};
use entrenar::storage::{Result, RunStatus};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::curve::path;
use crate::training::{EXPERIMENT, train};

/// One run as it is shown.
#[derive(Debug, Clone, PartialEq)]
struct ShownRun {
    id: String,
    state: &'static str,
    losses: Vec<f64>,
}

/// What the page is given when the tracker is open. The subscription is kept with it: dropped, it ends.
struct Opened {
    tracker: Rc<Tracker>,
    _subscription: Subscription,
}

/// Reads all runs of the experiment.
async fn read_runs(tracker: &Tracker) -> Result<Vec<ShownRun>> {
    let named = |id: &String| tracker.experiment(id).is_ok_and(|experiment| experiment.name == EXPERIMENT);
    let Some(experiment) = tracker.list_experiments().into_iter().find(named) else { return Ok(Vec::new()) };
    let mut runs = Vec::new();
    for id in tracker.list_runs(&experiment)? {
        let info = tracker.run(&id)?;
        let state = match info.record.status {
            _ if info.is_interrupted => "interrupted",
            RunStatus::Success => "finished",
            RunStatus::Failed => "failed",
            RunStatus::Cancelled => "cancelled",
            RunStatus::Pending | RunStatus::Running => "running",
        };
        let points = tracker.get_metrics(&id, "loss").await?;
        runs.push(ShownRun { id, state, losses: points.iter().map(|point| point.value).collect() });
    }
    Ok(runs)
}

/// Opens the tracker, and has `runs` follow what is in it.
async fn open(runs: RwSignal<Vec<ShownRun>>) -> Result<Opened> {
    let tracker = Rc::new(Tracker::open(StorageOptions::default()).await?);
    let follow = {
        let tracker = Rc::downgrade(&tracker);
        move || {
            let tracker = tracker.clone();
            spawn_local(async move {
                let Some(tracker) = tracker.upgrade() else { return };
                // What cannot be read now is read at the next change.
                if let Ok(read) = read_runs(&tracker).await {
                    runs.set(read);
                }
            });
        }
    };
    follow();
    let subscription = tracker.subscribe(move |change| {
        if matches!(change, Change::Run { .. } | Change::Metrics { .. } | Change::RunDeleted { .. }) {
            follow();
        }
    });
    Ok(Opened { tracker, _subscription: subscription })
}

#[component]
fn Page() -> impl IntoView {
    let runs = RwSignal::new(Vec::new());
    let status = RwSignal::new("Opening…".to_owned());
    let is_busy = RwSignal::new(true);
    let opened = StoredValue::new_local(None::<Opened>);
    spawn_local(async move {
        match open(runs).await {
            Ok(open) => {
                opened.set_value(Some(open));
                status.set("Ready.".to_owned());
                is_busy.set(false);
            }
            Err(cause) => status.set(format!("Failed: {cause}")),
        }
    });
    let interrupted = move || {
        runs.with(|runs: &Vec<ShownRun>| {
            runs.iter().find(|run| run.state == "interrupted").map(|run| run.id.clone())
        })
    };
    let begin = move |_| {
        let Some(tracker) = opened.with_value(|open| open.as_ref().map(|open| Rc::clone(&open.tracker)))
        else {
            return;
        };
        let run_id = interrupted();
        is_busy.set(true);
        status.set("Training…".to_owned());
        spawn_local(async move {
            match train(&tracker, run_id.as_deref()).await {
                Ok(id) => status.set(format!("{id} is finished: reload, and it is still there.")),
                Err(cause) => status.set(format!("Failed: {cause}")),
            }
            is_busy.set(false);
        });
    };
    let label = move || interrupted().map_or("Train".to_owned(), |id| format!("Go on with {id}"));
    view! {
        <p role="status">{status}</p>
        <button on:click=begin disabled=is_busy>{label}</button>
        <ul>
            <For each=move || runs.get() key=|run| (run.id.clone(), run.state, run.losses.len()) let:run>
                <li>
                    <span>{format!("{}: {}, {} points", run.id, run.state, run.losses.len())}</span>
                    <svg viewBox="0 0 100 30" role="img" aria-label=format!("the loss of {}", run.id)>
                        <path d=path(&run.losses) />
                    </svg>
                </li>
            </For>
        </ul>
    }
}

/// Shows the page.
#[wasm_bindgen(start)]
pub fn start() {
    mount_to_body(Page);
}
