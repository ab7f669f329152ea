#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::interop::test_runs::{dressed, points, run};
use crate::interop::{FileErrorKind, SeriesSlices};
use crate::storage::{NamedSeries, RawPoint, RunRecord, Series, SeriesHeaders};

fn manifest() -> Manifest {
    let mut manifest = Manifest::new("1f", "entrenar");
    let name = manifest.name_file("ab12");
    manifest.files.push(BackupFile {
        name,
        length: 10,
        sha256: "00".repeat(32),
        runs: vec!["run-0".to_owned()],
    });
    manifest.runs.push(BackedUpRun {
        id: "run-0".to_owned(),
        fingerprint: "ff".to_owned(),
        restored_from: Some(RunOrigin { database: "2e".to_owned(), run: "run-7".to_owned() }),
        deleted_ms: Some(5.0),
        sequence: Some(3),
        series: vec![BackedUpSeries {
            key: "loss".to_owned(),
            count: 2,
            highest: (1, f64::INFINITY),
            last: (1, -7),
        }],
        unreadable: BTreeMap::from([("loss".to_owned(), 4)]),
        artifacts: vec![("weights".to_owned(), "11".repeat(32))],
    });
    manifest.experiments.push(BackedUpExperiment {
        name: "mnist".to_owned(),
        created_ms: 1.0,
        config: Some("{}".to_owned()),
        unknown: None,
    });
    manifest
}

fn read_changed(from: &str, to: &str) -> Result<Manifest, crate::interop::FileError> {
    let text = String::from_utf8(manifest().write()).unwrap();
    assert!(text.contains(from), "{text}");
    Manifest::read(text.replace(from, to).as_bytes())
}

#[test]
fn manifest_that_was_written_is_read_as_it_was() {
    assert_eq!(Manifest::read(&manifest().write()).unwrap(), manifest());
    // Fields that a later code of this version may add do no harm.
    assert_eq!(read_changed(r#""saved_ms""#, r#""new":[{}],"saved_ms""#).unwrap(), manifest());
}

#[test]
fn manifest_of_a_newer_version_is_refused_as_such_whatever_else_is_in_it() {
    for bytes in [
        &br#"{"format":"entrenar-backup","version":2}"#[..],
        br#"{"format":"entrenar-backup","version":3,"files":{"a":1},"runs":7}"#,
    ] {
        assert_eq!(Manifest::read(bytes).unwrap_err().kind, FileErrorKind::Newer);
    }
}

#[test]
fn hostile_manifests_are_refused() {
    let name = "000000-ab12.jsonl.gz";
    for (from, to) in [
        (name, "../000000-ab12.jsonl.gz"),
        (name, "..\\\\000000-ab12.jsonl.gz"),
        (name, "/etc/000000-ab12.jsonl.gz"),
        (name, "C:000000-ab12.jsonl.gz"),
        (name, "manifest.json"),
        (name, ".."),
        (name, "000000-a/b.jsonl.gz"),
        (name, "000000-.jsonl.gz"),
        (r#"["loss",2,"#, r#"["loss",99999999999999999999,"#),
        (r#"["loss",2,"#, r#"["loss",4294967296,"#),
        (r#"["loss",2,"#, r#"["loss",-1,"#),
        (r#"["loss",2,"#, r#"["",2,"#),
        (r#"{"loss":4}"#, r#"{"loss":4294967296}"#),
        (r#"{"loss":4}"#, r#"{"":4}"#),
        (r#""runs":["run-0"]"#, r#""runs":["run-1"]"#),
        (r#""format":"entrenar-backup""#, r#""format":"other""#),
        (r#""next_file":1"#, r#""next_file":18446744073709551615"#),
        (r#""config":"{}""#, r#""config":"{""#),
        (r#""saved_ms":0.0"#, r#""saved_ms":"now""#),
    ] {
        let refused = read_changed(from, to);
        assert_eq!(refused.map_err(|error| error.kind).unwrap_err(), FileErrorKind::Invalid, "{to}");
    }
    let long_key = format!("[\"{}\",2,", "k".repeat(9_000));
    assert!(read_changed(r#"["loss",2,"#, &long_key).is_err());
    let text = String::from_utf8(manifest().write()).unwrap();
    let twice = text.replace(r#""runs":[{"#, r#""runs":[{"id":"run-0","fingerprint":""},{"#);
    assert!(Manifest::read(twice.as_bytes()).is_err());
}

#[test]
fn deep_cut_off_and_empty_manifests_are_refused() {
    let deep = format!(r#"{{"format":{}"#, "[".repeat(1_000_000));
    let whole = manifest().write();
    for bytes in [deep.as_bytes(), b"", b"null", b"[]", b"\xff", &whole[..whole.len() - 1], &whole[..10]] {
        assert_eq!(Manifest::read(bytes).unwrap_err().kind, FileErrorKind::Invalid);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn no_bytes_make_reading_a_manifest_panic(position in 0..500_usize, byte in any::<u8>()) {
        let mut bytes = manifest().write();
        let position = position % bytes.len();
        bytes[position] = byte;
        let _ = Manifest::read(&bytes);
    }
}

#[test]
fn fingerprint_changes_with_whatever_is_written_of_a_run_but_points() {
    let run = dressed(run(0, Vec::new()));
    let before = fingerprint(&run.experiment, &run.record);
    let changes: [fn(&mut RunRecord); 6] = [
        |record| record.run_name = None,
        |record| record.ended_ms = None,
        |record| record.tags.clear(),
        |record| record.config_json = None,
        |record| record.interruptions.clear(),
        |record| record.unknown_json = Some(r#"{"a":1}"#.to_owned()),
    ];
    for change in changes {
        let mut other = run.record.clone();
        change(&mut other);
        assert_ne!(fingerprint(&run.experiment, &other), before);
    }
    let mut heard = run.record.clone();
    heard.heartbeat_ms += 1.0;
    heard.next_sequence += 1.0;
    assert_eq!(fingerprint(&run.experiment, &heard), before, "a sign of life is no news");
}

/// What the manifest says of a run of which three points of "loss" are backed up, the last at step 2.
fn known() -> BackedUpRun {
    BackedUpRun {
        id: "run-0".to_owned(),
        fingerprint: "ff".to_owned(),
        restored_from: None,
        deleted_ms: None,
        sequence: Some(3),
        series: vec![BackedUpSeries {
            key: "loss".to_owned(),
            count: 3,
            highest: (2, 0.5),
            last: (2, 1_795_750_137_044),
        }],
        unreadable: BTreeMap::new(),
        artifacts: Vec::new(),
    }
}

fn headers(series: &[(&str, f64)]) -> SeriesHeaders {
    SeriesHeaders {
        keys: series.iter().map(|(key, _)| (*key).to_owned()).collect(),
        counts: series.iter().map(|(_, count)| *count).collect(),
        last_steps: vec![2.0; series.len()],
        last_values: vec![0.5; series.len()],
    }
}

#[test]
fn run_with_fewer_points_or_without_a_series_does_not_go_on_from_what_was_backed_up() {
    let mut known = known();
    assert!(may_go_on(&known, &headers(&[("loss", 3.0)])));
    assert!(may_go_on(&known, &headers(&[("accuracy", 9.0), ("loss", 4.0)])));
    assert!(!may_go_on(&known, &headers(&[("loss", 2.0)])));
    assert!(!may_go_on(&known, &headers(&[("accuracy", 3.0)])));
    // Points that could not be read have their indexes.
    known.unreadable.insert("loss".to_owned(), 4);
    assert!(!may_go_on(&known, &headers(&[("loss", 6.0)])));
    assert!(may_go_on(&known, &headers(&[("loss", 7.0)])));
}

#[test]
fn last_point_of_other_step_or_time_is_another_history_and_one_that_cannot_be_read_says_nothing() {
    let known = known();
    let one = |step, timestamp_ms| {
        let mut series = Series::default();
        series.push(RawPoint { step, value: 7.0, timestamp_ms });
        [NamedSeries { key: "loss".to_owned(), series }]
    };
    assert!(are_last_points(&known, &one(2, 1_795_750_137_044)));
    assert!(!are_last_points(&known, &one(3, 1_795_750_137_044)));
    assert!(!are_last_points(&known, &one(2, 1_795_750_137_045)));
    assert!(are_last_points(&known, &[]));
}

#[test]
fn series_are_backed_up_as_far_as_their_points_were_written() {
    let headers = headers(&[("loss", 9.0), ("unreadable", 5.0)]);
    let mut points_written = BackedUpPoints::of(Some(&known()), &headers);
    let written = run(0, vec![("loss".to_owned(), points(&[0.1, 0.2]))]).series.remove(0);
    let last = written.series.point(1).unwrap();
    points_written.add(&written);
    let expected = BackedUpSeries {
        key: "loss".to_owned(),
        count: 5,
        highest: (2, 0.5),
        last: (last.step, last.timestamp_ms),
    };
    assert_eq!(points_written.into_series(), [expected]);
}

#[test]
fn restored_run_is_known_again_after_it_was_exported_and_restored_once_more() {
    let origin = RunOrigin { database: "1f".to_owned(), run: "run-3".to_owned() };
    let mut record = RunRecord::new("run-9".to_owned(), "exp-0".to_owned(), 0);
    record.unknown_json = Some(r#"{"priority":7,"note":{"a":[1.50]}}"#.to_owned());
    let restored = with_origin(record.clone(), &origin);
    assert_eq!(origin_of(&record), None);
    assert_eq!(origin_of(&restored), Some(origin.clone()));
    assert!(restored.unknown_json.as_deref().unwrap().contains(r#""note":{"a":[1.50]}"#));
    let later = RunOrigin { database: "2e".to_owned(), run: "run-9".to_owned() };
    assert_eq!(origin_of(&with_origin(restored, &later)), Some(origin));
}

#[test]
fn only_small_files_in_a_row_are_put_together() {
    let file = |length| BackupFile { name: String::new(), length, sha256: String::new(), runs: vec![] };
    let small = |count: usize| vec![file(1_000); count];
    assert_eq!(files_to_merge(&small(15)), None);
    assert_eq!(files_to_merge(&small(16)), Some(0..16));
    assert_eq!(files_to_merge(&[small(15), vec![file(5 << 20)], small(15)].concat()), None);
    assert_eq!(files_to_merge(&[vec![file(5 << 20)], small(16)].concat()), Some(1..17));
    // What is put together fits into memory.
    let near: Vec<u64> = [vec![1 << 20; 15], vec![3 << 20]].concat();
    assert_eq!(files_to_merge(&near.into_iter().map(file).collect::<Vec<_>>()), None);
    assert_eq!(files_to_merge(&vec![file(3 << 20); 100]), None);
}

/// A file of these runs, each with an artifact of these bytes.
fn file_of(runs: &[(&str, &str, &[u8])]) -> (Vec<u8>, BackupFile) {
    let mut writer = FileWriter::default();
    for (run_id, name, bytes) in runs {
        let mut run = run(0, vec![("loss".to_owned(), points(&[0.5]))]);
        (*run_id).clone_into(&mut run.record.run_id);
        run.record.run_name = Some((*name).to_owned());
        writer.begin_run(&run.experiment, &run.record).unwrap();
        let mut slices = SeriesSlices::default();
        while let Some((key, points)) = slices.next(&run.series, 9) {
            writer.write_points(&run.record, key, &points).unwrap();
        }
        let hash = crate::storage::content_hash(bytes);
        let artifact = crate::storage::ArtifactRef {
            key: "weights".to_owned(),
            hash,
            size: bytes.len() as u32,
            unknown_json: None,
        };
        writer.write_artifact(&artifact, bytes).unwrap();
    }
    let mut bytes = writer.take_bytes();
    let (last, file) = writer.finish("000000-a.jsonl.gz".to_owned()).unwrap();
    bytes.extend(last);
    (bytes, file)
}

/// What a file holds that counts: runs with their names, and artifacts with the ids of their runs.
type Held = (Vec<(String, Option<String>)>, Vec<(String, Vec<u8>)>);

fn held(bytes: &[u8], file: &BackupFile) -> Held {
    let mut reader = FileReader::new(file);
    let mut parts = reader.push(bytes).unwrap();
    let contents = reader.finish().unwrap();
    parts.extend(contents.parts);
    let artifacts = parts.into_iter().filter_map(|FilePart { run_id, part }| match part {
        crate::interop::ImportedPart::Artifact { bytes, .. } => Some((run_id, bytes)),
        crate::interop::ImportedPart::Points { .. } => None,
    });
    (contents.runs.into_iter().map(|(id, run)| (id, run.record.run_name)).collect(), artifacts.collect())
}

#[test]
fn run_of_a_file_that_was_written_anew_in_another_does_not_count() {
    let (bytes, mut file) = file_of(&[("run-0", "old", b"1"), ("run-1", "whole", b"2")]);
    assert_eq!(held(&bytes, &file).0.len(), 2);
    file.runs.retain(|run_id| run_id == "run-1");
    let run = ("run-1".to_owned(), Some("whole".to_owned()));
    assert_eq!(held(&bytes, &file), (vec![run], vec![("run-1".to_owned(), b"2".to_vec())]));
}

#[test]
fn file_that_is_longer_than_it_was_is_refused_before_it_is_read() {
    let (mut bytes, file) = file_of(&[("run-0", "first", b"1")]);
    bytes.push(b'\n');
    assert!(FileReader::new(&file).push(&bytes).unwrap_err().message.contains("not as it was written"));
}

#[test]
fn files_that_are_put_together_have_what_the_last_of_them_says() {
    let mut merged = MergedRuns::default();
    for (bytes, file) in [file_of(&[("run-0", "old", b"1")]), file_of(&[("run-0", "new", b"2")])] {
        let mut reader = FileReader::new(&file);
        reader.push(&bytes).unwrap().into_iter().for_each(|part| merged.add_part(part));
        merged.add_contents(reader.finish().unwrap());
    }
    let mut writer = FileWriter::default();
    merged.write(&mut writer).unwrap();
    let mut bytes = writer.take_bytes();
    let (last, file) = writer.finish("000001-a.jsonl.gz".to_owned()).unwrap();
    bytes.extend(last);
    let run = ("run-0".to_owned(), Some("new".to_owned()));
    assert_eq!(held(&bytes, &file), (vec![run], vec![("run-0".to_owned(), b"2".to_vec())]));
}

#[test]
fn run_whose_last_value_is_no_number_is_not_news_each_time() {
    let mut run = run(0, Vec::new());
    run.record.series = SeriesHeaders {
        keys: vec!["loss".to_owned()],
        counts: vec![3.0],
        last_steps: vec![2.0],
        last_values: vec![f64::NAN],
    };
    let mark = fingerprint(&run.experiment, &run.record);
    let mut known = BackedUpRun { fingerprint: mark.clone(), ..known() };
    known.series[0].highest = (2, -f64::NAN);
    assert!(is_unchanged(&known, &run.record, &mark));
    run.record.series.last_values = vec![0.5];
    assert!(!is_unchanged(&known, &run.record, &mark));
}

#[test]
fn run_of_which_points_could_not_be_read_is_not_news_each_time() {
    let mut run = run(0, Vec::new());
    run.record.series = headers(&[("loss", 5.0), ("lost", 2.0)]);
    let mark = fingerprint(&run.experiment, &run.record);
    let mut known = BackedUpRun { fingerprint: mark.clone(), ..known() };
    assert!(!is_unchanged(&known, &run.record, &mark));
    known.unreadable = BTreeMap::from([("loss".to_owned(), 2), ("lost".to_owned(), 2)]);
    assert!(is_unchanged(&known, &run.record, &mark));
    run.record.series.keys[1] = "other".to_owned();
    assert!(!is_unchanged(&known, &run.record, &mark));
}
