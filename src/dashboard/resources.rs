//! What can be known of the machine.

use serde::Serialize;

/// What can be known of the machine at one moment. What is not known is 0 or `None`: nothing is made up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct ResourceSnapshot {
    /// How busy the graphics processor is, 0 to 1.
    pub gpu_util: f64,
    /// How much of all processors this process uses, 0 to 1.
    pub cpu_util: f64,
    /// Bytes of memory this process uses.
    pub memory_used: u64,
    /// Bytes of memory the machine has.
    pub memory_total: u64,
    /// Bytes of the graphics processor's memory in use.
    pub gpu_memory_used: Option<u64>,
    /// Bytes of memory the graphics processor has.
    pub gpu_memory_total: Option<u64>,
}

impl ResourceSnapshot {
    /// A snapshot of which nothing is known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With how busy the graphics processor is, 0 to 1.
    #[must_use]
    pub fn with_gpu_util(self, gpu_util: f64) -> Self {
        Self { gpu_util, ..self }
    }

    /// With how much of all processors is used, 0 to 1.
    #[must_use]
    pub fn with_cpu_util(self, cpu_util: f64) -> Self {
        Self { cpu_util, ..self }
    }

    /// With bytes of memory in use, and in all.
    #[must_use]
    pub fn with_memory(self, used: u64, total: u64) -> Self {
        Self { memory_used: used, memory_total: total, ..self }
    }

    /// With bytes of the graphics processor's memory in use, and in all.
    #[must_use]
    pub fn with_gpu_memory(self, used: u64, total: u64) -> Self {
        Self { gpu_memory_used: Some(used), gpu_memory_total: Some(total), ..self }
    }

    /// How much of the memory is in use, 0 to 1; 0 if that is not known.
    #[must_use]
    pub fn memory_util(&self) -> f64 {
        share(self.memory_used, self.memory_total)
    }

    /// How much of the graphics processor's memory is in use, 0 to 1.
    #[must_use]
    pub fn gpu_memory_util(&self) -> Option<f64> {
        self.gpu_memory_used.zip(self.gpu_memory_total).map(|(used, total)| share(used, total))
    }
}

fn share(used: u64, total: u64) -> f64 {
    if total == 0 { 0.0 } else { used as f64 / total as f64 }
}

/// What this process uses, where the feature `resources` is on and the platform says it.
///
/// The processor's share is that since the call before: the first call has none.
#[cfg(all(feature = "resources", not(target_arch = "wasm32")))]
#[must_use]
pub fn resource_usage() -> ResourceSnapshot {
    use std::sync::{Mutex, PoisonError};

    use sysinfo::{ProcessesToUpdate, System, get_current_pid};

    static SYSTEM: Mutex<Option<System>> = Mutex::new(None);

    let Ok(process_id) = get_current_pid() else { return ResourceSnapshot::new() };
    let mut known = SYSTEM.lock().unwrap_or_else(PoisonError::into_inner);
    let system = known.get_or_insert_with(System::new);
    system.refresh_memory();
    system.refresh_processes(ProcessesToUpdate::Some(&[process_id]), true);
    let Some(process) = system.process(process_id) else { return ResourceSnapshot::new() };
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    ResourceSnapshot::new()
        .with_memory(process.memory(), system.total_memory())
        .with_cpu_util((f64::from(process.cpu_usage()) / 100.0 / processors as f64).clamp(0.0, 1.0))
}

/// Nothing is known without asking the operating system, which the feature `resources` does natively.
#[cfg(not(all(feature = "resources", not(target_arch = "wasm32"))))]
#[must_use]
pub fn resource_usage() -> ResourceSnapshot {
    ResourceSnapshot::new()
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_what_is_known() {
        let unknown = ResourceSnapshot::new();
        assert_eq!((unknown.memory_util(), unknown.gpu_memory_util()), (0.0, None));
        let known = unknown.with_memory(1, 4).with_gpu_memory(3, 4).with_cpu_util(0.5).with_gpu_util(0.25);
        assert_eq!((known.memory_util(), known.gpu_memory_util()), (0.25, Some(0.75)));
        assert_eq!((known.cpu_util, known.gpu_util), (0.5, 0.25));
    }

    #[cfg(feature = "resources")]
    #[test]
    fn this_process_uses_memory_of_a_machine_that_has_more() {
        let usage = resource_usage();
        assert!(usage.memory_used > 0 && usage.memory_used < usage.memory_total, "{usage:?}");
        assert!((0.0..=1.0).contains(&usage.cpu_util), "{usage:?}");
    }
}
