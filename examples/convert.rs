//! Turns files of one format into another: JSON Lines, CSV or event files of TensorBoard, in, and the same out. Artifacts stay behind.
//!
//! ```sh
//! cargo run --features interop --example convert -- runs.jsonl logdir/
//! ```

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use entrenar::interop::csv::CsvExporter;
use entrenar::interop::jsonl::JsonLinesExporter;
use entrenar::interop::tensorboard::{
    RunFolders, TensorBoardExporter, TensorBoardImporter, TensorBoardOptions, ValueType, event_file_name,
};
use entrenar::interop::{
    AnyImporter, ExportedRun, Exporter, FileOptions, ImportedPart, ImportedRun, Importer, SLICE_POINTS,
};
use entrenar::storage::{ExperimentRecord, NamedSeries, RECORD_FORMAT, Series};

const USAGE: &str = "\
usage: convert [--wide] [--double] <input> <output>

<input>   a JSON Lines file, a CSV file, an event file of TensorBoard, a zip file of such, or a folder of them
<output>  what ends in .jsonl, .csv or .zip becomes one file; anything else is a folder for TensorBoard
--wide    a column for each metric in a CSV file, and not one row for each point
--double  values of 64 bits in event files: TensorBoard shows them, and not every other reader does";

/// How many bytes are read at a time.
const PIECE: usize = 1 << 16;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

fn main() -> std::process::ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let is_known = |name: &&String| matches!(name.as_str(), "--wide" | "--double");
    let (options, paths): (Vec<&String>, Vec<&String>) =
        arguments.iter().partition(|argument| argument.starts_with("--"));
    let ([input, output], true) = (paths.as_slice(), options.iter().all(is_known)) else {
        eprintln!("{USAGE}");
        return std::process::ExitCode::FAILURE;
    };
    let value_type = if has("--double") { ValueType::Double } else { ValueType::Single };
    match convert(Path::new(input), Path::new(output), has("--wide"), value_type) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{input}: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn convert(input: &Path, output: &Path, is_wide: bool, value_type: ValueType) -> Outcome {
    let runs = read(input)?;
    let points: usize = runs.iter().map(ExportedRun::points).sum();
    let extension = output.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let losses = match extension {
        "csv" if is_wide => {
            let keys = runs.iter().flat_map(|run| run.series.iter().map(|named| named.key.clone()));
            write(&mut CsvExporter::wide(keys), &runs, output)?
        }
        "csv" => write(&mut CsvExporter::long(), &runs, output)?,
        "jsonl" => write(&mut JsonLinesExporter::default(), &runs, output)?,
        "zip" => write(&mut TensorBoardExporter::zip(value_type), &runs, output)?,
        _ => write_folder(&runs, output, value_type)?,
    };
    losses.iter().for_each(|loss| eprintln!("note: {loss}"));
    println!("{} runs, {points} points", runs.len());
    Ok(())
}

/// All runs of a file or folder.
fn read(input: &Path) -> Outcome<Vec<ExportedRun>> {
    let mut parts = Vec::new();
    if input.is_dir() {
        let mut importer = TensorBoardImporter::new(TensorBoardOptions::default());
        for path in event_files(input)? {
            let relative = path.strip_prefix(input)?.to_string_lossy().replace('\\', "/");
            importer.begin_file(&relative)?;
            push_file(&mut importer, &path, &mut parts)?;
        }
        return finish(importer, parts, input);
    }
    let modified = fs::metadata(input)?.modified()?.duration_since(UNIX_EPOCH)?;
    let timestamp_ms = modified.as_millis() as i64;
    let mut importer = AnyImporter::new(FileOptions { timestamp_ms, ..FileOptions::default() });
    push_file(&mut importer, input, &mut parts)?;
    finish(importer, parts, input)
}

/// The event files in a folder and those below it, in the order of their names.
fn event_files(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(event_files(&path)?);
        } else if path.file_name().is_some_and(|name| name.to_string_lossy().contains("tfevents")) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn push_file(importer: &mut dyn Importer, path: &Path, parts: &mut Vec<ImportedPart>) -> Outcome {
    let mut file = File::open(path)?;
    let mut piece = vec![0; PIECE];
    loop {
        let length = file.read(&mut piece)?;
        if length == 0 {
            return Ok(());
        }
        importer.push(&piece[..length], parts)?;
    }
}

/// Puts together what was read.
fn finish(
    mut importer: impl Importer,
    mut parts: Vec<ImportedPart>,
    input: &Path,
) -> Outcome<Vec<ExportedRun>> {
    let read = importer.finish(&mut parts)?;
    importer.losses().iter().for_each(|loss| eprintln!("note: {loss}"));
    let unnamed = input.file_stem().unwrap_or_default().to_string_lossy();
    let described = importer.experiments();
    let mut experiments = BTreeMap::new();
    let mut runs: Vec<ExportedRun> = Vec::new();
    for ImportedRun { experiment_name, experiment_config_json, mut record } in read {
        let name = experiment_name.unwrap_or_else(|| unnamed.clone().into_owned());
        let number = experiments.len();
        let id = experiments.entry(name.clone()).or_insert_with(|| format!("exp-{number}")).clone();
        record.run_id = format!("run-{}", runs.len());
        record.experiment_id.clone_from(&id);
        let described = described.iter().find(|described| described.name == name);
        let experiment = ExperimentRecord {
            format: RECORD_FORMAT,
            experiment_id: id,
            name,
            created_ms: described.map_or(record.created_ms, |described| described.created_ms),
            config_json: experiment_config_json.or_else(|| described?.config_json.clone()),
            unknown_json: described.and_then(|described| described.unknown_json.clone()),
        };
        runs.push(ExportedRun { experiment, record, series: Vec::new() });
    }
    let mut places = BTreeMap::new();
    for part in parts {
        let ImportedPart::Points { run, key, points } = part else { continue };
        let all = &mut runs[run].series;
        let place = *places.entry((run, key.clone())).or_insert_with(|| {
            all.push(NamedSeries { key, series: Series::default() });
            all.len() - 1
        });
        points.into_iter().for_each(|point| all[place].series.push(point));
    }
    // Each record tells of the series that its run has.
    let told = |ExportedRun { experiment, record, series }| ExportedRun::new(experiment, record, series);
    Ok(runs.into_iter().map(told).collect())
}

/// Writes runs into one file. Returns what it cannot hold.
fn write(exporter: &mut dyn Exporter, runs: &[ExportedRun], output: &Path) -> Outcome<Vec<String>> {
    let mut file = BufWriter::new(File::create(output)?);
    for run in runs {
        exporter.begin_run(&run.experiment, &run.record, &mut file)?;
        run.write_points(exporter, SLICE_POINTS, &mut file)?;
        exporter.end_run(&run.record, &mut file)?;
    }
    exporter.finish(&mut file)?;
    file.flush()?;
    Ok(exporter.losses())
}

/// Writes an event file for each run, in a folder of its own.
fn write_folder(runs: &[ExportedRun], output: &Path, value_type: ValueType) -> Outcome<Vec<String>> {
    let mut folders = RunFolders::default();
    let mut losses: Vec<String> = Vec::new();
    for run in runs {
        let folder = output.join(folders.next(&run.experiment, &run.record));
        fs::create_dir_all(&folder)?;
        let file = folder.join(event_file_name(&run.record));
        let of_run =
            write(&mut TensorBoardExporter::event_file(value_type), std::slice::from_ref(run), &file)?;
        for loss in of_run {
            if !losses.contains(&loss) {
                losses.push(loss);
            }
        }
    }
    Ok(losses)
}
