//! What a training of burn-train leaves in its run.
#![cfg(not(target_arch = "wasm32"))]
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use std::sync::{Arc, Mutex};

use burn::data::dataloader::batcher::Batcher;
use burn::data::dataloader::{DataLoader, DataLoaderBuilder};
use burn::data::dataset::InMemDataset;
use burn::lr_scheduler::constant::ConstantLr;
use burn::module::{Module, Param};
use burn::optim::SgdConfig;
use burn::tensor::{Device, Tensor};
use burn::train::checkpoint::{FileCheckpointer, KeepLastNCheckpoints, MetricCheckpointingStrategy};
use burn::train::logger::{InMemoryMetricLogger, MetricLogger};
use burn::train::metric::store::{Aggregate, Direction, MetricsUpdate, NumericMetricUpdate, Split};
use burn::train::metric::{
    LossMetric, MetricDefinition, MetricEntry, MetricId, NumericEntry, SerializedEntry,
};
use burn::train::{InferenceStep, Learner, RegressionOutput, SupervisedTraining, TrainOutput, TrainStep};
use entrenar::run::{Run, TracingConfig};
use entrenar::storage::{ExperimentStorage, InMemoryStorage, RunStatus};
use entrenar_burn::load_module;
use entrenar_burn::train::{RunCheckpointer, RunMetricLogger, RunProgressLogger};

const EPOCHS: usize = 3;

/// Two weights that are to become 1.
#[derive(Module, Debug)]
struct Weights {
    both: Param<Tensor<2>>,
}

impl Weights {
    fn new(device: &Device) -> Self {
        Self { both: Param::from_tensor(Tensor::zeros([1, 2], device)) }
    }

    fn output(&self, target: Tensor<2>) -> RegressionOutput {
        let output = self.both.val();
        let loss = output.clone().sub(target.clone()).square().mean();
        RegressionOutput::new(loss, output, target)
    }

    fn values(&self) -> Vec<f32> {
        self.both.val().into_data().try_into_vec::<f32>().unwrap()
    }
}

#[derive(Clone, Debug)]
struct Batch(Tensor<2>);

struct Ones;

impl Batcher<(), Batch> for Ones {
    fn batch(&self, _: Vec<()>, device: &Device) -> Batch {
        Batch(Tensor::ones([1, 2], device))
    }
}

impl TrainStep for Weights {
    type Input = Batch;
    type Output = RegressionOutput;

    fn step(&self, Batch(target): Batch) -> TrainOutput<RegressionOutput> {
        let output = self.output(target);
        TrainOutput::new(self, output.loss.clone().backward(), output)
    }
}

impl InferenceStep for Weights {
    type Input = Batch;
    type Output = RegressionOutput;

    fn step(&self, Batch(target): Batch) -> RegressionOutput {
        self.output(target)
    }
}

/// Four items in batches of two.
fn loader() -> Arc<dyn DataLoader<Batch>> {
    DataLoaderBuilder::new(Ones).batch_size(2).build(InMemDataset::new(vec![(); 4]))
}

fn learner() -> Learner<Weights> {
    let device = Device::flex().autodiff();
    Learner::new(Weights::new(&device), SgdConfig::new().init(), ConstantLr::new(0.5))
}

type Storage = Arc<Mutex<InMemoryStorage>>;

fn begun() -> (Storage, Run<InMemoryStorage>) {
    let mut storage = InMemoryStorage::new();
    let experiment = storage.create_experiment("e", None).unwrap();
    let storage = Arc::new(Mutex::new(storage));
    let run = Run::new(&experiment, Arc::clone(&storage), TracingConfig::disabled()).unwrap();
    (storage, run)
}

fn points(storage: &Storage, run_id: &str, key: &str) -> Vec<(u64, f64)> {
    let points = storage.lock().unwrap().get_metrics(run_id, key).unwrap();
    points.iter().map(|point| (point.step, point.value)).collect()
}

#[test]
fn training_leaves_its_curves_its_pace_and_its_last_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let (storage, run) = begun();
    let logger = run.logger();
    let kept = |name| RunCheckpointer::new(FileCheckpointer::new(folder.path(), name), logger.clone(), name);
    let result = SupervisedTraining::new(folder.path(), loader(), loader())
        .num_epochs(EPOCHS)
        .metric_train_numeric(LossMetric::new())
        .metric_valid_numeric(LossMetric::new())
        .with_metric_logger(RunMetricLogger::new(logger.clone()))
        .with_progress_logger(RunProgressLogger::new(logger.clone()))
        .with_custom_checkpointers(kept("model"), kept("optim"), kept("scheduler"))
        .with_application_logger(None)
        .launch(learner());

    // Each batch halves what is missing to 1, twice an epoch: the loss is a quarter of the one before.
    let losses: Vec<f64> = (0..6).map(|batch| 0.25_f64.powi(batch)).collect();
    let by_batch: Vec<(u64, f64)> = (0..).zip(losses.iter().copied()).collect();
    assert_close(&points(&storage, &run.id, "batch/train/Loss"), &by_batch);
    let by_epoch: Vec<(u64, f64)> =
        (1..).zip(losses.chunks(2).map(|batches| f64::midpoint(batches[0], batches[1]))).collect();
    assert_close(&points(&storage, &run.id, "train/Loss"), &by_epoch);
    let valid: Vec<(u64, f64)> = (1..).zip((1..=3).map(|epoch| 0.0625_f64.powi(epoch))).collect();
    assert_close(&points(&storage, &run.id, "valid/Loss"), &valid);
    for key in ["train/items/s", "valid/items/s"] {
        let rates = points(&storage, &run.id, key);
        assert_eq!(rates.iter().map(|(step, _)| *step).collect::<Vec<_>>(), [1, 2, 3], "{key}");
        assert!(rates.iter().all(|(_, rate)| *rate > 0.0), "{key}: {rates:?}");
    }

    let bytes = artifact(&storage, &run.id, "checkpoint/model.bpk");
    let kept = load_module(Weights::new(&Device::flex()), &bytes).unwrap();
    assert_eq!(kept.values(), result.model.values());
    assert!(!artifact(&storage, &run.id, "checkpoint/optim.bpk").is_empty());
}

#[test]
fn best_checkpoint_is_found_by_what_was_logged_to_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let (_storage, run) = begun();
    let best = MetricCheckpointingStrategy::new(
        &LossMetric::new(),
        Aggregate::Mean,
        Direction::Highest,
        Split::Valid,
    );
    let _ = SupervisedTraining::new(folder.path(), loader(), loader())
        .num_epochs(EPOCHS)
        .metric_valid_numeric(LossMetric::new())
        .with_metric_logger(RunMetricLogger::new(run.logger()).without_batches())
        .with_default_checkpointers()
        .with_checkpointing_strategy(best)
        .with_application_logger(None)
        .launch(learner());
    // The loss only falls: the first epoch has the highest.
    let is_kept = |epoch: usize| folder.path().join(format!("checkpoint/model-{epoch}.bpk")).exists();
    assert_eq!([1, 2, 3].map(is_kept), [true, false, false]);
    assert_eq!(run.metric_keys(), ["valid/Loss"]);
}

#[test]
fn run_that_has_ended_ends_no_training() {
    let folder = tempfile::tempdir().unwrap();
    let (storage, run) = begun();
    let (id, logger) = (run.id.clone(), run.logger());
    run.finish(RunStatus::Cancelled).unwrap();
    let kept = |name| RunCheckpointer::new(FileCheckpointer::new(folder.path(), name), logger.clone(), name);
    let result = SupervisedTraining::new(folder.path(), loader(), loader())
        .num_epochs(EPOCHS)
        .metric_train_numeric(LossMetric::new())
        .with_metric_logger(RunMetricLogger::new(logger.clone()))
        .with_metric_logger(InMemoryMetricLogger::new())
        .with_progress_logger(RunProgressLogger::new(logger.clone()))
        .with_custom_checkpointers(kept("model"), kept("optim"), kept("scheduler"))
        .with_checkpointing_strategy(KeepLastNCheckpoints::new(1))
        .with_application_logger(None)
        .launch(learner());
    assert!(result.model.values().iter().all(|value| *value > 0.9));
    assert_eq!(points(&storage, &id, "train/Loss"), []);
    assert!(folder.path().join(format!("model-{EPOCHS}.bpk")).exists());
}

/// A metric of the training split, as burn-train tells it.
fn update(entry: NumericEntry) -> MetricsUpdate {
    let id = MetricId::new(Arc::new("Loss".to_owned()));
    let shown = MetricEntry::new(id, SerializedEntry::new(String::new(), String::new()));
    MetricsUpdate::new(Vec::new(), vec![NumericMetricUpdate::new(shown, Some(entry), None)])
}

#[test]
fn what_is_asked_of_an_epoch_is_its_last_word_and_before_that_the_mean_of_its_items() {
    let (storage, run) = begun();
    let mut logger = RunMetricLogger::new(run.logger());
    let mean = |logger: &mut RunMetricLogger, epoch| {
        let read = logger.read_numeric("Loss", epoch, &Split::Train).unwrap();
        read.first().map(NumericEntry::current)
    };
    logger.log(update(NumericEntry::Value(9.0)), 1, &Split::Train);
    assert_eq!(mean(&mut logger, 1), None, "a metric without a definition has no name");
    logger.log_metric_definition(MetricDefinition::new(
        MetricId::new(Arc::new("Loss".to_owned())),
        &LossMetric::new(),
    ));
    logger.log(update(NumericEntry::Value(1.0)), 1, &Split::Train);
    logger.log(update(NumericEntry::Aggregated { aggregated_value: 4.0, count: 2 }), 1, &Split::Train);
    assert_eq!(mean(&mut logger, 1), Some(3.0));
    logger.log(update(NumericEntry::Final(2.5)), 1, &Split::Train);
    assert_eq!(mean(&mut logger, 1), Some(2.5));
    assert_eq!(mean(&mut logger, 2), None);
    assert!(logger.read_numeric("Loss", 1, &Split::Valid).unwrap().is_empty());
    let tagged = Split::Test(Some(Arc::new("night".to_owned())));
    logger.log(update(NumericEntry::Final(0.5)), 1, &tagged);
    assert_eq!(points(&storage, &run.id, "test/night/Loss"), [(1, 0.5)]);
    assert_eq!(points(&storage, &run.id, "train/Loss"), [(1, 2.5)]);
}

fn assert_close(found: &[(u64, f64)], expected: &[(u64, f64)]) {
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found.0, expected.0);
        assert!((found.1 - expected.1).abs() < 1e-6, "{found:?} is not {expected:?}");
    }
}

fn artifact(storage: &Storage, run_id: &str, key: &str) -> Vec<u8> {
    storage.lock().unwrap().get_artifact(run_id, key).unwrap().to_vec()
}
