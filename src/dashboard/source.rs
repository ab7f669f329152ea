//! Where a view gets what it shows.

use std::collections::HashMap;

use super::resources::ResourceSnapshot;
use super::snapshot::MetricSnapshot;
use crate::storage::RunStatus;

/// Called with a metric's key and value after the point was stored.
pub type MetricCallback = Box<dyn Fn(&str, f64) + Send>;

/// One run as a dashboard sees it: [`Run`](crate::run::Run) is one.
pub trait DashboardSource {
    /// Where the run stands.
    fn status(&self) -> RunStatus;

    /// The latest `limit` points of every metric, by key.
    fn recent_metrics(&self, limit: usize) -> HashMap<String, MetricSnapshot>;

    /// Has `callback` called for every point logged through this source from now on.
    fn subscribe(&self, callback: MetricCallback);

    /// What can be known of the machine.
    fn resource_usage(&self) -> ResourceSnapshot;
}
