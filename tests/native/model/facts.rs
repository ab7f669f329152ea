//! The model: what was logged, by which tab, and what must be readable in the end. Every point has a value of its own.

use std::collections::{BTreeMap, BTreeSet};

use entrenar::columns::RawPoint;
use entrenar::storage::{ExperimentStorage, InMemoryStorage};

pub const KEYS: [&str; 3] = ["loss", "accuracy", "ü/✓"];

/// A point that was logged.
#[derive(Debug, Clone)]
struct Logged {
    run_id: String,
    key: usize,
    step: u64,
    owner: String,
    burst: usize,
}

/// What is known of a run that was begun.
#[derive(Debug, Default)]
pub struct RunFacts {
    pub experiment_id: String,
    /// How often site data had been cleared when it was begun.
    pub clears: u32,
    /// How often site data had been cleared when it was last open which tab writes it again.
    contested: u32,
    /// Points that a successful flush covered.
    required: BTreeSet<usize>,
    /// Tags, each of them set once, that a tab was told are set.
    tags: Vec<String>,
    /// Deleting it was tried: nothing is required of it any more.
    pub may_be_gone: bool,
    /// Deleting it succeeded: it never comes back.
    pub is_gone: bool,
}

/// Everything that is known.
#[derive(Debug, Default)]
pub struct Facts {
    points: Vec<Logged>,
    bursts: Vec<usize>,
    pub runs: BTreeMap<String, RunFacts>,
    /// How often site data was cleared.
    pub clears: u32,
    /// A tab may have begun a run under an id that was used before site data was cleared, without getting an answer.
    pub unanswered_begin: bool,
    /// Experiments and runs that a tab deletes, or was about to: what is begun under their ids meanwhile goes with them.
    pub deleting: Vec<String>,
    /// Runs that a tab is about to acquire.
    pub resuming: Vec<String>,
}

/// Any bits but those of a signalling NaN, told apart by the point's number.
fn value(number: usize) -> f64 {
    let bits = number as u64;
    f64::from_bits(if number.is_multiple_of(3) { 0x7ff8_0000_0000_0000 | bits } else { bits })
}

fn number(value: f64) -> usize {
    (value.to_bits() & 0x0007_ffff_ffff_ffff) as usize
}

impl Facts {
    pub fn begun(&mut self, run_id: &str, experiment_id: &str, clears: u32) {
        let experiment_id = experiment_id.to_owned();
        let may_be_gone = self.deleting.iter().any(|id| *id == experiment_id || id == run_id);
        let facts = RunFacts { experiment_id, clears, may_be_gone, ..RunFacts::default() };
        // Numbers are given again after site data was cleared.
        for point in self.points.iter_mut().filter(|point| point.run_id == run_id) {
            point.run_id.push_str(", cleared");
        }
        let known = self.runs.insert(run_id.to_owned(), facts);
        assert!(known.is_none_or(|run| run.clears < clears), "{run_id} was given twice");
    }

    /// The points of a burst, as they are to be logged.
    pub fn log(
        &mut self,
        owner: &str,
        run_id: &str,
        key: usize,
        steps: impl Iterator<Item = u64>,
    ) -> Vec<RawPoint> {
        let burst = self.bursts.len();
        let first = self.points.len();
        for step in steps {
            let (run_id, owner) = (run_id.to_owned(), owner.to_owned());
            self.points.push(Logged { run_id, key, step, owner, burst });
        }
        self.bursts.push(self.points.len() - first);
        let raw = |(number, point): (usize, &Logged)| RawPoint {
            step: point.step,
            value: value(number),
            timestamp_ms: 1_000 + number as i64,
        };
        self.points.iter().enumerate().skip(first).map(raw).collect()
    }

    /// All that this owner has logged to this run.
    pub fn logged_by(&self, owner: &str, run_id: &str) -> BTreeSet<usize> {
        let all = self.points.iter().enumerate();
        all.filter(|(_, point)| point.owner == owner && point.run_id == run_id)
            .map(|(number, _)| number)
            .collect()
    }

    /// A flush covered these points, in a tab that knew of so many times that site data had been cleared.
    pub fn require(&mut self, run_id: &str, points: impl IntoIterator<Item = usize>, clears_seen: u32) {
        // Not if they were cleared since, unseen, and it is open whether this tab writes the run again or another one.
        if let Some(run) = self.runs.get_mut(run_id).filter(|run| run.contested <= clears_seen) {
            run.required.extend(points);
        }
    }

    /// A tab was told that a run has this tag now.
    pub fn require_tag(&mut self, run_id: &str, tag: String) {
        if let Some(run) = self.runs.get_mut(run_id) {
            run.tags.push(tag);
        }
    }

    /// Site data was cleared: whether the tab that writes a run again knew its tags is open.
    pub fn forget_tags(&mut self, run_id: &str) {
        if let Some(run) = self.runs.get_mut(run_id) {
            run.tags.clear();
        }
    }

    /// Site data was just cleared, and it is open which tab writes this run again.
    pub fn contest(&mut self, run_id: &str) {
        if let Some(run) = self.runs.get_mut(run_id) {
            run.contested = self.clears;
        }
    }

    /// Of what was required only this still is.
    pub fn keep(&mut self, run_id: &str, points: &BTreeSet<usize>) {
        if let Some(run) = self.runs.get_mut(run_id) {
            run.required.retain(|number| points.contains(number));
        }
    }

    /// The points of a run as a tab has them in memory: nothing twice, all as logged, in order, each burst whole.
    pub fn check_read(&self, memory: &InMemoryStorage, run_id: &str) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        for (key, name) in KEYS.iter().enumerate() {
            let Ok(points) = memory.get_metrics(run_id, name) else { continue };
            let mut last: BTreeMap<&str, (u64, usize)> = BTreeMap::new();
            let mut last_step = 0;
            for point in points {
                let number = number(point.value);
                let Some(logged) = self.points.get(number) else { panic!("{point:?} was never logged") };
                assert_eq!(
                    (logged.run_id.as_str(), logged.key),
                    (run_id, key),
                    "{number} is in another series"
                );
                assert_eq!(point.value.to_bits(), value(number).to_bits(), "{number} has another value");
                assert_eq!(point.step, logged.step, "{number} has another step");
                assert_eq!(point.timestamp.timestamp_millis(), 1_000 + number as i64);
                assert!(found.insert(number), "point {number} of {run_id} is there twice");
                assert!(point.step >= last_step, "{run_id} is not in the order of steps");
                last_step = point.step;
                if let Some((step, before)) = last.insert(&logged.owner, (point.step, number)) {
                    assert!(
                        step < point.step || before < number,
                        "{before} and {number} of {run_id} changed places"
                    );
                }
            }
        }
        let mut whole: BTreeMap<usize, usize> = BTreeMap::new();
        found.iter().for_each(|&number| *whole.entry(self.points[number].burst).or_default() += 1);
        for (burst, count) in whole {
            assert_eq!(count, self.bursts[burst], "a batch of {run_id} is not whole");
        }
        found
    }

    /// What a fresh reader has loaded is what it must be.
    pub fn check_stored(&self, memory: &InMemoryStorage) {
        for (run_id, run) in &self.runs {
            assert!(
                !run.is_gone || self.unanswered_begin || memory.run(run_id).is_err(),
                "{run_id} came back"
            );
            let found = self.check_read(memory, run_id);
            let missing: Vec<_> = run.required.difference(&found).collect();
            assert!(missing.is_empty() || run.may_be_gone, "{run_id} lost {missing:?}");
            if let Ok(stored) = memory.run(run_id) {
                let has = |tag: &&String| stored.record().tags.iter().any(|set| set.key == **tag);
                let missing: Vec<_> = run.tags.iter().filter(|tag| !has(tag)).collect();
                assert!(missing.is_empty() || run.may_be_gone, "{run_id} lost {missing:?}");
            }
        }
    }
}
