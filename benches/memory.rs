//! What the memory engine costs without a browser: `cargo bench`. The numbers that users meet are those of `cargo xtask bench`.

fn main() {
    #[cfg(not(target_arch = "wasm32"))]
    native::run();
}

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::hint::black_box;

    use criterion::{BatchSize, Criterion, Throughput};
    use entrenar::columns::{BlockWriter, read_block};
    use entrenar::dashboard::downsample;
    use entrenar::storage::{ExperimentStorage, InMemoryStorage, RawPoint, Series};

    const POINTS: u64 = 100_000;

    pub(crate) fn run() {
        let mut criterion = Criterion::default().sample_size(20).configure_from_args();
        appending(&mut criterion);
        logging(&mut criterion);
        reading(&mut criterion);
        blocks(&mut criterion);
        criterion.final_summary();
    }

    /// A noisy falling curve, a point a millisecond.
    fn point(step: u64) -> RawPoint {
        let noise = (step.wrapping_mul(2_654_435_761) % 1000) as f64 / 1e4;
        RawPoint {
            step,
            value: 2.0 / (1.0 + step as f64) + noise,
            timestamp_ms: 1_700_000_000_000 + step as i64,
        }
    }

    fn series() -> Series {
        let mut series = Series::default();
        (0..POINTS).for_each(|step| series.push(point(step)));
        series
    }

    fn appending(criterion: &mut Criterion) {
        let mut group = criterion.benchmark_group("append 10^5 points");
        group.throughput(Throughput::Elements(POINTS));
        group.bench_function("regular steps", |bencher| bencher.iter_with_large_drop(series));
        group.bench_function("irregular steps", |bencher| {
            bencher.iter_with_large_drop(|| {
                let mut series = Series::default();
                (0..POINTS).for_each(|step| series.push(RawPoint { step: step * step, ..point(step) }));
                series
            });
        });
        group.finish();
    }

    /// By ids and keys, as the trait has it, with one metric and with a thousand.
    fn logging(criterion: &mut Criterion) {
        let mut group = criterion.benchmark_group("log_metric by the trait, 10^5 points");
        group.throughput(Throughput::Elements(POINTS));
        for count in [1, 1000] {
            let keys: Vec<String> = (0..count).map(|index| format!("layer {index}/norm")).collect();
            group.bench_function(format!("{count} keys"), |bencher| {
                bencher.iter_batched(
                    started_run,
                    |(mut storage, run)| {
                        for step in 0..POINTS {
                            let key = &keys[step as usize % keys.len()];
                            // A run that was just started refuses nothing.
                            let _ = storage.log_metric(&run, key, step, point(step).value);
                        }
                        storage
                    },
                    BatchSize::LargeInput,
                );
            });
        }
        group.finish();
    }

    fn started_run() -> (InMemoryStorage, String) {
        let mut storage = InMemoryStorage::new();
        let experiment = storage.create_experiment("bench", None).unwrap_or_default();
        let run = storage.create_run(&experiment).unwrap_or_default();
        // A new run can be started.
        let _ = storage.start_run(&run);
        (storage, run)
    }

    fn reading(criterion: &mut Criterion) {
        let series = series();
        let columns = series.columns();
        let mut group = criterion.benchmark_group("read 10^5 points");
        group.throughput(Throughput::Elements(POINTS));
        group.bench_function("columns", |bencher| bencher.iter_with_large_drop(|| series.columns()));
        group.bench_function("points", |bencher| {
            bencher.iter_with_large_drop(|| entrenar::storage::metric_points(&series));
        });
        group.bench_function("downsample to 2000", |bencher| {
            bencher.iter(|| downsample(black_box(&columns), 2000));
        });
        group.finish();
    }

    /// What a flush writes and what a first look reads.
    fn blocks(criterion: &mut Criterion) {
        let series = series();
        let write = || {
            let mut writer = BlockWriter::default();
            writer.add("loss", &series, 0..series.len());
            writer.finish()
        };
        let written = write();
        let mut group = criterion.benchmark_group("blocks of 10^5 points");
        group.throughput(Throughput::Elements(POINTS));
        group.bench_function("write", |bencher| bencher.iter_with_large_drop(write));
        group.bench_function("read", |bencher| {
            bencher.iter_with_large_drop(|| {
                written.iter().filter_map(|block| read_block(block).ok()).collect::<Vec<_>>()
            });
        });
        group.finish();
    }
}
