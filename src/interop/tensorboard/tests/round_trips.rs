//! What is exported is what is imported, and what of a run event files cannot hold.

use super::*;

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
