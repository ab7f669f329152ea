//! What a report is called.

use crate::browser::Tracker;
use crate::storage::Result;

/// So many runs are named.
const MOST_NAMES: usize = 4;

impl Tracker {
    /// The names of these runs and of their experiments.
    ///
    /// # Errors
    /// `RunNotFound`.
    pub(crate) fn report_title(&self, run_ids: &[String]) -> Result<String> {
        let (mut experiments, mut runs) = (Vec::new(), Vec::new());
        for run_id in run_ids {
            let record = self.run(run_id)?.record;
            let experiment = self.experiment(&record.experiment_id)?.name;
            if !experiments.contains(&experiment) {
                experiments.push(experiment);
            }
            runs.push(record.run_name.unwrap_or(record.run_id));
        }
        Ok(title(&experiments, &runs))
    }
}

fn title(experiments: &[String], runs: &[String]) -> String {
    [listed(runs, "runs"), listed(experiments, "experiments"), "entrenar".to_owned()]
        .into_iter()
        .filter(|part| !part.trim().is_empty())
        .collect::<Vec<_>>()
        .join(" · ")
}

fn listed(names: &[String], what: &str) -> String {
    if names.len() > MOST_NAMES { format!("{} {what}", names.len()) } else { names.join(", ") }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::title;

    #[test]
    fn a_few_names_are_listed_and_many_counted() {
        let names = |count: usize| (0..count).map(|number| format!("run {number}")).collect::<Vec<_>>();
        let mnist = ["mnist".to_owned()];
        assert_eq!(title(&mnist, &names(2)), "run 0, run 1 · mnist · entrenar");
        assert_eq!(title(&mnist, &names(5)), "5 runs · mnist · entrenar");
        assert_eq!(title(&[], &[]), "entrenar");
    }
}
