//! The training: a loss that falls.

use entrenar::browser::{RunOptions, Tracker};
use entrenar::storage::Result;
use gloo_timers::future::TimeoutFuture;

/// Under which the runs are gathered.
pub(crate) const EXPERIMENT: &str = "live metrics";

const STEPS: u64 = 200;

/// Goes on with a run, or begins one, and returns its id when it is finished.
pub(crate) async fn train(tracker: &Tracker, run_id: Option<&str>) -> Result<String> {
    let run = tracker.resume_or_start_run(run_id, EXPERIMENT, RunOptions::default()).await?;
    for step in run.current_step("loss")?..STEPS {
        #[expect(clippy::cast_precision_loss, reason = "it is small")]
        let passed = step as f64;
        run.log_metric("loss", (-passed / 60.0).exp())?;
        TimeoutFuture::new(20).await;
    }
    run.finish().await?;
    Ok(run.run_id().to_owned())
}
