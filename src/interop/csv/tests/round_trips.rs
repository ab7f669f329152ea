//! What is exported is what is imported, and what of a run CSV cannot hold.

use super::*;

proptest! {
    #[test]
    fn points_of_a_long_file_come_back_to_the_bit(
        series in prop::collection::vec(any_series(), 1..4), slice in 1..9_usize, piece in 1..40_usize,
    ) {
        let runs: Vec<_> =
            series.iter().enumerate().map(|(number, series)| run(number, series.clone())).collect();
        let bytes = export(&mut CsvExporter::long(), &runs, slice);
        let read = import(&mut CsvImporter::default(), &bytes, piece).unwrap();
        let with_points: Vec<_> =
            series.iter().filter(|series| series.iter().any(|(_, points)| !points.is_empty())).collect();
        prop_assert_eq!(read.len(), with_points.len());
        for (read, series) in read.iter().zip(with_points) {
            assert_same(series, &read.series);
            prop_assert_eq!(read.run.experiment_name.as_deref(), Some("mnist, \"first\""));
        }
    }

    #[test]
    fn points_of_a_wide_file_come_back_in_step_order(
        series in any_series(), slice in 1..9_usize, piece in 1..40_usize,
    ) {
        let exported = [run(0, series.clone())];
        let bytes = export(&mut wide_of(&exported), &exported, slice);
        let read = import(&mut CsvImporter::default(), &bytes, piece).unwrap();
        for (key, mut points) in series.into_iter().filter(|(_, points)| !points.is_empty()) {
            points.sort_by_key(|point| point.step);
            let (_, found) = read[0].series.iter().find(|(found, _)| *found == key).unwrap();
            // A row has the time of its latest point.
            prop_assert!(found.iter().zip(&points).all(|(found, point)| found.timestamp_ms >= point.timestamp_ms));
            let untimed = |points: &[RawPoint]| {
                vec![(key.clone(), points.iter().map(|point| RawPoint { timestamp_ms: 0, ..*point }).collect())]
            };
            assert_same(&untimed(&points), &untimed(found));
        }
    }

    #[test]
    fn bytes_of_any_kind_are_read_or_refused_alike_in_any_pieces(
        bytes in prop::collection::vec(prop_oneof![
            Just(b','), Just(b'"'), Just(b'\n'), Just(b'\r'), Just(b'1'), Just(b';'), any::<u8>()
        ], 0..200),
        begins in prop_oneof![Just("step,loss\n"), Just("key,value,step\n"), Just("")],
        piece in 1..50_usize,
    ) {
        let bytes = [begins.as_bytes(), &bytes].concat();
        let whole = import(&mut CsvImporter::default(), &bytes, usize::MAX);
        let pieces = import(&mut CsvImporter::default(), &bytes, piece);
        prop_assert_eq!(format!("{whole:?}"), format!("{pieces:?}"));
        let _ = preview_csv(&bytes, piece % 2 == 0, &CsvColumns::default());
    }

    #[test]
    fn damaged_files_never_panic(
        series in any_series(), at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let exported = [run(0, series)];
        let mut bytes = export(&mut CsvExporter::long(), &exported, 5);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = import(&mut CsvImporter::default(), &bytes, 11);
    }
}

#[test]
fn long_file_has_a_row_a_point() {
    let runs =
        [run(3, vec![("-loss".to_owned(), points(&[0.5, f64::NAN])), ("acc".to_owned(), points(&[-1.0]))])];
    let text = String::from_utf8(export(&mut CsvExporter::long(), &runs, 1)).unwrap();
    let expected = "\u{feff}experiment,run_id,run_name,key,step,timestamp,value\r\n\
        \"mnist, \"\"first\"\"\",run-3,'=run 3,'-loss,0,2026-11-27T03:28:57.042Z,0.5\r\n\
        \"mnist, \"\"first\"\"\",run-3,'=run 3,'-loss,1,2026-11-27T03:28:58.042Z,NaN\r\n\
        \"mnist, \"\"first\"\"\",run-3,'=run 3,acc,0,2026-11-27T03:28:57.042Z,-1.0\r\n";
    assert_eq!(text, expected);
}

#[test]
fn wide_file_has_a_row_a_step_and_equal_steps_on_rows_that_follow() {
    let at = |step, value| RawPoint { step, value, timestamp_ms: 1_795_750_137_042 + step as i64 };
    let loss = vec![at(0, 1.0), at(5, 0.5), at(5, 0.25), at(2, 0.75)];
    let runs = [
        run(0, vec![("loss".to_owned(), loss), ("acc".to_owned(), vec![at(5, 0.9)])]),
        run(1, vec![("acc".to_owned(), vec![at(1, 0.1)])]),
    ];
    let mut exporter = wide_of(&runs);
    let text = String::from_utf8(export(&mut exporter, &runs, 1)).unwrap();
    let rows: Vec<&str> = text.lines().map(|row| row.rsplitn(4, ',').last().map_or(row, |_| row)).collect();
    let cut = |row: &&str| row.replace("\"mnist, \"\"first\"\"\",", "");
    let rows: Vec<String> = rows.iter().map(cut).collect();
    assert_eq!(
        rows,
        [
            "\u{feff}experiment,run_id,run_name,step,timestamp,loss,acc",
            "run-0,'=run 0,0,2026-11-27T03:28:57.042Z,1.0,",
            "run-0,'=run 0,2,2026-11-27T03:28:57.044Z,0.75,",
            "run-0,'=run 0,5,2026-11-27T03:28:57.047Z,0.5,0.9",
            "run-0,'=run 0,5,2026-11-27T03:28:57.047Z,0.25,",
            "run-1,'=run 1,1,2026-11-27T03:28:57.043Z,,0.1",
        ]
    );
    assert!(exporter.losses().iter().any(|loss| loss.contains("order of steps")));
    assert!(exporter.losses().iter().all(|loss| !loss.contains("latest point")));
}

#[test]
fn row_of_a_wide_file_has_the_time_of_its_latest_point_and_that_is_said() {
    let at = |timestamp_ms| vec![RawPoint { step: 3, value: 0.5, timestamp_ms }];
    let runs = [run(0, vec![("loss".to_owned(), at(2000)), ("acc".to_owned(), at(1000))])];
    let mut exporter = wide_of(&runs);
    let bytes = export(&mut exporter, &runs, 10);
    assert!(exporter.losses().iter().any(|loss| loss.contains("latest point")));
    let times =
        read(bytes).unwrap()[0].series.iter().map(|(_, points)| points[0].timestamp_ms).collect::<Vec<_>>();
    assert_eq!(times, [2000, 2000]);
}

#[test]
fn what_csv_cannot_hold_is_said_once_and_only_if_there_was_any() {
    let plain = run(0, vec![("loss".to_owned(), points(&[0.5]))]);
    let mut exporter = CsvExporter::long();
    export(&mut exporter, std::slice::from_ref(&plain), 10);
    assert_eq!(
        exporter.losses(),
        ["CSV files have no status of a run, and no times but those of its points"]
    );
    let mut exporter = CsvExporter::long();
    export(&mut exporter, &[dressed(plain.clone()), dressed(plain), run(2, vec![])], 10);
    let losses = exporter.losses().join("; ");
    for word in ["status", "configurations", "tags", "span ids", "without points"] {
        assert_eq!(losses.matches(word).count(), 1, "{losses}");
    }
}

#[test]
fn imported_run_ended_when_its_last_point_was_logged() {
    let runs = [run(0, vec![("loss".to_owned(), points(&[0.5, 0.25]))])];
    let read = read(export(&mut CsvExporter::long(), &runs, 10)).unwrap();
    let record = &read[0].run.record;
    assert_eq!(record.run_name.as_deref(), Some("=run 0"));
    assert_eq!(record.created_ms, 1_795_750_137_042.0);
    assert_eq!(record.ended_ms, Some(1_795_750_138_042.0));
    assert!(record.status.is_final());
}

#[test]
fn metric_that_had_no_column_when_the_export_began_is_left_out_and_that_is_said() {
    let run = run(3, vec![("loss".to_owned(), points(&[0.5])), ("later".to_owned(), points(&[1.0, 2.0]))]);
    let mut exporter = CsvExporter::wide(["loss".to_owned()]);
    let file = export(&mut exporter, &[run], 1);
    assert_eq!(plain(&read(&file).unwrap()), [("loss", vec![(0, 0.5)])]);
    let said = "metrics that were first logged after the export began have no column in wide CSV files";
    assert!(exporter.losses().contains(&said.to_owned()));
}
