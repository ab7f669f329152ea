//! Fields that a file has and this code does not know go with what they were said of: into the database, and out again.

use entrenar::storage::{ExperimentStorage, RunEdit};
use futures::executor::block_on;
use proptest::prelude::*;

use crate::imports::{export, import};
use crate::support::faulty_database::SharedDatabase;
use crate::tab::Tab;

/// A file of one run that has fields after its lines of each kind; nothing for a line without any.
pub fn file(
    name: &str,
    of_experiment: &str,
    of_run: &str,
    of_series: [&str; 3],
    of_artifact: &str,
) -> String {
    let with = |line: String, fields: &str| {
        let separator = if fields.is_empty() { "" } else { "," };
        format!("{line}{separator}{fields}}}\n")
    };
    let points = |key: &str, count: u64, fields: &str| {
        let numbers = (0..count).map(|number| number.to_string()).collect::<Vec<_>>().join(",");
        let columns = format!(r#""step":[{numbers}],"value":[{numbers}],"timestamp_ms":[{numbers}]"#);
        with(format!(r#"{{"line":"points","key":"{key}",{columns}"#), fields)
    };
    let sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    [
        "{\"format\":\"entrenar\",\"version\":1}\n".to_owned(),
        with(format!(r#"{{"line":"experiment","id":"exp-0","name":"{name}","created_ms":1"#), of_experiment),
        with(
            r#"{"line":"run","id":"run-0","experiment":"exp-0","status":"Running","created_ms":3"#.to_owned(),
            of_run,
        ),
        points("loss", 3, of_series[0]),
        points("a", 2, of_series[1]),
        points("ü", 1, of_series[2]),
        with(format!(r#"{{"line":"artifact","key":"notes","size":5,"sha256":"{sha256}""#), of_artifact),
        "{\"line\":\"bytes\",\"base64\":\"aGVsbG8=\"}\n".to_owned(),
        "{\"line\":\"end\",\"runs\":1,\"points\":6}\n".to_owned(),
    ]
    .concat()
}

/// Fields as an export writes them: by their names, as they came.
fn any_fields() -> impl Strategy<Value = String> {
    let values = prop_oneof![
        Just("1.50".to_owned()),
        Just("null".to_owned()),
        Just(r#"{"a":[1e400,"\u00e9 "]}"#.to_owned()),
        Just(format!("{}{}", "[".repeat(3_000), "]".repeat(3_000))),
    ];
    prop::collection::btree_map("x[a-zé]{0,3}", values, 0..3).prop_map(|fields| {
        let fields = fields.into_iter().map(|(name, value)| format!("\"{name}\":{value}"));
        fields.collect::<Vec<_>>().join(",")
    })
}

async fn exported_again(file: &str) -> String {
    let shared = SharedDatabase::default();
    let run_ids = import(&Tab::open(&shared, "a").await, file.as_bytes()).await.unwrap();
    let later = Tab::open(&shared, "b").await;
    String::from_utf8(export(&later, &run_ids).await).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn file_with_unknown_fields_on_lines_of_every_kind_is_exported_as_it_was_imported(
        of_experiment in any_fields(),
        of_run in any_fields(),
        of_series in prop::array::uniform3(any_fields()),
        of_artifact in any_fields(),
    ) {
        let of_series = of_series.each_ref().map(String::as_str);
        let file = file("first", &of_experiment, &of_run, of_series, &of_artifact);
        prop_assert_eq!(block_on(exported_again(&file)), file);
    }
}

const UNIT: [&str; 3] = [r#""unit":"s""#, "", ""];

#[test]
fn experiment_that_is_there_already_keeps_what_it_has_and_gets_nothing_of_the_file() {
    block_on(async {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        import(&tab, file("first", r#""owner":"Zoë""#, "", UNIT, "").as_bytes()).await.unwrap();
        let other = file("first", r#""owner":"Max","room":7"#, r#""seed":1"#, UNIT, "");
        let run_ids = import(&tab, other.as_bytes()).await.unwrap();
        let exported = String::from_utf8(export(&tab, &run_ids).await).unwrap();
        assert!(exported.contains(r#""owner":"Zoë""#), "{exported}");
        assert!(!exported.contains("room"), "{exported}");
        assert!(exported.contains(r#""seed":1"#) && exported.contains(r#""unit":"s""#), "{exported}");
    });
}

#[test]
fn run_that_goes_on_keeps_unknown_fields_and_an_artifact_that_is_replaced_loses_its_own() {
    block_on(async {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        let file = file("first", "", r#""seed":1"#, UNIT, r#""mime":"text/plain""#);
        let run_ids = import(&tab, file.as_bytes()).await.unwrap();
        let other = Tab::open(&shared, "b").await;
        other.session.edit_run(&run_ids[0], RunEdit::name("renamed")).await.unwrap();
        let run = tab.session.resume_run(&run_ids[0]).await.unwrap();
        tab.log(run, "loss", 3..5_000);
        tab.session.storage_mut().log_artifact(&run_ids[0], "notes", b"other").unwrap();
        tab.end(&run_ids[0]);
        tab.flush().await;
        let later = Tab::open(&shared, "c").await;
        let exported = String::from_utf8(export(&later, &run_ids).await).unwrap();
        for (kept, times) in [("renamed", 1), (r#""seed":1"#, 1), (r#""unit":"s""#, 1), ("text/plain", 0)] {
            assert_eq!(exported.matches(kept).count(), times, "{kept}");
        }
    });
}
