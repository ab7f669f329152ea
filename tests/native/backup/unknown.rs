//! Fields that this code does not know are in a backup, and come back from it.

use futures::executor::block_on;

use super::{back_up, database, manifest, restored_state, state};
use crate::imports::import;
use crate::support::memory_folder::MemoryFolder;
use crate::tab::Tab;
use crate::unknown_fields::file;

#[test]
fn unknown_fields_come_back_from_files_of_which_each_has_other_points_and_from_those_put_together() {
    block_on(async {
        let tab = Tab::open(&database("one"), "a").await;
        let of_series = [r#""unit":"s""#, r#""goal":0.50"#, ""];
        let file = file("first", r#""owner":"Zoë""#, r#""seed":1"#, of_series, r#""mime":"text/plain""#);
        let run_ids = import(&tab, file.as_bytes()).await.unwrap();
        let folder = MemoryFolder::default();
        back_up(&tab, &folder).await.unwrap();
        let run = tab.session.resume_run(&run_ids[0]).await.unwrap();
        for number in 0..20 {
            // None of these files has points of the other metrics.
            tab.log(run, "a", 10 + number..11 + number);
            back_up(&tab, &folder).await.unwrap();
            let restored = restored_state(&folder).await;
            assert_eq!(restored, state(&tab).await);
            for kept in ["\"owner\":\"Zoë\"", "\"unit\":\"s\"", "\"goal\":0.50", "\"mime\":\"text/plain\""] {
                assert!(restored["run-0"].contains(kept), "{kept} after backup {number}");
            }
        }
        assert!(manifest(&folder).files.len() < 16, "files were put together meanwhile");
    });
}
