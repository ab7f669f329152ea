//! Event files of other writers, and how they are packed.

use super::*;

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
