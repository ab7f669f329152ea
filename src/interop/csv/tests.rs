//! CSV, out and in.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use proptest::prelude::*;

use super::*;
use crate::interop::test_runs::{Read, any_series, assert_same, dressed, export, import, points, run};
use crate::interop::{ExportedRun, Exporter, FileError, Importer, Position};
use crate::storage::RawPoint;

const NOW: i64 = 1_800_000_000_000;

fn read(text: impl AsRef<[u8]>) -> Result<Vec<Read>, FileError> {
    read_as(text, CsvColumns::default())
}

fn read_as(text: impl AsRef<[u8]>, columns: CsvColumns) -> Result<Vec<Read>, FileError> {
    import(&mut CsvImporter::new(CsvOptions { columns, timestamp_ms: NOW }), text.as_ref(), 7)
}

fn line_of(text: impl AsRef<[u8]>) -> (u64, String) {
    let error = read(text).unwrap_err();
    let Position::Line(line) = error.at else { panic!("{error} is of a byte") };
    (line, error.message)
}

/// Columns of these names: steps, keys, values, runs, times.
fn columns([x, key, value, run, timestamp]: [&str; 5]) -> CsvColumns {
    let name =
        |name: &str| if name.is_empty() { CsvColumn::Usual } else { CsvColumn::Named(name.to_owned()) };
    CsvColumns {
        x: name(x),
        key: name(key),
        value: name(value),
        run: name(run),
        timestamp: name(timestamp),
        ..CsvColumns::default()
    }
}

fn wide_of(runs: &[ExportedRun]) -> CsvExporter {
    let keys = runs.iter().flat_map(|run| run.series.iter().map(|named| named.key.clone()));
    CsvExporter::wide(keys.collect::<Vec<_>>())
}

/// Steps and values of the only run's series.
fn plain(runs: &[Read]) -> Vec<(&str, Vec<(u64, f64)>)> {
    let [run] = runs else { panic!("{} runs", runs.len()) };
    let points = |points: &[RawPoint]| points.iter().map(|point| (point.step, point.value)).collect();
    run.series.iter().map(|(key, series)| (key.as_str(), points(series))).collect()
}

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
fn runs_of_one_name_in_two_experiments_or_of_two_ids_stay_apart() {
    let text = "experiment,run_id,run_name,key,step,timestamp,value\n\
        a,run-0,x,loss,0,,1\na,run-1,x,loss,0,,2\nb,run-0,x,loss,0,,3\na,run-0,x,loss,1,,4\n";
    let read = read(text).unwrap();
    let values: Vec<Vec<f64>> =
        read.iter().map(|run| run.series[0].1.iter().map(|point| point.value).collect()).collect();
    assert_eq!(values, [vec![1.0, 4.0], vec![2.0], vec![3.0]]);
    assert_eq!(read[2].run.experiment_name.as_deref(), Some("b"));
}

#[test]
fn files_of_other_programs_are_read_by_their_headers() {
    // Keras writes such a log, TensorBoard such a download, pandas an index without a name, a spreadsheet semicolons.
    for (text, expected) in [
        (
            "epoch,accuracy,loss\n0,0.5,1.5\n1,0.75,1.25\n",
            vec![("accuracy", vec![(0, 0.5), (1, 0.75)]), ("loss", vec![(0, 1.5), (1, 1.25)])],
        ),
        ("Wall time,Step,Value\n1795750137.5,3,0.25\n", vec![("Value", vec![(3, 0.25)])]),
        (",loss\n0,0.5\n1,0.25\n", vec![("loss", vec![(0, 0.5), (1, 0.25)])]),
        ("loss;acc\n0.5;\n;0.25\n", vec![("loss", vec![(0, 0.5)]), ("acc", vec![(1, 0.25)])]),
        ("_step\tloss\tnote\n2.0\t0.5\tfirst\n", vec![("loss", vec![(2, 0.5)])]),
        (
            "tag,value\nloss,1\nacc,2\nloss,3\n",
            vec![("loss", vec![(0, 1.0), (1, 3.0)]), ("acc", vec![(0, 2.0)])],
        ),
        ("metric,step,value\r\n\"a\nb\",1,2\r\n", vec![("a\nb", vec![(1, 2.0)])]),
        (
            "step,loss\n1,inf\n2,-Infinity\n3,1e-3\n",
            vec![("loss", vec![(1, f64::INFINITY), (2, f64::NEG_INFINITY), (3, 0.001)])],
        ),
    ] {
        assert_eq!(plain(&read(text).unwrap()), expected, "{text}");
    }
}

/// What is said of what a file lacks, or what of it is left out.
fn said(text: &str) -> Vec<String> {
    let mut importer = CsvImporter::new(CsvOptions { columns: CsvColumns::default(), timestamp_ms: NOW });
    import(&mut importer, text.as_bytes(), 7).unwrap();
    importer.losses()
}

#[test]
fn what_of_a_file_is_left_out_and_what_it_lacks_is_said() {
    let without_time = "points for which the file has no time have that of the file";
    assert_eq!(said("step,timestamp,loss,note\n1,7,0.5,a\n"), ["the columns 'note' are not imported"]);
    assert_eq!(said("step,loss\n1,0.5\n"), [without_time]);
    assert_eq!(
        said("step,time_stamp,key,value\n1,7,loss,\n2,7,loss,1\n3,7,loss,NA\n"),
        ["2 rows have no value, the first on line 2: they are not imported"]
    );
    let many: Vec<String> = (0..12).map(|number| format!("note {number}")).collect();
    let texts = ["a"; 12].join(",");
    let said = said(&format!("timestamp,loss,{}\n7,1,{texts}\n", many.join(",")));
    assert!(said[0].contains("'note 9' and more") && !said[0].contains("'note 10'"), "{said:?}");
}

#[test]
fn header_of_quoted_names_is_read_whatever_stands_in_them() {
    let expected = vec![("a;b;c;d\ne", vec![(1, 0.5)]), ("e", vec![(1, 2.0)])];
    for mark in ["", "\u{feff}"] {
        let read = read(format!("{mark}step,\"a;b;c;d\ne\",e\n1,0.5,2\n")).unwrap();
        assert_eq!(plain(&read), expected);
    }
    let two = [("a\nb", vec![(0, 1.0)]), ("loss", vec![(0, 0.5)])];
    assert_eq!(plain(&read("\"a\nb\";loss\n1;0.5\n").unwrap()), two);
    assert_eq!(plain(&read("\u{feff}\"step\",loss\n3,0.5\n").unwrap()), [("loss", vec![(3, 0.5)])]);
}

#[test]
fn column_without_a_name_holds_steps_only_where_it_is_the_first() {
    let read = read("loss,,acc\n0.5,7,0.25\n0.75,8,0.5\n").unwrap();
    let expected = [("loss", vec![(0, 0.5), (1, 0.75)]), ("acc", vec![(0, 0.25), (1, 0.5)])];
    assert_eq!(plain(&read), expected);
}

#[test]
fn run_has_no_name_where_all_rows_are_its_own() {
    let columns = CsvColumns { run: CsvColumn::Absent, ..CsvColumns::default() };
    for text in ["step,loss\n1,0.5\n", "step,run_name,loss\n1,a,0.5\n2,b,0.5\n"] {
        let runs = read_as(text, columns.clone()).unwrap();
        assert_eq!(runs.len(), 1);
        assert_eq!(runs[0].run.record.run_name, None, "{text}");
    }
}

#[test]
fn runs_whose_names_make_one_text_with_those_of_their_experiments_stay_apart() {
    let read = read("experiment,run,loss\na,bc,1\nab,c,2\na,bc,3\n").unwrap();
    let values: Vec<Vec<f64>> =
        read.iter().map(|read| read.series[0].1.iter().map(|point| point.value).collect()).collect();
    assert_eq!(values, [vec![1.0, 3.0], vec![2.0]]);
}

#[test]
fn file_of_this_tracker_is_read_as_its_caller_says_where_that_is_said() {
    let text = "experiment,run_id,run_name,key,step,timestamp,value\na,r,n,loss,1,7,0.5\n";
    let columns = CsvColumns { x: CsvColumn::Absent, ..CsvColumns::default() };
    assert_eq!(plain(&read_as(text, columns).unwrap()), [("loss", vec![(0, 0.5)])]);
    for (key, value) in [("key", ""), ("", "value")] {
        let absent = if key.is_empty() { "key" } else { "value" };
        let refused = read_as(text.replace(absent, "other"), columns_of_long(key, value)).unwrap_err();
        assert!(refused.message.contains("both the column of keys and that of values"), "{refused}");
    }
}

fn columns_of_long(key: &str, value: &str) -> CsvColumns {
    columns(["", key, value, "", ""])
}

#[test]
fn time_comes_from_the_file_or_else_from_the_caller() {
    let read = read("step,timestamp,loss\n1,2026-11-27T03:28:57.042Z,0.5\n2,,0.5\n").unwrap();
    let times: Vec<i64> = read[0].series[0].1.iter().map(|point| point.timestamp_ms).collect();
    assert_eq!(times, [1_795_750_137_042, NOW]);
}

#[test]
fn caller_says_which_columns_are_what() {
    let text = "when,series,y,n,model\n5,loss,0.5,7,a\n6,acc,0.25,8,b\n";
    let columns_of = columns(["n", "series", "y", "model", "when"]);
    let runs = read_as(text, columns_of).unwrap();
    let found: Vec<_> =
        runs.iter().map(|read| (read.run.record.run_name.as_deref(), read.series.clone())).collect();
    let point = |step, value, timestamp_ms| vec![RawPoint { step, value, timestamp_ms }];
    assert_eq!(
        found,
        [
            (Some("a"), vec![("loss".to_owned(), point(7, 0.5, 5000))]),
            (Some("b"), vec![("acc".to_owned(), point(8, 0.25, 6000))])
        ]
    );
    let metrics = CsvColumns { metrics: vec!["y".to_owned()], ..CsvColumns::default() };
    assert_eq!(plain(&read_as("step,key,value,y\n1,a,2,3\n", metrics).unwrap()), [("y", vec![(1, 3.0)])]);
    let absent = columns(["nothing", "", "", "", ""]);
    assert_eq!(read_as(text, absent).unwrap_err().message, "there is no column 'nothing'");
}

/// The role of each column of a file that begins so.
fn roles(head: &str, wanted: &CsvColumns) -> Vec<Option<CsvRole>> {
    let preview = preview_csv(head.as_bytes(), false, wanted).unwrap();
    preview.columns.into_iter().map(|column| column.role).collect()
}

#[test]
fn preview_says_how_a_file_would_be_read() {
    let file = b"epoch;loss;note\n0;0.5;first\n1;0.25;second\n2;0.1";
    let preview = preview_csv(file, false, &CsvColumns::default()).unwrap();
    let column = |name: &str, role| PreviewedColumn { name: name.to_owned(), role };
    let columns =
        vec![column("epoch", Some(CsvRole::X)), column("loss", Some(CsvRole::Metric)), column("note", None)];
    let rows = [["0", "0.5", "first"], ["1", "0.25", "second"]];
    let expected = CsvPreview {
        delimiter: ';',
        columns,
        rows: rows.map(|row| row.map(str::to_owned).to_vec()).to_vec(),
        shape: Some(CsvShape::Wide),
        problem: None,
    };
    assert_eq!(preview, expected);
    let whole = preview_csv(file, true, &CsvColumns::default()).unwrap();
    assert!(whole.problem.unwrap().message.contains("2 cells where the header has 3"));
    let own = "experiment,run_id,run_name,key,step,timestamp,value\n";
    let long = [
        CsvRole::Experiment,
        CsvRole::Run,
        CsvRole::RunName,
        CsvRole::Key,
        CsvRole::X,
        CsvRole::Timestamp,
        CsvRole::Value,
    ];
    assert_eq!(roles(own, &CsvColumns::default()), long.map(Some));
}

#[test]
fn preview_tells_why_a_file_would_be_refused() {
    let unknown = preview_csv(b"a,b\nx,y\n", false, &CsvColumns::default()).unwrap();
    assert_eq!((unknown.shape, unknown.rows), (None, vec![vec!["x".to_owned(), "y".to_owned()]]));
    assert!(unknown.problem.unwrap().message.contains("say which columns are what"));
    let wrong = preview_csv(b"step,loss\n1,0.5\n2,high\n", false, &CsvColumns::default()).unwrap();
    assert_eq!(wrong.problem.map(|problem| problem.at), Some(Position::Line(3)));
    assert_eq!(wrong.columns[1].role, Some(CsvRole::Metric));
    for (head, is_whole) in [(&b""[..], true), (b"\xff\xfe,\n", false), (b"step,loss", false)] {
        assert!(preview_csv(head, is_whole, &CsvColumns::default()).is_err(), "{head:?}");
    }
}

#[test]
fn column_that_the_caller_says_is_not_there_is_found_by_no_name() {
    let head = "step,project,run,loss\n1,2,3,4\n";
    let absent = CsvColumns {
        x: CsvColumn::Absent,
        run: CsvColumn::Absent,
        experiment: CsvColumn::Named("run".to_owned()),
        ..CsvColumns::default()
    };
    let expected = [CsvRole::Metric, CsvRole::Metric, CsvRole::Experiment, CsvRole::Metric];
    assert_eq!(roles(head, &absent), expected.map(Some));
    let wide = CsvColumns { key: CsvColumn::Absent, ..CsvColumns::default() };
    let expected = [Some(CsvRole::X), None, Some(CsvRole::Metric)];
    assert_eq!(roles("step,key,value\n1,a,0.5\n", &wide), expected);
}

#[test]
fn wrong_rows_are_refused_with_their_line() {
    for (text, line, words) in [
        ("step,loss\r\n1,0.5\r\n2\r\n", 3, "1 cells where the header has 2"),
        ("step,loss\n1,0.5\n2,0.5,3\n", 3, "3 cells"),
        ("step,loss\n\n\n1,0.5\n2,high\n", 5, "the value of 'loss' is no number: 'high'"),
        ("step,loss\n-1,0.5\n", 2, "the step '-1'"),
        ("step,loss\n1.5,0.5\n", 2, "the step '1.5'"),
        ("step,loss\n9007199254740992,0.5\n", 2, "the step '9007199254740992'"),
        ("step,timestamp,loss\n1,soon,0.5\n", 2, "the time 'soon'"),
        ("key,value\n\"a\nb\",1\nc,x\n", 4, "the value is no number"),
        ("key,value\n,1\n", 2, "must not be empty"),
        ("loss,loss\n1,2\n", 1, "two columns"),
        ("a,b\nx,y\n", 1, "no column"),
        ("Dear all, hello", 1, "no column"),
        ("step,loss\n1,0.5\n2,\"0.2", 3, "not closed"),
        ("step,loss\n1,\"0.5\n2,0.2\n", 2, "not closed"),
        ("step,\"loss", 1, "not closed"),
        ("", 1, "empty"),
        ("\u{feff}", 1, "empty"),
    ] {
        let (found, message) = line_of(text);
        assert_eq!(found, line, "{text:?}: {message}");
        assert!(message.contains(words), "{text:?}: {message}");
    }
    let (line, message) = line_of(b"step,loss\n1,0.5\n2,\xff\n");
    assert!(line == 3 && message.contains("UTF-8"), "{message}");
    let long_key = "k".repeat(9000);
    assert_eq!(line_of(format!("key,value\n{long_key},1\n")).0, 2);
    let long_name = "n".repeat(70_000);
    assert_eq!(line_of(format!("run,key,value\nfirst,loss,1\n{long_name},loss,1\n")).0, 3);
}

#[test]
fn piece_that_begins_within_quotation_marks_begins_no_row() {
    let text = "key,value\n\"\n\na\",1\n";
    for piece in 1..text.len() {
        let read = import(&mut CsvImporter::default(), text.as_bytes(), piece).unwrap();
        assert_eq!(plain(&read), [("\n\na", vec![(0, 1.0)])], "{piece}");
    }
}

#[test]
fn cell_without_end_is_refused_before_it_takes_memory() {
    let mut importer = CsvImporter::default();
    let mut parts = Vec::new();
    importer.push(b"key,value\nloss,1\n\"", &mut parts).unwrap();
    let piece = vec![b'x'; 1 << 20];
    let refused = (0..100).find_map(|mib| importer.push(&piece, &mut parts).err().map(|error| (mib, error)));
    let (mib, error) = refused.unwrap();
    assert_eq!(mib, 8);
    assert_eq!(error.at, Position::Line(3));
    assert!(error.message.contains("quotation mark"), "{error}");
}

#[test]
fn columns_without_end_are_refused_before_they_take_memory() {
    let (line, message) = line_of(",".repeat(1 << 17) + "\n");
    assert!(line == 1 && message.contains("more than 65536 columns"), "{message}");
}

#[test]
fn preview_shows_twenty_rows_of_a_long_file() {
    let text = format!("step,loss\n{}", "1,0.5\n".repeat(100));
    let preview = preview_csv(text.as_bytes(), true, &CsvColumns::default()).unwrap();
    assert_eq!((preview.rows.len(), preview.problem), (20, None));
}

#[test]
fn runs_without_end_are_refused_before_they_take_memory() {
    let mut importer = CsvImporter::default();
    let mut parts = Vec::new();
    importer.push(b"run,key,value\n", &mut parts).unwrap();
    let refused = (0..1_000_000).find_map(|number| {
        parts.clear();
        importer.push(format!("{number},loss,1\n").as_bytes(), &mut parts).err()
    });
    assert!(refused.unwrap().message.contains("split the file"));
}

#[test]
fn last_row_is_read_without_a_line_end_and_with_every_quotation_mark_closed() {
    for text in
        ["step,loss\n1,0.5", "step,loss\n1,\"0.5\"", "step,\"loss\"\n\"1\",\"0.5\"\r", "step,loss\n1,0.5\n\n"]
    {
        let read = read(text).unwrap();
        assert_eq!(read[0].series[0].1.len(), 1, "{text:?}");
    }
}

#[test]
fn first_row_of_numbers_alone_is_said_to_be_taken_for_names() {
    for (text, is_said) in
        [("0,0.5\n1,0.4\n", true), (",0,1\n0,0.5,0.4\n", false), ("step,0\n1,0.5\n", false)]
    {
        let mut importer = CsvImporter::default();
        import(&mut importer, text.as_bytes(), 7).unwrap();
        let said = importer.losses().iter().any(|loss| loss.contains("names of the columns"));
        assert_eq!(said, is_said, "{text:?}");
    }
}
