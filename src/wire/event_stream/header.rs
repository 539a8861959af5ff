//! The values of a frame's headers.

use super::frame::FrameError;

/// The value of a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Header {
    /// `true` or `false`: types 0 and 1.
    Bool(bool),
    /// Type 2.
    Byte(i8),
    /// Type 3.
    Short(i16),
    /// Type 4.
    Int(i32),
    /// Type 5.
    Long(i64),
    /// Type 6.
    Bytes(Vec<u8>),
    /// Type 7.
    Text(String),
    /// Milliseconds since 1970: type 8.
    Timestamp(i64),
    /// Type 9.
    Uuid([u8; 16]),
}

/// Takes `N` bytes off the front.
fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], FrameError> {
    let (head, tail) = rest.split_first_chunk::<N>().ok_or(FrameError::Header("is cut"))?;
    *rest = tail;
    Ok(*head)
}

/// Takes a run of bytes with its length in front, in two bytes.
fn run<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], FrameError> {
    let length = usize::from(u16::from_be_bytes(take(rest)?));
    let (run, tail) = rest.split_at_checked(length).ok_or(FrameError::Header("is longer than its frame"))?;
    *rest = tail;
    Ok(run)
}

/// Reads the headers of a frame.
pub(super) fn decode(mut rest: &[u8]) -> Result<Vec<(String, Header)>, FrameError> {
    let mut headers = Vec::new();
    while !rest.is_empty() {
        let [length] = take(&mut rest)?;
        let name =
            rest.split_at_checked(usize::from(length)).ok_or(FrameError::Header("has a name that is cut"))?;
        rest = name.1;
        let name = String::from_utf8_lossy(name.0).into_owned();
        let [kind] = take(&mut rest)?;
        let value = match kind {
            0 => Header::Bool(true),
            1 => Header::Bool(false),
            2 => Header::Byte(i8::from_be_bytes(take(&mut rest)?)),
            3 => Header::Short(i16::from_be_bytes(take(&mut rest)?)),
            4 => Header::Int(i32::from_be_bytes(take(&mut rest)?)),
            5 => Header::Long(i64::from_be_bytes(take(&mut rest)?)),
            6 => Header::Bytes(run(&mut rest)?.to_vec()),
            7 => Header::Text(String::from_utf8_lossy(run(&mut rest)?).into_owned()),
            8 => Header::Timestamp(i64::from_be_bytes(take(&mut rest)?)),
            9 => Header::Uuid(take(&mut rest)?),
            _ => return Err(FrameError::Header("is of a type that does not exist")),
        };
        headers.push((name, value));
    }
    Ok(headers)
}

/// Writes one header. A name is cut after 255 bytes, a run after 65,535.
pub(super) fn encode(name: &str, value: &Header, out: &mut Vec<u8>) {
    let name = &name.as_bytes()[..name.len().min(usize::from(u8::MAX))];
    out.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
    out.extend_from_slice(name);
    match value {
        Header::Bool(yes) => out.push(u8::from(!yes)),
        Header::Byte(value) => put(2, &value.to_be_bytes(), out),
        Header::Short(value) => put(3, &value.to_be_bytes(), out),
        Header::Int(value) => put(4, &value.to_be_bytes(), out),
        Header::Long(value) => put(5, &value.to_be_bytes(), out),
        Header::Bytes(bytes) => put_run(6, bytes, out),
        Header::Text(text) => put_run(7, text.as_bytes(), out),
        Header::Timestamp(ms) => put(8, &ms.to_be_bytes(), out),
        Header::Uuid(bytes) => put(9, bytes, out),
    }
}

fn put(kind: u8, bytes: &[u8], out: &mut Vec<u8>) {
    out.push(kind);
    out.extend_from_slice(bytes);
}

fn put_run(kind: u8, bytes: &[u8], out: &mut Vec<u8>) {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    out.push(kind);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(&bytes[..usize::from(length)]);
}
