//! What of a run was not sent, batch by batch.

use super::batch::{Batch, Changed, List};
use super::names::{Names, safe_name};
use super::params::{params_of, renamed};
use super::request::Request;
use super::state::{SentItem, SentSeries};
use super::sync::{Asked, RunSync};
use super::tags::{WantedTag, wanted_tags};
use crate::storage::RunRecord;

/// What a batch has.
#[derive(Default)]
struct Sent {
    params: usize,
    tags: Vec<SentItem>,
    /// Places in the portion that is in memory, and how many points of each.
    series: Vec<(usize, usize)>,
}

impl RunSync {
    /// A batch of what was not sent: params first, then tags, then points of as many series as it has room for.
    pub(super) fn next_batch(&mut self, record: &RunRecord) -> Option<Request> {
        let mut batch = Batch::new(&self.state.mlflow_run_id);
        if self.params.is_none() {
            self.params = Some(params_of(record.config_json.as_deref(), &mut self.losses));
        }
        let params = self.params.as_deref().unwrap_or_default();
        let first = (self.state.params as usize).min(params.len());
        let mut sent = Sent { params: first, ..Sent::default() };
        if first < params.len() {
            batch.begin(List::Params);
            sent.params +=
                params[first..].iter().take_while(|(key, value)| batch.add_named(key, value)).count();
            batch.end();
        }
        let wanted = wanted_tags(record, &self.state.tags, &mut self.losses);
        let unsent: Vec<WantedTag> =
            wanted.into_iter().filter(|tag| !self.state.tags.contains(&tag.item)).collect();
        if !unsent.is_empty() {
            batch.begin(List::Tags);
            let fitting = unsent.into_iter().take_while(|tag| batch.add_named(&tag.item.name, &tag.value));
            sent.tags = fitting.map(|tag| tag.item).collect();
            batch.end();
        }
        self.add_series(&mut batch, &mut sent);
        if batch.is_empty() {
            return None;
        }
        let Sent { params, tags, series } = sent;
        self.asked = Some(Asked::Batch { params, tags, series });
        Some(Request::post_json("runs/log-batch", batch.finish()))
    }

    fn add_series(&mut self, batch: &mut Batch, sent: &mut Sent) {
        let mut changed = Changed::default();
        let mut is_open = false;
        for (place, series) in self.unsent.series.iter().enumerate() {
            let (points, before) = series.next(batch.room());
            if points.is_empty() {
                continue;
            }
            if !is_open {
                batch.begin(List::Metrics);
                is_open = true;
            }
            let SentSeries { name, .. } = &self.state.series[series.position];
            let added = batch.add_points(name, &points, before, &mut changed);
            if added > 0 {
                sent.series.push((place, added));
            }
            if added < points.len() || batch.room() == 0 {
                break;
            }
        }
        if is_open {
            batch.end();
        }
        let Changed { infinities, early_times, equal_points } = changed;
        self.losses
            .note_if(infinities, "MLflow keeps ±Infinity as the greatest and the least number that there is");
        self.losses.note_if(early_times, "MLflow has no time before 1970: such points have its beginning");
        self.losses.note_if(
            equal_points,
            "MLflow counts points of one metric as one that have the same step, millisecond and value",
        );
    }

    /// Gives series their names. One that has a name keeps it, whatever is logged later.
    pub(super) fn name_series<'a>(&mut self, keys: impl Iterator<Item = &'a str>) {
        let mut unnamed: Vec<&str> = keys.filter(|key| !self.positions.contains_key(*key)).collect();
        if unnamed.is_empty() {
            return;
        }
        // A name that MLflow takes belongs to the series that has it.
        unnamed.sort_by_key(|key| safe_name(key) != **key);
        let mut names = Names::of(self.state.series.iter().map(|series| &*series.name));
        for key in unnamed {
            // It may be among the keys twice.
            if self.positions.contains_key(key) {
                continue;
            }
            let name = names.add(key);
            if name != key {
                self.losses.note(renamed("metric", key, &name));
            }
            self.positions.insert(key.to_owned(), self.state.series.len());
            self.state.series.push(SentSeries { key: key.to_owned(), name, ..SentSeries::default() });
        }
        self.must_store = true;
    }
}
