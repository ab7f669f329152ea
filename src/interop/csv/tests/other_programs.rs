//! Files of other programs: which column is what.

use super::*;

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
