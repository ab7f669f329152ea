//! What is said of a file before it is imported.

use super::*;

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
fn preview_shows_twenty_rows_of_a_long_file() {
    let text = format!("step,loss\n{}", "1,0.5\n".repeat(100));
    let preview = preview_csv(text.as_bytes(), true, &CsvColumns::default()).unwrap();
    assert_eq!((preview.rows.len(), preview.problem), (20, None));
}
