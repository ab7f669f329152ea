//! Files as spreadsheets write them where numbers have decimal commas.

use super::*;

const COMMAS: &str = "a comma within a number was read as a decimal point: columns are parted by semicolons";

/// The runs of a file that comes in small pieces, and what is said of it.
fn read_with_losses(text: &str) -> Result<(Vec<Read>, Vec<String>), FileError> {
    let mut importer = CsvImporter::new(CsvOptions { columns: CsvColumns::default(), timestamp_ms: 0 });
    let read = import(&mut importer, text.as_bytes(), 3)?;
    Ok((read, importer.losses()))
}

/// Step, value and time of each point of the only series of the only run.
fn points_of(text: &str) -> Vec<(u64, f64, i64)> {
    let (runs, _) = read_with_losses(text).unwrap();
    let [(_, points)] = &runs[0].series[..] else { panic!("{runs:?}") };
    points.iter().map(|point| (point.step, point.value, point.timestamp_ms)).collect()
}

#[test]
fn decimal_commas_are_points_where_semicolons_part_the_columns() {
    let text = "step;timestamp;loss\n1;1795750137,5;0,5\n2;2026-11-27T03:28:57,042Z;-1,5e-3\n3;7;12\n";
    let expected = [(1, 0.5, 1_795_750_137_500), (2, -0.0015, 1_795_750_137_042), (3, 12.0, 7000)];
    assert_eq!(points_of(text), expected);
    assert!(read_with_losses(text).unwrap().1.contains(&COMMAS.to_owned()));
    let without = "step;timestamp;loss\n1;7;0.5\n";
    assert_eq!(read_with_losses(without).unwrap().1, [""; 0]);
    // A long file, whose keys may have commas.
    let (long, _) = read_with_losses("step;key;value\n1;a,b;0,25\n").unwrap();
    assert_eq!((&*long[0].series[0].0, long[0].series[0].1[0].value), ("a,b", 0.25));
}

#[test]
fn column_whose_first_value_has_a_decimal_comma_is_a_metric() {
    assert_eq!(points_of("loss;note\n0,5;good\n0,25;better\n").len(), 2);
}

#[test]
fn comma_that_may_part_thousands_is_refused_with_its_line() {
    for text in [
        "step,loss\n1,\"0,5\"\n",
        "step,loss\n1,0.5\n2,\"1,234\"\n",
        "step\tloss\n1\t0.5\n2\t1,234\n",
        "step;loss\n1;0,5\n2;1.234,5\n",
        "step;loss\n1;0,5\n2;1,234,5\n",
        "step;loss\n1,000;0,5\n",
    ] {
        let refused = read_with_losses(text).map(|(runs, said)| (runs.len(), said));
        assert!(refused.is_err(), "{text}: {refused:?}");
    }
}

#[test]
fn first_line_that_names_the_delimiter_is_no_header() {
    for text in [
        "sep=;\r\nstep;loss\r\n1;0,5\r\n",
        "\u{feff}SEP=,\nstep,loss\n1,0.5\n",
        "sep=|\nstep|loss\n1|0.5\n",
        "sep=\t\nstep\tloss\n1\t0.5\n",
    ] {
        assert_eq!(points_of(text), [(1, 0.5, 0)], "{text}");
    }
    let error = read_with_losses("sep=;\nstep;loss\n1;0,5\n2;x\n").unwrap_err();
    assert_eq!(error.at, Position::Line(4));
    // A column may be called so.
    assert_eq!(read("step,sep=\n1,0.5\n").unwrap()[0].series[0].0, "sep=");
}

#[test]
fn file_of_this_trackers_that_a_spreadsheet_saved_with_semicolons_is_read() {
    let text = "experiment;run_id;run_name;key;step;timestamp;value\nmnist;run-0;first;loss;3;2026-11-27T03:28:57.042Z;0,5\n";
    assert_eq!(points_of(text), [(3, 0.5, 1_795_750_137_042)]);
}
