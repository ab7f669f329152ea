//! A run that a restore leaves alone, because it is in the database already: what the backup has of it that is not there.

use std::collections::BTreeMap;

use super::manifest::BackedUpRun;
use super::news::new_artifacts;
use crate::storage::RunRecord;

/// Why a run that is here is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WhyLeft {
    /// Everything that the backup has of it is here.
    Whole,
    /// A page is writing it.
    Running,
    /// The backup has more of it, and all that is here.
    Shorter,
    /// The backup has more of it, and so has the run here: it went on here, or there, or both.
    Different,
}

impl WhyLeft {
    /// The word for it, as in the JavaScript contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Running => "running",
            Self::Shorter => "shorter",
            Self::Different => "different",
        }
    }
}

/// A run that is left alone.
#[derive(Debug, Clone, PartialEq)]
pub struct RunLeft {
    /// The id that it has here.
    pub run_id: String,
    /// Why.
    pub why: WhyLeft,
    /// How many points the backup has that are not here, as far as counts tell.
    pub points: f64,
    /// How many artifacts the backup has that are not here.
    pub artifacts: usize,
}

impl RunLeft {
    /// What a restore leaves of a run that the backup knows, given its record here.
    #[must_use]
    pub fn new(known: &BackedUpRun, record: &RunRecord, is_running: bool) -> Self {
        let heads = record.series.keys.iter().zip(&record.series.counts);
        let here: BTreeMap<&str, f64> = heads.map(|(key, &count)| (key.as_str(), count)).collect();
        let mut there: BTreeMap<&str, f64> = BTreeMap::new();
        let mut points = 0.0;
        for series in &known.series {
            let count = series.count as f64;
            there.insert(&series.key, count);
            points += (count - here.get(series.key.as_str()).copied().unwrap_or_default()).max(0.0);
        }
        let is_here = |key: &String| record.artifacts.iter().any(|artifact| artifact.key == *key);
        let artifacts = known.artifacts.iter().filter(|(key, _)| !is_here(key)).count();
        let has_more = here.iter().any(|(key, &count)| count > there.get(key).copied().unwrap_or_default())
            || !new_artifacts(Some(known), record).is_empty();
        let why = match (points > 0.0 || artifacts > 0, has_more) {
            (false, _) => WhyLeft::Whole,
            (true, _) if is_running => WhyLeft::Running,
            (true, false) => WhyLeft::Shorter,
            (true, true) => WhyLeft::Different,
        };
        Self { run_id: record.run_id.clone(), why, points, artifacts }
    }
}

/// So many runs are named in a sentence.
const MOST_NAMED: usize = 10;

/// What is said of runs of which the backup has more: a sentence for each reason.
#[must_use]
pub fn sentences(left: &[RunLeft]) -> Vec<String> {
    let mut sentences = Vec::new();
    for why in [WhyLeft::Shorter, WhyLeft::Different, WhyLeft::Running] {
        let of_it: Vec<&RunLeft> = left.iter().filter(|run| run.why == why).collect();
        if of_it.is_empty() {
            continue;
        }
        let mut named: Vec<String> = of_it.iter().take(MOST_NAMED).map(|run| named(run)).collect();
        if of_it.len() > MOST_NAMED {
            named.push(format!("and {} more", of_it.len() - MOST_NAMED));
        }
        let is_one = of_it.len() == 1;
        let runs = if is_one {
            "1 run that is here already was".to_owned()
        } else {
            format!("{} runs that are here already were", of_it.len())
        };
        let (subject, them) = if is_one { ("it", "it") } else { ("they", "them") };
        let what = match why {
            WhyLeft::Running => format!("a page is writing {them}"),
            WhyLeft::Different => format!(
                "{subject} went on here too, and a restore never mixes the two: restore in another browser profile to see the backup's"
            ),
            _ => format!("to get all of {them}, delete {them} here and restore again, deleted runs too"),
        };
        sentences.push(format!(
            "{runs} left alone, though the backup has more of {them} ({}): {what}",
            named.join(", ")
        ));
    }
    sentences
}

fn named(run: &RunLeft) -> String {
    let count = |number: f64, what: &str| format!("{number} {what}{}", if number == 1.0 { "" } else { "s" });
    let mut more = Vec::new();
    if run.points > 0.0 {
        more.push(count(run.points, "point"));
    }
    if run.artifacts > 0 {
        more.push(count(run.artifacts as f64, "artifact"));
    }
    format!("{}: {}", run.run_id, more.join(" and "))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::super::manifest::BackedUpSeries;
    use super::*;
    use crate::storage::ArtifactRef;

    fn known(counts: &[(&str, u64)], artifacts: &[(&str, &str)]) -> BackedUpRun {
        let series = |&(key, count): &(&str, u64)| BackedUpSeries {
            key: key.to_owned(),
            count,
            highest: (count, 0.5),
            last: (count, 0),
        };
        let artifact = |(key, hash): &(&str, &str)| ((*key).to_owned(), (*hash).to_owned());
        BackedUpRun {
            id: "run-9".to_owned(),
            fingerprint: String::new(),
            restored_from: None,
            deleted_ms: None,
            sequence: None,
            series: counts.iter().map(series).collect(),
            unreadable: BTreeMap::new(),
            artifacts: artifacts.iter().map(artifact).collect(),
        }
    }

    fn record(counts: &[(&str, f64)], artifacts: &[(&str, &str)]) -> RunRecord {
        let mut record = RunRecord::new("run-3".to_owned(), "exp-0".to_owned(), 0);
        record.series.keys = counts.iter().map(|(key, _)| (*key).to_owned()).collect();
        record.series.counts = counts.iter().map(|(_, count)| *count).collect();
        let artifact = |(key, hash): &(&str, &str)| ArtifactRef {
            key: (*key).to_owned(),
            hash: (*hash).to_owned(),
            size: 1,
            unknown_json: None,
        };
        record.artifacts = artifacts.iter().map(artifact).collect();
        record
    }

    #[test]
    fn run_is_left_for_what_the_backup_and_the_database_have_of_it() {
        let there = known(&[("a", 5), ("b", 3)], &[("notes", "00")]);
        for (here, why, points, artifacts) in [
            (record(&[("b", 3.0), ("a", 5.0)], &[("notes", "00")]), WhyLeft::Whole, 0.0, 0),
            (record(&[("a", 9.0), ("b", 3.0), ("c", 1.0)], &[("notes", "11")]), WhyLeft::Whole, 0.0, 0),
            (record(&[("a", 2.0)], &[]), WhyLeft::Shorter, 6.0, 1),
            (record(&[("a", 5.0), ("b", 3.0)], &[]), WhyLeft::Shorter, 0.0, 1),
            (record(&[("a", 2.0), ("b", 4.0)], &[("notes", "00")]), WhyLeft::Different, 3.0, 0),
            (record(&[("a", 2.0), ("c", 1.0)], &[("notes", "00")]), WhyLeft::Different, 6.0, 0),
            (record(&[("a", 2.0), ("b", 3.0)], &[("notes", "11")]), WhyLeft::Different, 3.0, 0),
        ] {
            let left = RunLeft::new(&there, &here, false);
            assert_eq!(left, RunLeft { run_id: "run-3".to_owned(), why, points, artifacts }, "{here:?}");
            let running = RunLeft::new(&there, &here, true);
            let expected = if why == WhyLeft::Whole { why } else { WhyLeft::Running };
            assert_eq!(running.why, expected);
        }
    }

    #[test]
    fn runs_of_which_the_backup_has_more_are_counted_and_named_and_whole_ones_are_not() {
        let left = |number: usize, why, points, artifacts| RunLeft {
            run_id: format!("run-{number}"),
            why,
            points,
            artifacts,
        };
        let mut all = vec![left(0, WhyLeft::Whole, 0.0, 0), left(1, WhyLeft::Running, 1.0, 2)];
        assert_eq!(
            sentences(&all),
            [
                "1 run that is here already was left alone, though the backup has more of it (run-1: 1 point and 2 artifacts): a page is writing it"
            ]
        );
        all = (0..12).map(|number| left(number, WhyLeft::Shorter, 7.0, 0)).collect();
        let said = sentences(&all);
        assert_eq!(said.len(), 1);
        assert!(said[0].starts_with("12 runs that are here already were left alone"), "{said:?}");
        assert!(said[0].contains("run-9: 7 points, and 2 more"), "{said:?}");
        assert_eq!(sentences(&[]), [""; 0]);
    }
}
