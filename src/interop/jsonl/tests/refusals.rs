//! Files that are refused, with the line, and before they take memory.

use super::*;

#[test]
fn a_file_that_was_cut_off_is_refused_wherever_that_was() {
    let file = sample_file();
    for length in 0..file.len() - 1 {
        let error = read(&file.as_bytes()[..length], 64).unwrap_err();
        assert_eq!(error.kind, FileErrorKind::Invalid, "cut at {length}: {error}");
    }
    assert!(read(file.trim_end().as_bytes(), 64).is_ok(), "the last line may lack its end");
}

#[test]
fn a_file_of_a_newer_version_is_refused_as_such() {
    let newer = sample_file().replace("\"version\":1", "\"version\":2");
    let error = read(newer.as_bytes(), 64).unwrap_err();
    assert_eq!((error.kind, error.at), (FileErrorKind::Newer, Position::Line(1)));
    let unknown = sample_file().replace("\"line\":\"points\"", "\"line\":\"images\"");
    let error = read(unknown.as_bytes(), 64).unwrap_err();
    assert_eq!((error.kind, error.at), (FileErrorKind::Newer, Position::Line(4)));
}

#[test]
fn a_line_that_is_wrong_is_refused_with_its_number() {
    let file = sample_file();
    for (right, wrong, line) in [
        ("{\"format\":\"entrenar\"", "{\"format\":\"wandb\"", 1),
        ("\"name\":\"mnist\"", "\"name\":7", 2),
        ("\"experiment\":\"exp-1\"", "\"experiment\":\"exp-2\"", 3),
        ("\"status\":\"Success\"", "\"status\":\"Great\"", 3),
        ("\"step\":[0,0,0]", "\"step\":[0,0]", 4),
        ("\"step\":[0,0,0]", "\"step\":[0,0,9007199254740992]", 4),
        ("\"step\":[0,0,0]", "\"step\":[0,0,-1]", 4),
        ("\"value\":[0.5,0.5,0.5]", "\"value\":[0.5,0.5,null]", 4),
        ("\"value\":[0.5,0.5,0.5]", "\"value\":[0.5,0.5,1e999]", 4),
        ("\"timestamp_ms\":[1700000000000,", "\"timestamp_ms\":[9700000000000000,", 4),
        ("\"key\":\"loss\"", "\"key\":\"\"", 4),
        ("\"points\":3", "\"points\":4", 5),
        (
            "\"runs\":1,\"points\":3}",
            "\"runs\":1,\"points\":3}\n{\"line\":\"end\",\"runs\":1,\"points\":3}",
            6,
        ),
        (
            "{\"line\":\"run\"",
            "{\"line\":\"experiment\",\"id\":\"exp-1\",\"name\":\"other\",\"created_ms\":1}\n{\"line\":\"run\"",
            3,
        ),
        ("{\"line\":\"end\"", "{\"line\":\"bytes\",\"base64\":\"AAAA\"}\n{\"line\":\"end\"", 5),
    ] {
        let changed = file.replacen(right, wrong, 1);
        assert_ne!(changed, file, "{right}");
        let error = read(changed.as_bytes(), 64).unwrap_err();
        assert_eq!(
            (error.kind, error.at),
            (FileErrorKind::Invalid, Position::Line(line)),
            "{wrong}: {error}"
        );
    }
}

#[test]
fn an_artifact_that_is_not_what_its_line_says_is_refused() {
    let artifact = ("weights".to_owned(), Arc::from(&b"some bytes"[..]), None);
    let mut run = sample();
    run.record.artifacts = vec![reference(&artifact)];
    let file = String::from_utf8(write(&[(run, vec![artifact])], 10)).unwrap();
    assert_eq!(read(file.as_bytes(), 64).unwrap().artifacts[0][0].1[..], b"some bytes"[..]);
    for (right, wrong) in [
        ("\"size\":10", "\"size\":11"),
        ("\"size\":10", "\"size\":9"),
        ("\"size\":10", "\"size\":99999999999"),
        ("c29tZSBieXRlcw==", "c29tZSBieXRlcz=="),
        ("c29tZSBieXRlcw==", "c29tZSBieXRlcv=="),
        ("c29tZSBieXRlcw==", "d29tZSBieXRlcw=="),
    ] {
        let changed = file.replacen(right, wrong, 1);
        assert_ne!(changed, file, "{right}");
        let error = read(changed.as_bytes(), 64).unwrap_err();
        // It is refused when the first byte too many comes, not when memory is full of them.
        assert_eq!(error.message.contains("more than the 9 bytes"), wrong == "\"size\":9", "{error}");
    }
}

#[test]
fn a_line_without_an_end_is_refused_before_it_fills_memory() {
    let mut importer = JsonLinesImporter::default();
    let mut parts = Vec::new();
    let piece = vec![b' '; 1 << 20];
    let refused = (0..100).find(|_| importer.push(&piece, &mut parts).is_err());
    assert_eq!(refused, Some(32));
}

#[test]
fn json_that_is_nested_too_deep_is_refused_with_its_line() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    for (name, depth, is_taken) in
        [("other", 5_000, true), ("other", 1_000_000, false), ("config", 1_000_000, false)]
    {
        let file = with_fields(&format!("\"{name}\":{}", nested(depth)));
        let refused = read(file.as_bytes(), 4_096).map(drop).map_err(|error| error.at);
        assert_eq!(refused, if is_taken { Ok(()) } else { Err(Position::Line(3)) }, "{name} {depth}");
    }
}

#[test]
fn runs_without_end_are_refused_before_they_take_memory() {
    let file = sample_file();
    let lines: Vec<&str> = file.lines().collect();
    let mut importer = JsonLinesImporter::default();
    let mut parts = Vec::new();
    importer.push(lines[..2].join("\n").as_bytes(), &mut parts).unwrap();
    let run = format!("\n{}", lines[2]);
    let refused = (0..1_000_000).find_map(|_| importer.push(run.as_bytes(), &mut parts).err());
    assert!(refused.unwrap().message.contains("descriptions"), "by their weight in memory");
}
