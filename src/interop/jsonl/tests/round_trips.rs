//! What is exported, imported and exported again is the same.

use super::*;

proptest! {
    #[test]
    fn what_is_exported_imported_and_exported_again_is_the_same_file(
        runs in prop::collection::vec(any_run(), 0..4),
        slice in 1..50usize,
        piece in 1..5_000usize,
    ) {
        let file = write(&numbered(runs), slice);
        let read = read(&file, piece)?;
        let again = write(&exported_again(&read), slice);
        prop_assert_eq!(String::from_utf8_lossy(&again), String::from_utf8_lossy(&file));
    }

    #[test]
    fn points_come_back_exactly(points in prop::collection::vec(any_point(), 0..3_000), piece in 1..100_000usize) {
        let mut run = sample();
        run.series = vec![series("loss", &points)];
        let read = read(&write(&[(run, Vec::new())], 700), piece)?;
        let found = read.points[0].first().map_or(&[][..], |(_, points)| points);
        prop_assert_eq!(found.len(), points.len());
        for (found, point) in found.iter().zip(&points) {
            let is_nan = found.value.is_nan() && point.value.is_nan();
            prop_assert!(found.is_same(point) || (is_nan && found.step == point.step), "{found:?} {point:?}");
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), at in 0..600usize) {
        let _ = read(&bytes, 7);
        let mut file = write(&[(sample(), Vec::new())], 10);
        for (place, byte) in file.iter_mut().skip(at).zip(bytes) {
            *place ^= byte & 1;
        }
        let _ = read(&file, 7);
    }
}

#[test]
fn a_file_is_what_its_documentation_says() {
    let documented = include_str!("../../../../docs/json-lines.md");
    let (_, example) = documented.split_once("```jsonl\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let read = read(example.as_bytes(), 100).unwrap();
    assert_eq!(String::from_utf8(write(&exported_again(&read), 1_000)).unwrap(), example);
}

#[test]
fn a_file_with_line_ends_of_windows_is_read() {
    let file = sample_file().replace('\n', "\r\n");
    assert_eq!(read(file.as_bytes(), 5).unwrap().points[0][0].1.len(), 3);
}
