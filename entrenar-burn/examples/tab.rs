//! A network of Burn's that trains in a tab, and whose curves and weights are kept. See ../../examples/README.md.
#![cfg(target_arch = "wasm32")]

use burn::module::Module;
use burn::nn::loss::CrossEntropyLossConfig;
use burn::nn::{Linear, LinearConfig};
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Int, Tensor};
use entrenar::browser::{RunOptions, StorageOptions, TrackedRun, Tracker};
use entrenar_burn::{LogError, load_module, log_module, log_scalars};
use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::prelude::wasm_bindgen;

const EXPERIMENT: &str = "rings";
const STEPS: u32 = 150;
const WEIGHTS: &str = "weights.bpk";

/// Tells points within a circle from those outside.
#[derive(Module, Debug)]
struct Network {
    hidden: Linear,
    output: Linear,
}

impl Network {
    fn new(device: &Device) -> Self {
        let (hidden, output) = (LinearConfig::new(2, 32), LinearConfig::new(32, 2));
        Self { hidden: hidden.init(device), output: output.init(device) }
    }

    fn forward(&self, points: Tensor<2>) -> Tensor<2> {
        self.output.forward(relu(self.hidden.forward(points)))
    }
}

/// Points of a square with the class of each.
fn data(device: &Device) -> (Tensor<2>, Tensor<1, Int>) {
    let side = 16;
    let coordinate = |index: i32| 2.0 * index as f32 / (side - 1) as f32 - 1.0;
    let all = (0..side * side).map(|index| (coordinate(index % side), coordinate(index / side)));
    let points: Vec<f32> = all.clone().flat_map(|(x, y)| [x, y]).collect();
    let classes: Vec<i32> = all.map(|(x, y)| i32::from(x.hypot(y) < 0.7)).collect();
    let count = classes.len();
    let points = Tensor::<1>::from_data(points.as_slice(), device).reshape([count, 2]);
    (points, Tensor::from_data(classes.as_slice(), device))
}

/// The share of points whose class is found, from 0 to 1.
fn accuracy(scores: Tensor<2>, classes: Tensor<1, Int>) -> Tensor<1> {
    scores.argmax(1).reshape([-1]).equal(classes).float().mean()
}

async fn train_network(tracker: &Tracker) -> Result<TrackedRun, LogError> {
    let run = tracker.start_run(EXPERIMENT, RunOptions::default()).await?;
    let logger = run.logger();
    let device = Device::flex().autodiff();
    device.seed(7);
    let (points, classes) = data(&device);
    let mut network = Network::new(&device);
    let mut optimizer = AdamConfig::new().init();
    let loss_of = CrossEntropyLossConfig::new().init(&device);
    for _ in 0..STEPS {
        let scores = network.forward(points.clone());
        let loss = loss_of.forward(scores.clone(), classes.clone());
        let accuracy = accuracy(scores, classes.clone());
        log_scalars(&logger, [("loss", loss.clone()), ("accuracy", accuracy)], None).await?;
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        network = optimizer.step(0.02, network, gradients);
        // The page draws, and answers clicks.
        TimeoutFuture::new(0).await;
    }
    log_module(&logger, WEIGHTS, &network)?;
    run.finish().await?;
    Ok(run)
}

/// What is kept of the last run that ended, and how good its network is now.
async fn last_kept(tracker: &Tracker) -> Result<Option<String>, LogError> {
    let named = |id: &String| tracker.experiment(id).is_ok_and(|experiment| experiment.name == EXPERIMENT);
    let Some(experiment) = tracker.list_experiments().into_iter().find(named) else { return Ok(None) };
    let has_ended = |id: &String| tracker.run(id).is_ok_and(|run| run.record.status.is_final());
    let Some(run_id) = tracker.list_runs(&experiment)?.into_iter().rfind(has_ended) else { return Ok(None) };
    let losses = tracker.get_metrics(&run_id, "loss").await?;
    let (Some(first), Some(last)) = (losses.first(), losses.last()) else { return Ok(None) };
    let device = Device::flex();
    let weights = tracker.get_artifact(&run_id, WEIGHTS).await?;
    let network = load_module(Network::new(&device), &weights)?;
    let (points, classes) = data(&device);
    let right = accuracy(network.forward(points), classes).try_into_scalar_async::<f32>().await?;
    Ok(Some(format!(
        "{run_id} is kept: {} losses, from {:.2} to {:.2}; its network finds {:.0} % of the classes.",
        losses.len(),
        first.value,
        last.value,
        100.0 * right
    )))
}

/// Says what is kept from earlier.
#[wasm_bindgen]
pub async fn report() -> String {
    let kept = async { last_kept(&Tracker::open(StorageOptions::default()).await?).await };
    match kept.await {
        Ok(Some(kept)) => kept,
        Ok(None) => "Nothing was trained here yet.".to_owned(),
        Err(cause) => format!("Failed: {cause}"),
    }
}

/// Trains a new run, and says how it went.
#[wasm_bindgen]
pub async fn train() -> String {
    let trained = async { train_network(&Tracker::open(StorageOptions::default()).await?).await };
    match trained.await {
        Ok(run) => format!("{} is finished: reload, and it is still there.", run.run_id()),
        Err(cause) => format!("Failed: {cause}"),
    }
}
