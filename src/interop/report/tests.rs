//! Reports, out and in again.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use proptest::prelude::*;

use super::*;
use crate::interop::test_runs::{any_series, assert_same, dressed, export, import, points, run};
use crate::interop::{
    AnyImporter, ExportedRun, Exporter, FileErrorKind, FileOptions, Format, Importer, detect,
};
use crate::storage::{RawPoint, RunRecord, SeriesHeaders, UnknownOfSeries};

const TEMPLATE: &str = concat!(
    "<!doctype html>\n<!-- entrenar report --><html lang=\"en\"><head><title></title></head><body>",
    "<script type=\"application/vnd.entrenar.report\" id=\"runs\"></script><script>run()</script></body></html>",
);

fn exporter(title: &str) -> ReportExporter {
    ReportExporter::new(TEMPLATE, title).unwrap()
}

fn report(runs: &[ExportedRun]) -> Vec<u8> {
    export(&mut exporter("two runs"), runs, 7)
}

fn is_text_of_runs(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=\n".contains(&byte))
}

/// What stands between the tags of the runs.
fn text_of_runs(report: &[u8]) -> String {
    let text = String::from_utf8(report.to_vec()).unwrap();
    let (_, rest) = text.split_once(RUNS_BEGIN).unwrap();
    rest.split_once("</script>").unwrap().0.to_owned()
}

fn with_text_of_runs(text: &str) -> Vec<u8> {
    TEMPLATE.replace(RUNS_BEGIN, &format!("{RUNS_BEGIN}{text}")).into_bytes()
}

fn packed(frames: &[u8]) -> String {
    let mut text = Vec::new();
    let mut packer = packing::Packer::default();
    packer.push(frames, &mut text).unwrap();
    packer.finish(&mut text).unwrap();
    String::from_utf8(text).unwrap()
}

fn refusal(report: &[u8]) -> crate::interop::FileError {
    import(&mut ReportImporter::default(), report, 1000).unwrap_err()
}

proptest! {
    #[test]
    fn points_of_any_runs_come_back_to_the_bit_from_pieces_of_any_size(
        first in any_series(),
        second in any_series(),
        slice in 1..9_usize,
        piece in 1..3000_usize,
    ) {
        let runs = [dressed(run(0, first.clone())), run(1, second.clone())];
        let report = export(&mut exporter("any"), &runs, slice);
        let read = import(&mut AnyImporter::new(FileOptions::default()), &report, piece).unwrap();
        prop_assert_eq!(read.len(), 2);
        assert_same(&first, &read[0].series);
        assert_same(&second, &read[1].series);
        for (run, read) in runs.iter().zip(&read) {
            let mut record = read.run.record.clone();
            record.run_id.clone_from(&run.record.run_id);
            record.experiment_id.clone_from(&run.record.experiment_id);
            // When its owner was last heard of is the affair of the database that it came from.
            record.heartbeat_ms = run.record.heartbeat_ms;
            // What it has of points is known when they are.
            let expected = RunRecord { series: SeriesHeaders::default(), ..run.record.clone() };
            prop_assert_eq!(record, expected);
            prop_assert_eq!(read.run.experiment_name.as_ref(), Some(&run.experiment.name));
        }
    }

    #[test]
    fn bytes_that_are_no_points_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        drop(points::read_points(&bytes));
    }
}

#[test]
fn bits_of_nan_and_the_sign_of_zero_survive() {
    let values =
        [f64::from_bits(0x7ff8_0000_0000_1234), -f64::NAN, -0.0, f64::MIN_POSITIVE, f64::from(0.1_f32)];
    for values in [&values[..], &values[..3], &values[1..3], &[f64::INFINITY, f64::NEG_INFINITY, f64::NAN]] {
        let mut bytes = Vec::new();
        points::write_points(&mut bytes, "loss", &points(values));
        let (key, read) = points::read_points(&bytes).unwrap();
        assert_eq!(key, "loss");
        let bits = |points: &[RawPoint]| points.iter().map(|point| point.value.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&read), bits(&points(values)));
    }
}

#[test]
fn points_take_no_more_room_than_is_promised() {
    // Digits that do not repeat, as a loss has them: an xorshift.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as f64 / u64::MAX as f64
    };
    for (is_single, most) in [(true, 12.0), (false, 20.0)] {
        let mut time = 1_795_750_137_042;
        let series: Vec<RawPoint> = (0..100_000)
            .map(|step| {
                time += 10 + (next() * 90.0) as i64;
                let value = next();
                let value = if is_single { f64::from(value as f32) } else { value };
                RawPoint { step, value, timestamp_ms: time }
            })
            .collect();
        let report = export(&mut exporter("size"), &[run(0, vec![("loss".to_owned(), series)])], 5_000);
        let bytes_a_point = (report.len() - TEMPLATE.len()) as f64 / 100_000.0;
        assert!(bytes_a_point < most, "{bytes_a_point} bytes a point");
    }
}

#[test]
fn hostile_names_are_text_in_the_title_and_nowhere_else() {
    let hostile = "</title></script><!--<script><img src=x onerror=alert(1)>\u{0}&amp;\"'";
    let mut evil = dressed(run(0, vec![(hostile.to_owned(), points(&[0.5]))]));
    evil.record.run_name = Some(hostile.to_owned());
    evil.experiment.name = format!("{RUNS_BEGIN}{hostile}");
    let bytes = export(&mut exporter(&evil.experiment.name.clone()), std::slice::from_ref(&evil), 9);
    let text = String::from_utf8(bytes.clone()).unwrap();
    let (head, _) = text.split_once(RUNS_BEGIN).unwrap();
    assert!(head.contains(
        "<title>&lt;script type=&quot;application/vnd.entrenar.report&quot; id=&quot;runs&quot;&gt;"
    ));
    assert!(head.contains("&lt;/title&gt;&lt;/script&gt;&lt;!--&lt;script&gt;&lt;img src=x onerror=alert(1)&gt; &amp;amp;&quot;&#39;</title>"));
    assert!(is_text_of_runs(&text_of_runs(&bytes)), "nothing in the runs can close the script");
    let read = import(&mut ReportImporter::default(), &bytes, 100).unwrap();
    assert_eq!(read[0].run.record.run_name.as_deref(), Some(hostile));
    assert_eq!(read[0].series[0].0, hostile);
}

#[test]
fn a_report_is_its_template_around_the_runs() {
    let report = String::from_utf8(report(&[run(0, vec![])])).unwrap();
    let (before, rest) = report.split_once(&format!("{RUNS_BEGIN}\n")).unwrap();
    let (_, after) = rest.split_once("</script>").unwrap();
    assert_eq!(format!("{before}{RUNS_BEGIN}</script>{after}").replace("two runs", ""), TEMPLATE);
}

#[test]
fn a_page_that_is_no_template_makes_no_report() {
    for page in [
        "",
        "<!doctype html>\n<title></title>",
        &TEMPLATE.replace("<title></title>", ""),
        &TEMPLATE.replace("<!-- entrenar report -->", ""),
        // Whatever follows would be taken for the runs.
        &TEMPLATE.replace("<title>", &format!("{RUNS_BEGIN}</script><title>")),
        &TEMPLATE.replace(RUNS_BEGIN, &format!("{RUNS_BEGIN}there are runs already")),
    ] {
        assert!(ReportExporter::new(page, "title").is_none(), "{page}");
    }
}

#[test]
fn a_report_and_the_runs_of_its_own_page_are_detected() {
    let report = report(&[run(0, vec![])]);
    assert_eq!(detect(&report), Some(Format::Report));
    assert_eq!(detect(RUNS_BEGIN.as_bytes()), Some(Format::Report));
    assert_ne!(detect(b"<!doctype html>\n<title>mnist, loss</title>"), Some(Format::Report));
}

#[test]
fn runs_without_a_name_are_called_by_their_ids_in_the_page_itself_and_stay_so_when_imported() {
    let mut nameless = run(7, vec![("loss".to_owned(), points(&[0.5]))]);
    nameless.record.run_name = None;
    let report = report(&[nameless]);
    let runs = [RUNS_BEGIN, &text_of_runs(&report), "</script>"].concat();
    for (file, name) in [(report, None), (runs.into_bytes(), Some("run-7"))] {
        let read = import(&mut AnyImporter::new(FileOptions::default()), &file, 100).unwrap();
        assert_eq!(read[0].run.record.run_name.as_deref(), name);
    }
}

#[test]
fn a_report_that_is_cut_off_anywhere_is_refused() {
    let report = report(&[dressed(run(0, vec![("loss".to_owned(), points(&[0.5, 0.25, -0.0]))]))]);
    let behind = report.len() - TEMPLATE.split_once("</script>").unwrap().1.len();
    for length in 0..behind - "\n</script>".len() {
        assert_eq!(refusal(&report[..length]).kind, FileErrorKind::Invalid, "{length} bytes");
    }
}

#[test]
fn a_damaged_report_is_refused() {
    let text = text_of_runs(&report(&[run(0, vec![("loss".to_owned(), points(&[0.5, 0.25]))])]));
    for (position, _) in text.bytes().enumerate().filter(|(_, byte)| byte.is_ascii_alphanumeric()) {
        let mut damaged = text.clone().into_bytes();
        damaged[position] = if damaged[position] == b'A' { b'B' } else { b'A' };
        let damaged = with_text_of_runs(&String::from_utf8(damaged).unwrap());
        assert!(import(&mut ReportImporter::default(), &damaged, 1000).is_err(), "{position}");
    }
}

#[test]
fn parts_that_make_no_sense_are_refused() {
    let frame = |kind: u8, contents: &[u8]| {
        let mut frames = Vec::new();
        frames::write_frame(&mut frames, kind, contents);
        frames
    };
    let header = frame(frames::LINE, b"{\"format\":\"entrenar\",\"version\":1}");
    let end = frame(frames::LINE, b"{\"line\":\"end\",\"runs\":0,\"points\":0}");
    let mut orphans = Vec::new();
    points::write_points(&mut orphans, "loss", &points(&[0.5]));
    for (middle, kind, said) in [
        (frame(frames::POINTS, &orphans), FileErrorKind::Invalid, "no run stands above"),
        (frame(b'?', b"new"), FileErrorKind::Newer, "update entrenar"),
        (vec![frames::POINTS, 255, 255, 255, 255], FileErrorKind::Invalid, "longer than any"),
        (frame(frames::POINTS, &[1, b'k', 255, 255, 255, 255, 15]), FileErrorKind::Invalid, "than it says"),
        (frame(frames::LINE, b"[[[["), FileErrorKind::Invalid, "no JSON object"),
    ] {
        let error = refusal(&with_text_of_runs(&packed(&[header.clone(), middle, end.clone()].concat())));
        assert_eq!(error.kind, kind);
        assert!(error.message.contains(said), "{error}");
    }
    let whole = packed(&[header.clone(), end.clone()].concat());
    assert!(import(&mut ReportImporter::default(), &with_text_of_runs(&whole), 9).is_ok());
    let more = refusal(&with_text_of_runs(&(whole + "AAAA")));
    assert!(more.message.contains("something follows"), "{more}");
    let half = [header.clone(), end, vec![frames::POINTS, 9, 0, 0, 0, 1]].concat();
    let half = refusal(&with_text_of_runs(&packed(&half)));
    assert!(half.message.contains("it was cut off"), "{half}");
    let newer = frame(frames::LINE, b"{\"format\":\"entrenar\",\"version\":99}");
    assert_eq!(refusal(&with_text_of_runs(&packed(&newer))).kind, FileErrorKind::Newer);
}

#[test]
fn points_that_cannot_be_are_refused() {
    let point = |step, timestamp_ms| RawPoint { step, value: 0.5, timestamp_ms };
    let written = |key: &str, last: RawPoint| {
        let mut bytes = Vec::new();
        points::write_points(&mut bytes, key, &[point(0, 0), last]);
        bytes
    };
    let largest = written("loss", point(crate::storage::MAX_STEP, 8_640_000_000_000_000));
    assert_eq!(points::read_points(&largest).unwrap().1.len(), 2);
    for bytes in [
        written("", point(1, 0)),
        written("loss", point(crate::storage::MAX_STEP + 1, 0)),
        written("loss", point(1, 8_640_000_000_000_001)),
        written("loss", point(1, -8_640_000_000_000_001)),
        [&largest[..], &[0]].concat(),
        largest[..largest.len() - 1].to_vec(),
    ] {
        assert!(points::read_points(&bytes).is_err(), "{bytes:?}");
    }
}

#[test]
fn what_packs_a_thousandfold_is_taken_in_small_bites() {
    let mut equal = points(&vec![0.0; 1_000_000]);
    for point in &mut equal {
        point.timestamp_ms = 0;
        point.step = 0;
    }
    let report = report(&[run(0, vec![("loss".to_owned(), equal)])]);
    let mut importer = ReportImporter::default();
    let mut most = 0;
    for bite in report.chunks(importer.most_bytes_at_once()) {
        let mut parts = Vec::new();
        importer.push(bite, &mut parts).unwrap();
        let held = parts.iter().map(|part| match part {
            crate::interop::ImportedPart::Points { points, .. } => points.len(),
            crate::interop::ImportedPart::Artifact { .. } => 0,
        });
        most = most.max(held.sum::<usize>());
    }
    assert!(most < 700_000, "{most} of a million points at once");
}

#[test]
fn what_a_file_said_of_metrics_and_this_code_does_not_know_is_in_the_report() {
    let mut described =
        run(0, vec![("loss".to_owned(), points(&[1.0, 2.0])), ("a".to_owned(), points(&[3.0]))]);
    let of = |key: &str, json: &str| UnknownOfSeries { key: key.to_owned(), json: json.to_owned() };
    described.record.unknown_of_series = vec![of("a", r#"{"goal":0.50}"#), of("loss", r#"{"unit":"s"}"#)];
    let read = import(&mut ReportImporter::default(), &report(&[described.clone()]), 100).unwrap();
    assert_eq!(read[0].run.record.unknown_of_series, described.record.unknown_of_series);
}

#[test]
fn artifacts_that_are_left_out_are_told_of() {
    let mut with_artifact = run(0, vec![]);
    let artifact = crate::storage::ArtifactRef {
        key: "weights".to_owned(),
        hash: "00".to_owned(),
        size: 3,
        unknown_json: None,
    };
    with_artifact.record.artifacts.push(artifact);
    let mut exporter = exporter("artifacts");
    export(&mut exporter, &[with_artifact, run(1, vec![])], 9);
    assert_eq!(exporter.losses().len(), 1);
}
