//! Fields that this code does not know, and as many tags as a line holds.

use super::*;

#[test]
fn run_has_as_many_tags_as_a_line_holds_and_of_two_of_one_name_the_later() {
    let tags: Vec<String> = (0..200_000)
        .map(|number| format!("{{\"key\":\"{}\",\"value\":\"{number}\"}}", number % 199_999))
        .collect();
    let file = with_fields(&format!("\"tags\":[{}]", tags.join(",")));
    let read = read(file.as_bytes(), 1 << 20).unwrap();
    let tags = &read.runs[0].record.tags;
    assert_eq!(tags.len(), 199_999);
    assert_eq!((&*tags[0].key, &*tags[0].value), ("0", "199999"));
}

/// The sample with these fields at the end of each of its lines.
fn with_fields_everywhere(fields: &str) -> String {
    let with = |line: &str| format!("{},{fields}}}", line.strip_suffix('}').unwrap());
    sample_file().lines().map(with).collect::<Vec<_>>().join("\n")
}

#[test]
fn fields_of_the_file_itself_that_are_unknown_are_left_out_and_told() {
    let mut importer = JsonLinesImporter::default();
    importer.push(with_fields_everywhere("\"new\":[7]").as_bytes(), &mut Vec::new()).unwrap();
    let runs = importer.finish(&mut Vec::new()).unwrap();
    assert_eq!(runs[0].record.unknown_json.as_deref(), Some("{\"new\":[7]}"));
    assert_eq!(runs[0].record.unknown_of_series[0].json, "{\"new\":[7]}");
    assert_eq!(importer.experiments()[0].unknown_json.as_deref(), Some("{\"new\":[7]}"));
    let losses = importer.losses();
    assert_eq!(losses.len(), 1, "{losses:?}");
    assert!(losses[0].contains("'new' of the line 'first'"), "{losses:?}");
    let mut plain = JsonLinesImporter::default();
    plain.push(sample_file().as_bytes(), &mut Vec::new()).unwrap();
    assert_eq!(plain.losses(), [""; 0]);
}

#[test]
fn unknown_field_that_lines_of_one_metric_say_differently_is_kept_as_the_first_says_and_told() {
    let points = |key: &str, fields: &str| {
        format!(
            "{{\"line\":\"points\",\"key\":\"{key}\",\"step\":[0],\"value\":[1],\"timestamp_ms\":[0]{fields}}}\n"
        )
    };
    let file = sample_file();
    let lines: Vec<&str> = file.lines().collect();
    let mut file = format!("{}\n{}\n{}\n", lines[0], lines[1], lines[2]);
    file += &points("loss", "");
    file += &points("loss", ",\"unit\":\"s\"");
    file += &points("time", ",\"unit\":\"ms\"");
    file += &points("loss", ",\"unit\":\"s\",\"goal\":0.50");
    file += &points("loss", ",\"unit\":\"h\"");
    file += "{\"line\":\"end\",\"runs\":1,\"points\":5}\n";
    let mut importer = JsonLinesImporter::default();
    importer.push(file.as_bytes(), &mut Vec::new()).unwrap();
    let runs = importer.finish(&mut Vec::new()).unwrap();
    let kept: Vec<_> =
        runs[0].record.unknown_of_series.iter().map(|of| (of.key.as_str(), of.json.as_str())).collect();
    assert_eq!(kept, [("loss", r#"{"goal":0.50,"unit":"s"}"#), ("time", r#"{"unit":"ms"}"#)]);
    let losses = importer.losses();
    assert!(losses[0].contains("1 said otherwise further down, 'unit' of 'loss'"), "{losses:?}");
}

#[test]
fn unknown_fields_without_end_are_refused_before_they_take_memory() {
    let field = format!(",\"{}\":0", "x".repeat(1 << 20));
    for kind in [
        "points\",\"step\":[],\"value\":[],\"timestamp_ms\":[]",
        "artifact\",\"size\":0,\"sha256\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"",
    ] {
        let file = sample_file();
        let mut importer = JsonLinesImporter::default();
        importer
            .push(&file.as_bytes()[..file.find("{\"line\":\"points\"").unwrap()], &mut Vec::new())
            .unwrap();
        let refused = (0..1_000).find_map(|number| {
            let line = format!("{{\"line\":\"{kind},\"key\":\"{number}\"{field}}}\n");
            importer.push(line.as_bytes(), &mut Vec::new()).err()
        });
        assert!(refused.unwrap().message.contains("descriptions"), "{kind}");
    }
}
