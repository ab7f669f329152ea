//! Event files, out and in.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use miniz_oxide::deflate::compress_to_vec;
use proptest::prelude::*;
use prost::Message;

use super::frames::push_frame;
use super::messages::{DataType, Event, Metadata, PluginData, Summary, Tensor, Value};
use super::*;
use crate::interop::test_runs::{Read, any_series, assert_same, dressed, export, import, points, run};
use crate::interop::{ExportedRun, Exporter, FileError, FileErrorKind, ImportedPart, Importer, Position};
use crate::storage::{RawPoint, RunStatus, SeriesHeaders};

const NOW: i64 = 1_800_000_000_000;

fn importer() -> TensorBoardImporter {
    TensorBoardImporter::new(TensorBoardOptions { timestamp_ms: NOW })
}

fn read(bytes: &[u8]) -> Result<Vec<Read>, FileError> {
    import(&mut importer(), bytes, 13)
}

fn event_file(run: &ExportedRun) -> Vec<u8> {
    let runs = std::slice::from_ref(run);
    export(&mut TensorBoardExporter::event_file(ValueType::Single), runs, 7)
}

fn zip(runs: &[ExportedRun]) -> Vec<u8> {
    export(&mut TensorBoardExporter::zip(ValueType::Single), runs, 7)
}

/// An event file with these events.
fn file_of(events: impl IntoIterator<Item = Event>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for event in events {
        push_frame(&mut bytes, |bytes| event.encode(bytes).unwrap());
    }
    bytes
}

fn event(step: i64, value: Value) -> Event {
    Event {
        wall_time: 1_795_750_137.5,
        step,
        summary: Some(Summary { value: vec![value] }),
        file_version: None,
    }
}

fn simple(tag: &str, value: f32) -> Value {
    Value { tag: tag.to_owned(), number: Some(value), ..Value::default() }
}

fn of_plugin(tag: &str, plugin: &str, tensor: Tensor) -> Value {
    let plugin_data = Some(PluginData { plugin_name: plugin.to_owned(), content: vec![] });
    let metadata = Some(Metadata { plugin_data, data_class: 0 });
    Value { tag: tag.to_owned(), tensor: Some(tensor), metadata, ..Value::default() }
}

/// A file in a zip file, packed or not, with its length before it or in a descriptor after it.
fn entry(path: &str, content: &[u8], packed: bool, descriptor: bool) -> Vec<u8> {
    let data = if packed { compress_to_vec(content, 6) } else { content.to_vec() };
    let lengths = [(data.len() as u32).to_le_bytes(), (content.len() as u32).to_le_bytes()].concat();
    let mut bytes = b"PK\x03\x04".to_vec();
    for number in [20_u16, u16::from(descriptor) << 3, if packed { 8 } else { 0 }, 0, 0] {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(if descriptor { &[0; 8] } else { &lengths });
    bytes.extend_from_slice(&(path.len() as u16).to_le_bytes());
    bytes.extend_from_slice(&[0; 2]);
    bytes.extend_from_slice(path.as_bytes());
    bytes.extend_from_slice(&data);
    if descriptor {
        bytes.extend_from_slice(b"PK\x07\x08\0\0\0\0");
        bytes.extend_from_slice(&lengths);
    }
    bytes
}

const DIRECTORY: &[u8] = b"PK\x01\x02 and so on, which is not looked at";

/// What is left of points: values of 32 bits.
fn single(series: &[(String, Vec<RawPoint>)]) -> Vec<(String, Vec<RawPoint>)> {
    let rounded = |point: &RawPoint| RawPoint { value: f64::from(point.value as f32), ..*point };
    series.iter().map(|(key, points)| (key.clone(), points.iter().map(rounded).collect())).collect()
}

proptest! {
    #[test]
    fn points_of_an_event_file_come_back_as_numbers_of_32_bits(
        series in any_series(), slice in 1..9_usize, piece in 1..40_usize,
    ) {
        let exported = [run(0, series.clone())];
        let bytes = export(&mut TensorBoardExporter::event_file(ValueType::Single), &exported, slice);
        let read = import(&mut importer(), &bytes, piece).unwrap();
        assert_same(&single(&series), &read[0].series);
    }

    #[test]
    fn points_written_with_64_bits_come_back_to_the_bit(
        series in any_series(), slice in 1..9_usize, piece in 1..40_usize,
    ) {
        let exported = [run(0, series.clone())];
        let mut exporter = TensorBoardExporter::event_file(ValueType::Double);
        let bytes = export(&mut exporter, &exported, slice);
        prop_assert!(exporter.losses().is_empty());
        assert_same(&series, &import(&mut importer(), &bytes, piece).unwrap()[0].series);
    }

    #[test]
    fn runs_of_a_zip_file_come_back(
        series in prop::collection::vec(any_series(), 1..4), slice in 1..9_usize, piece in 1..40_usize,
    ) {
        let runs: Vec<_> =
            series.iter().enumerate().map(|(number, series)| run(number, series.clone())).collect();
        let bytes = export(&mut TensorBoardExporter::zip(ValueType::Single), &runs, slice);
        let read = import(&mut importer(), &bytes, piece).unwrap();
        prop_assert_eq!(read.len(), runs.len());
        for ((read, run), series) in read.iter().zip(&runs).zip(&series) {
            assert_same(&single(series), &read.series);
            prop_assert_eq!(&read.run.record.run_name, &run.record.run_name);
        }
    }

    #[test]
    fn damaged_files_are_read_or_refused_alike_in_any_pieces(
        series in any_series(), zipped in any::<bool>(), cut in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3), piece in 1..50_usize,
    ) {
        let exported = [dressed(run(0, series))];
        let mut bytes = if zipped { zip(&exported) } else { event_file(&exported[0]) };
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(cut.index(bytes.len() + 1));
        let whole = import(&mut importer(), &bytes, usize::MAX);
        let pieces = import(&mut importer(), &bytes, piece);
        prop_assert_eq!(whole.is_ok(), pieces.is_ok());
        if let (Ok(whole), Ok(pieces)) = (whole, pieces) {
            prop_assert_eq!(format!("{whole:?}"), format!("{pieces:?}"));
        }
    }

    #[test]
    fn records_of_any_bytes_are_read_or_refused(
        records in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 0..4),
        packed in any::<bool>(), descriptor in any::<bool>(),
    ) {
        let mut bytes = Vec::new();
        records.iter().for_each(|record| push_frame(&mut bytes, |bytes| bytes.extend_from_slice(record)));
        let _ = read(&bytes);
        let zip = [entry("a/tfevents", &bytes, packed, descriptor), DIRECTORY.to_vec()].concat();
        prop_assert_eq!(read(&bytes).is_ok() || bytes.is_empty(), read(&zip).is_ok());
    }
}

#[test]
fn everything_but_artifacts_comes_back() {
    let original = dressed(run(0, vec![("loss".to_owned(), points(&[0.5, 0.25]))]));
    let mut exporter = TensorBoardExporter::event_file(ValueType::Single);
    let bytes = export(&mut exporter, std::slice::from_ref(&original), 1);
    assert_eq!(exporter.losses(), [""; 0]);
    let [read] = read(&bytes).unwrap().try_into().unwrap();
    assert_eq!(read.run.experiment_name.as_deref(), Some("mnist, \"first\""));
    let mut expected = original.record;
    // What it has of points is known when they are.
    expected.series = SeriesHeaders::default();
    expected.run_id.clear();
    expected.experiment_id.clear();
    expected.heartbeat_ms = read.run.record.heartbeat_ms;
    assert_eq!(read.run.record, expected);
}

#[test]
fn configuration_that_only_json_can_hold_comes_back_as_it_was() {
    let mut exported = run(1, Vec::new());
    // Half of a character, as JSON.stringify writes it, and more levels than a parser follows.
    let config = format!("{{\"text\":\"\\ud800\",\"deep\":{}1{}}}", "[".repeat(300), "]".repeat(300));
    exported.record.config_json = Some(config.clone());
    let read = read(&event_file(&exported)).unwrap();
    assert_eq!(read[0].run.record.config_json, Some(config));
}

#[test]
fn values_that_are_rounded_are_said_to_be() {
    let of = |value: f64| run(0, vec![("loss".to_owned(), points(&[0.5, value]))]);
    let losses = |value: f64| {
        let mut exporter = TensorBoardExporter::event_file(ValueType::Single);
        export(&mut exporter, &[of(value)], 10);
        exporter.losses()
    };
    for exact in [0.25, -0.0, f64::NAN, f64::INFINITY, f64::from(0.1_f32)] {
        assert_eq!(losses(exact), [""; 0], "{exact}");
    }
    for rounded in [0.1, 1e300] {
        assert!(losses(rounded)[0].contains("rounded"), "{rounded}");
    }
}

#[test]
fn metric_that_is_called_as_a_text_is_not_mixed_with_it() {
    let mut exporter = TensorBoardExporter::event_file(ValueType::Single);
    let original = run(0, vec![(RUN_TEXT.to_owned(), points(&[0.5]))]);
    let bytes = export(&mut exporter, &[original], 10);
    assert!(exporter.losses()[0].contains("entrenar/run"));
    let read = read(&bytes).unwrap();
    assert_eq!(read[0].series, [(RUN_TEXT.to_owned(), points(&[0.5]))]);
    assert_eq!(read[0].run.experiment_name, None);
}

#[test]
fn scalars_are_read_in_each_form_that_writers_use() {
    let double = Tensor { data_type: DataType::Double as i32, doubles: vec![0.1], ..Tensor::default() };
    let packed =
        Tensor { data_type: DataType::Float as i32, content: vec![0, 0, 0, 0x3f], ..Tensor::default() };
    let without_metadata = Value { metadata: None, ..of_plugin("b", "", packed.clone()) };
    let bytes = file_of([
        event(1, simple("a", 0.5)),
        event(1, of_plugin("b", "scalars", double)),
        event(2, without_metadata),
        event(1, Value { metadata: None, ..of_plugin("c", "", packed) }),
    ]);
    let read = read(&bytes).unwrap();
    let point = |step, value| RawPoint { step, value, timestamp_ms: 1_795_750_137_500 };
    let expected = [
        ("a".to_owned(), vec![point(1, 0.5)]),
        ("b".to_owned(), vec![point(1, 0.1), point(2, 0.5)]),
        ("c".to_owned(), vec![point(1, 0.5)]),
    ];
    assert_eq!(read[0].series, expected);
    assert_eq!(read[0].run.record.run_name, None);
    assert!(read[0].run.record.status.is_final());
}

#[test]
fn what_is_not_imported_is_said() {
    let image = Value { tag: "i".to_owned(), image: Some(vec![1]), ..Value::default() };
    let histogram = Value { tag: "h".to_owned(), histogram: Some(vec![1]), ..Value::default() };
    let tensor = Tensor { data_type: DataType::Float as i32, floats: vec![1.0, 2.0], ..Tensor::default() };
    let mut importer = importer();
    let bytes = file_of([
        event(1, image),
        event(1, histogram),
        event(1, of_plugin("p", "pr_curves", tensor.clone())),
        event(1, of_plugin("j", "images", tensor)),
        event(1, simple("a", 0.5)),
    ]);
    let read = import(&mut importer, &bytes, 100).unwrap();
    assert_eq!(read[0].series.len(), 1);
    let losses = importer.losses();
    assert_eq!(losses.len(), 3, "{losses:?}");
    for word in ["images", "histograms", "plugins"] {
        assert!(losses.iter().any(|loss| loss.contains(word)), "{losses:?}");
    }
}

#[test]
fn texts_of_other_writers_become_a_configuration() {
    let text = |text: &str| Tensor {
        data_type: DataType::String as i32,
        strings: vec![text.as_bytes().to_vec()],
        ..Tensor::default()
    };
    let bytes = file_of([
        event(1, of_plugin("note/text_summary", "text", text("first"))),
        event(2, of_plugin("note/text_summary", "text", text("last"))),
    ]);
    let mut importer = importer();
    let read = import(&mut importer, &bytes, 100).unwrap();
    assert_eq!(read[0].run.record.config_json.as_deref(), Some(r#"{"note":"last"}"#));
    assert_eq!(importer.losses(), ["of the texts under one tag, the last is imported"]);
}

#[test]
fn file_of_a_killed_writer_is_read_up_to_its_last_whole_record() {
    let bytes = file_of((1..4).map(|step| event(step, simple("a", 0.5))));
    let whole = bytes.len() / 3 * 2;
    for cut in whole + 1..bytes.len() {
        let mut importer = importer();
        let read = import(&mut importer, &bytes[..cut], 5).unwrap();
        assert_eq!(read[0].series[0].1.len(), 2);
        assert!(importer.losses()[0].contains(&format!("from byte {whole} on, is cut off")));
    }
}

#[test]
fn changed_byte_is_refused_with_the_place_of_its_record() {
    let bytes = file_of((1..4).map(|step| event(step, simple("a", 0.5))));
    let length = bytes.len() / 3;
    for changed in length..2 * length {
        let mut bytes = bytes.clone();
        bytes[changed] ^= 1;
        let error = read(&bytes).unwrap_err();
        assert_eq!(error.at, Position::Byte(length as u64), "{error}");
        assert_eq!(error.kind, FileErrorKind::Invalid);
    }
}

#[test]
fn files_that_cannot_be_are_refused() {
    let version = Event { file_version: Some("brain.Event:3".to_owned()), ..Event::default() };
    assert_eq!(read(&file_of([version])).unwrap_err().kind, FileErrorKind::Newer);
    let stored = entry("a/tfevents", &file_of([event(0, simple("a", 0.5))]), false, false);
    let (mut encrypted, mut longer) = (stored.clone(), stored);
    encrypted[6] |= 1;
    longer[22] += 1;
    for (bytes, words) in [
        (file_of([event(-1, simple("a", 0.5))]), "the step -1"),
        (file_of([event(1 << 53, simple("a", 0.5))]), "the step 9007199254740992"),
        (file_of([event(0, simple("", 0.5))]), "must not be empty"),
        (file_of([event(0, simple(&"k".repeat(9000), 0.5))]), "too long"),
        (b"step,loss\n1,0.5\n".to_vec(), "no event file"),
        (vec![], "empty"),
        (b"PK\x05\x06".to_vec(), "no event file in the zip file"),
        (zip(&[run(0, vec![])])[..60].to_vec(), "cut off"),
        ([entry("a.txt", b"text", false, true), DIRECTORY.to_vec()].concat(), "pack the folder anew"),
        (encrypted, "encrypted"),
        (longer, "the two lengths"),
        ([b"PK\x03\x04".as_slice(), &[0; 26], b"else"].concat(), "neither a file nor the directory"),
    ] {
        let error = read(&bytes).unwrap_err();
        assert!(error.message.contains(words), "{error}");
    }
}

#[test]
fn record_that_claims_a_billion_bytes_is_refused_at_once() {
    let mut bytes = Vec::new();
    push_frame(&mut bytes, |_| {});
    let claimed = 1_000_000_000_u64.to_le_bytes();
    let checksum = crc::Crc::<u32>::new(&crc::CRC_32_ISCSI).checksum(&claimed);
    let masked = checksum.rotate_right(15).wrapping_add(0xa282_ead8);
    bytes.extend_from_slice(&[claimed.as_slice(), &masked.to_le_bytes()].concat());
    let error = read(&bytes).unwrap_err();
    assert_eq!(error.at, Position::Byte(16));
    assert!(error.message.contains("1000000000 bytes"), "{error}");
}

#[test]
fn record_that_is_too_long_to_hold_is_passed_over() {
    let image = Value { tag: "i".to_owned(), image: Some(vec![7; 9 << 20]), ..Value::default() };
    let bytes = file_of([event(0, image), event(1, simple("a", 0.5))]);
    let mut importer = importer();
    let read = import(&mut importer, &bytes, 1 << 16).unwrap();
    assert_eq!(read[0].series[0].1.len(), 1);
    assert!(importer.losses()[0].contains("over 8 MB"));
    let mut bytes = bytes;
    bytes[4 << 20] ^= 1;
    assert!(import(&mut super::tests::importer(), &bytes, 1 << 16).is_err());
}

#[test]
fn zip_bomb_is_refused_before_it_is_unpacked() {
    let bomb = entry("a/tfevents", &vec![0; 64 << 20], true, false);
    assert!(bomb.len() < 100_000);
    let mut importer = importer();
    let mut parts = Vec::new();
    let error = importer.push(&bomb, &mut parts).unwrap_err();
    assert!(error.message.contains("checksum") || error.message.contains("100 times"), "{error}");
    // One whose records are whole.
    let records = file_of((0..400_000).map(|_| event(0, simple("a", 0.0))));
    let bomb = entry("a/tfevents", &records, true, false);
    let error = super::tests::importer().push(&bomb, &mut parts).unwrap_err();
    assert!(error.message.contains("100 times"), "{error}");
}

#[test]
fn files_of_a_zip_are_read_however_they_are_packed() {
    let file = |step| file_of((step..step + 2).map(|step| event(step, simple("a", 0.5))));
    for (packed, descriptor) in [(false, false), (false, true), (true, false), (true, true)] {
        let zip = [
            entry("logs/", b"", false, false),
            entry("logs/notes.txt", b"PK\x03\x04, and more text", true, descriptor),
            entry("logs/one/events.out.tfevents.2.host", &file(2), packed, descriptor),
            entry("__MACOSX/logs/one/._events.out.tfevents.2.host", b"x", true, descriptor),
            entry("logs/one/events.out.tfevents.1.host", &file(0), packed, descriptor),
            entry("logs/two/events.out.tfevents.1.host", &file(7), packed, descriptor),
            DIRECTORY.to_vec(),
        ];
        for piece in [1, 7, 1 << 20] {
            let mut importer = importer();
            let read = import(&mut importer, &zip.concat(), piece).unwrap();
            let steps: Vec<(Option<&str>, Vec<u64>)> = read
                .iter()
                .map(|read| {
                    let steps = read.series[0].1.iter().map(|point| point.step);
                    (read.run.record.run_name.as_deref(), steps.collect())
                })
                .collect();
            assert_eq!(steps, [(Some("logs/one"), vec![0, 1, 2, 3]), (Some("logs/two"), vec![7, 8])]);
            assert_eq!(importer.losses(), ["files that are no event files are not imported"]);
        }
    }
}

#[test]
fn files_of_one_folder_are_one_run() {
    let mut importer = importer();
    let mut parts = Vec::new();
    for (path, step) in [("one/tfevents.1", 0), ("one/tfevents.2", 1), ("two/tfevents.1", 5)] {
        importer.begin_file(path).unwrap();
        importer.push(&file_of([event(step, simple("a", 0.5))]), &mut parts).unwrap();
    }
    let runs = importer.finish(&mut parts).unwrap();
    let names: Vec<_> = runs.iter().map(|run| run.record.run_name.as_deref()).collect();
    assert_eq!(names, [Some("one"), Some("two")]);
    let steps = |wanted: usize| -> Vec<u64> {
        let of_run = parts.iter().filter_map(|part| match part {
            ImportedPart::Points { run, points, .. } if *run == wanted => Some(points),
            _ => None,
        });
        of_run.flatten().map(|point| point.step).collect()
    };
    assert_eq!((steps(0), steps(1)), (vec![0, 1], vec![5]));
}

#[test]
fn how_a_session_ended_is_what_the_run_became() {
    for (status, read_as) in
        [(RunStatus::Success, RunStatus::Success), (RunStatus::Failed, RunStatus::Failed)]
    {
        let mut exported = dressed(run(0, vec![("loss".to_owned(), points(&[0.5]))]));
        exported.record.status = status;
        let bytes = event_file(&exported);
        // Without the text that says it too, as other programs write it.
        let text = bytes.windows(RUN_TEXT.len()).position(|bytes| bytes == RUN_TEXT.as_bytes()).unwrap();
        let records: Vec<&[u8]> = frames_of(&bytes);
        let others =
            records.into_iter().filter(|frame| !frame.as_ptr_range().contains(&bytes[text..].as_ptr()));
        let read = read(&others.collect::<Vec<_>>().concat()).unwrap();
        assert_eq!(read[0].run.record.status, read_as);
        assert_eq!(read[0].run.record.ended_ms, Some(1_795_750_199_001.0));
        assert_eq!(read[0].run.record.started_ms, Some(1_795_750_137_100.0));
    }
}

fn frames_of(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut frames = Vec::new();
    while let Some(length) = bytes.first_chunk::<8>() {
        let (frame, rest) = bytes.split_at(u64::from_le_bytes(*length) as usize + 16);
        frames.push(frame);
        bytes = rest;
    }
    frames
}

#[test]
fn times_that_no_calendar_has_are_not_taken() {
    let wild = [1e18, -1e300, f64::NAN, f64::INFINITY];
    let events = wild.map(|wall_time| Event { wall_time, ..event(0, simple("loss", 0.5)) });
    let mut importer = importer();
    let read = import(&mut importer, &file_of(events), 13).unwrap();
    assert_eq!(read[0].series[0].1.iter().map(|point| point.timestamp_ms).collect::<Vec<_>>(), [NOW; 4]);
    assert_eq!(importer.losses(), ["points at times that no calendar has get the time of the file"]);

    let mut exported = dressed(run(0, vec![("loss".to_owned(), points(&[0.5]))]));
    exported.record.started_ms = Some(1e18);
    let refusal = self::read(&event_file(&exported)).unwrap_err();
    assert!(refusal.to_string().contains("no time that a calendar has"), "{refusal}");
}
