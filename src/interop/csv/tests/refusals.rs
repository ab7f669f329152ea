//! Files that are refused, with the line, and before they take memory.

use super::*;

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
