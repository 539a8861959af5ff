//! Bytes as gzip (RFC 1952), stored and not deflated: real gzip, without a library for it.

use bytes::Bytes;

/// What begins a file: magic, method, no flags, no time, no hints.
pub(super) const HEADER: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff";

/// The most bytes of one stored block (RFC 1951, section 3.2.4).
const BLOCK_MAX: usize = 0xffff;

/// What follows the header: stored blocks, the checksum and the length.
pub(super) fn stored(data: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(data.len() + data.len() / 8_192 + 16);
    let blocks = data.len().div_ceil(BLOCK_MAX).max(1);
    for number in 0..blocks {
        let block = &data[number * BLOCK_MAX..data.len().min((number + 1) * BLOCK_MAX)];
        let length = u16::try_from(block.len()).expect("a block is no longer than its bound");
        out.push(u8::from(number + 1 == blocks));
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&(!length).to_le_bytes());
        out.extend_from_slice(block);
    }
    out.extend_from_slice(&checksum(data).to_le_bytes());
    // By definition the length is told modulo 2^32.
    let told = u32::try_from(data.len() & 0xffff_ffff).unwrap_or_default();
    out.extend_from_slice(&told.to_le_bytes());
    out.into()
}

/// CRC-32, bit by bit: answers are short.
fn checksum(data: &[u8]) -> u32 {
    let crc = data.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    });
    !crc
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn it_is_read_back_by_a_reader_of_gzip() {
        for length in [0, 1, BLOCK_MAX, BLOCK_MAX + 1, 3 * BLOCK_MAX] {
            let data: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let packed = [HEADER, &stored(&data)].concat();
            let mut back = Vec::new();
            flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut back).unwrap();
            assert!(back == data, "{length}");
        }
    }
}
