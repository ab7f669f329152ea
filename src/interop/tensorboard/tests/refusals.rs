//! Files that are damaged, that are refused, and that would take memory.

use super::*;

#[test]
fn file_of_a_killed_writer_is_read_up_to_its_last_whole_record() {
    let bytes = file_of((1..4).map(|step| event(step, simple("a", 0.5))));
    let whole = bytes.len() / 3 * 2;
    for cut in whole + 1..bytes.len() {
        let mut importer = importer();
        let read = import(&mut importer, &bytes[..cut], 5).unwrap();
        assert_eq!(read[0].series[0].1.len(), 2);
        assert!(importer.losses()[0].contains(&format!("from byte {whole} on, is cut off")));
    }
}

#[test]
fn changed_byte_is_refused_with_the_place_of_its_record() {
    let bytes = file_of((1..4).map(|step| event(step, simple("a", 0.5))));
    let length = bytes.len() / 3;
    for changed in length..2 * length {
        let mut bytes = bytes.clone();
        bytes[changed] ^= 1;
        let error = read(&bytes).unwrap_err();
        assert_eq!(error.at, Position::Byte(length as u64), "{error}");
        assert_eq!(error.kind, FileErrorKind::Invalid);
    }
}

#[test]
fn files_that_cannot_be_are_refused() {
    let version = Event { file_version: Some("brain.Event:3".to_owned()), ..Event::default() };
    assert_eq!(read(&file_of([version])).unwrap_err().kind, FileErrorKind::Newer);
    let stored = entry("a/tfevents", &file_of([event(0, simple("a", 0.5))]), false, false);
    let (mut encrypted, mut longer) = (stored.clone(), stored);
    encrypted[6] |= 1;
    longer[22] += 1;
    for (bytes, words) in [
        (file_of([event(-1, simple("a", 0.5))]), "the step -1"),
        (file_of([event(1 << 53, simple("a", 0.5))]), "the step 9007199254740992"),
        (file_of([event(0, simple("", 0.5))]), "must not be empty"),
        (file_of([event(0, simple(&"k".repeat(9000), 0.5))]), "too long"),
        (b"step,loss\n1,0.5\n".to_vec(), "no event file"),
        (vec![], "empty"),
        (b"PK\x05\x06".to_vec(), "no event file in the zip file"),
        (zip(&[run(0, vec![])])[..60].to_vec(), "cut off"),
        ([entry("a.txt", b"text", false, true), DIRECTORY.to_vec()].concat(), "pack the folder anew"),
        (encrypted, "encrypted"),
        (longer, "the two lengths"),
        ([b"PK\x03\x04".as_slice(), &[0; 26], b"else"].concat(), "neither a file nor the directory"),
    ] {
        let error = read(&bytes).unwrap_err();
        assert!(error.message.contains(words), "{error}");
    }
}

#[test]
fn record_that_claims_a_billion_bytes_is_refused_at_once() {
    let mut bytes = Vec::new();
    push_frame(&mut bytes, |_| {});
    let claimed = 1_000_000_000_u64.to_le_bytes();
    let checksum = crc::Crc::<u32>::new(&crc::CRC_32_ISCSI).checksum(&claimed);
    let masked = checksum.rotate_right(15).wrapping_add(0xa282_ead8);
    bytes.extend_from_slice(&[claimed.as_slice(), &masked.to_le_bytes()].concat());
    let error = read(&bytes).unwrap_err();
    assert_eq!(error.at, Position::Byte(16));
    assert!(error.message.contains("1000000000 bytes"), "{error}");
}

#[test]
fn record_that_is_too_long_to_hold_is_passed_over() {
    let image = Value { tag: "i".to_owned(), image: Some(vec![7; 9 << 20]), ..Value::default() };
    let bytes = file_of([event(0, image), event(1, simple("a", 0.5))]);
    let mut importer = importer();
    let read = import(&mut importer, &bytes, 1 << 16).unwrap();
    assert_eq!(read[0].series[0].1.len(), 1);
    assert!(importer.losses()[0].contains("over 8 MB"));
    let mut bytes = bytes;
    bytes[4 << 20] ^= 1;
    assert!(import(&mut super::tests::importer(), &bytes, 1 << 16).is_err());
}

#[test]
fn zip_bomb_is_refused_before_it_is_unpacked() {
    let bomb = entry("a/tfevents", &vec![0; 64 << 20], true, false);
    assert!(bomb.len() < 100_000);
    let mut importer = importer();
    let mut parts = Vec::new();
    let error = importer.push(&bomb, &mut parts).unwrap_err();
    assert!(error.message.contains("checksum") || error.message.contains("100 times"), "{error}");
    // One whose records are whole.
    let records = file_of((0..400_000).map(|_| event(0, simple("a", 0.0))));
    let bomb = entry("a/tfevents", &records, true, false);
    let error = super::tests::importer().push(&bomb, &mut parts).unwrap_err();
    assert!(error.message.contains("100 times"), "{error}");
}

#[test]
fn times_that_no_calendar_has_are_not_taken() {
    let wild = [1e18, -1e300, f64::NAN, f64::INFINITY];
    let events = wild.map(|wall_time| Event { wall_time, ..event(0, simple("loss", 0.5)) });
    let mut importer = importer();
    let read = import(&mut importer, &file_of(events), 13).unwrap();
    assert_eq!(read[0].series[0].1.iter().map(|point| point.timestamp_ms).collect::<Vec<_>>(), [NOW; 4]);
    assert_eq!(importer.losses(), ["points at times that no calendar has get the time of the file"]);

    let mut exported = dressed(run(0, vec![("loss".to_owned(), points(&[0.5]))]));
    exported.record.started_ms = Some(1e18);
    let refusal = self::read(&event_file(&exported)).unwrap_err();
    assert!(refusal.to_string().contains("no time that a calendar has"), "{refusal}");
}
