//! What follows a file in a zip file that does not say its length before: its descriptor, which may have been written in four ways.

use super::frames::DESCRIPTOR;

/// As many bytes as the longest descriptor has, and as many as tell what follows it.
pub(super) const MOST_BYTES: usize = 28;

/// How long the descriptor is that these bytes begin with, of a file that was so long, packed and unpacked: with or without its mark, with
/// numbers of 32 bits or 64. Nothing if there is none.
pub(super) fn descriptor_length(bytes: &[u8], packed: u64, unpacked: u64) -> Option<usize> {
    let mark = if bytes.starts_with(&DESCRIPTOR) { [DESCRIPTOR.len(), 0] } else { [0, 0] };
    mark.into_iter().find_map(|mark| {
        // After the checksum.
        let sizes = bytes.get(mark + 4..)?;
        let large = [packed.to_le_bytes(), unpacked.to_le_bytes()].concat();
        let small = [(packed as u32).to_le_bytes(), (unpacked as u32).to_le_bytes()].concat();
        if sizes.starts_with(&large) {
            Some(mark + 4 + large.len())
        } else {
            sizes.starts_with(&small).then_some(mark + 4 + small.len())
        }
    })
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn descriptors_of_all_four_kinds_are_recognised() {
        let checksum = [1, 2, 3, 4];
        let small = [10, 0, 0, 0, 20, 0, 0, 0];
        let large = [10, 0, 0, 0, 0, 0, 0, 0, 20, 0, 0, 0, 0, 0, 0, 0];
        let next = b"PK\x03\x04 and so on, as it goes".as_slice();
        for (mark, sizes) in [
            ([].as_slice(), small.as_slice()),
            (DESCRIPTOR.as_slice(), small.as_slice()),
            ([].as_slice(), large.as_slice()),
            (DESCRIPTOR.as_slice(), large.as_slice()),
        ] {
            let descriptor = [mark, &checksum, sizes].concat();
            let bytes = [descriptor.as_slice(), next].concat();
            assert_eq!(descriptor_length(&bytes, 10, 20), Some(descriptor.len()));
            assert_eq!(descriptor_length(&bytes, 10, 21), None);
        }
        let empty = [DESCRIPTOR.as_slice(), &[0; 12], next].concat();
        assert_eq!(descriptor_length(&empty, 0, 0), Some(16));
    }
}
