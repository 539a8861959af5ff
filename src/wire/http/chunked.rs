//! The chunked transfer coding (RFC 9112, section 7.1), as strict as `hyper` is.

use bytes::Bytes;

/// The most bytes of chunk extensions in one body.
pub const MAX_EXTENSIONS: usize = 16 << 10;

/// The most bytes of trailer fields after one body.
pub const MAX_TRAILERS: usize = 16 << 10;

/// The most trailer fields after one body.
pub const MAX_TRAILER_FIELDS: usize = 100;

/// Reads a chunked body piece by piece.
#[derive(Debug, Clone, Default)]
pub(super) struct ChunkedBody {
    state: State,
    /// The size of the chunk at hand; inside its data, what is left of it.
    size: u64,
    extensions: usize,
    trailers: Vec<u8>,
    trailer_fields: usize,
}

/// Where in the coding the next byte is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    /// The first digit of a size.
    #[default]
    Start,
    Size,
    /// Space after a size.
    Space,
    Extension,
    SizeLf,
    Data,
    DataCr,
    DataLf,
    /// The first byte of a line after the last chunk.
    LineStart,
    Trailer,
    TrailerLf,
    EndLf,
    Done,
}

impl ChunkedBody {
    /// Whether the last chunk and the trailers have come.
    pub(super) fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Takes bytes until they or the body end; gives the data and how many bytes were used.
    ///
    /// # Errors
    /// The place among `bytes` of the one that cannot be, and why. The data before it is given
    /// all the same.
    pub(super) fn push(
        &mut self,
        bytes: &Bytes,
        mut data: impl FnMut(Bytes),
    ) -> Result<usize, (usize, String)> {
        let mut place = 0;
        while place < bytes.len() && self.state != State::Done {
            if self.state == State::Data {
                let left = bytes.len() - place;
                let length = usize::try_from(self.size).map_or(left, |size| size.min(left));
                data(bytes.slice(place..place + length));
                place += length;
                self.size -= length as u64;
                if self.size == 0 {
                    self.state = State::DataCr;
                }
                continue;
            }
            self.state = self.step(bytes[place]).map_err(|message| (place, message))?;
            place += 1;
        }
        Ok(place)
    }

    fn step(&mut self, byte: u8) -> Result<State, String> {
        match (self.state, byte) {
            (State::Start | State::Size, _) if byte.is_ascii_hexdigit() => self.digit(byte),
            (State::Start, _) => Err(format!("{} where a chunk's size must be", shown(byte))),
            (State::Size | State::Space, b'\r') | (State::Extension, b'\r') => Ok(State::SizeLf),
            (State::Size | State::Space, b' ' | b'\t') => Ok(State::Space),
            (State::Size | State::Space, b';') => Ok(State::Extension),
            (State::Size | State::Space, _) => Err(format!("{} in a chunk's size", shown(byte))),
            (State::Extension, b'\n') => Err("an LF without CR in a chunk extension".to_owned()),
            (State::Extension, _) => self.extension(),
            (State::SizeLf, b'\n') if self.size == 0 => Ok(State::LineStart),
            (State::SizeLf, b'\n') => Ok(State::Data),
            (State::SizeLf, _) => Err(format!("{} after the CR of a chunk's size", shown(byte))),
            (State::DataCr, b'\r') => Ok(State::DataLf),
            (State::DataLf, b'\n') => Ok(State::Start),
            (State::DataCr | State::DataLf, _) => {
                Err(format!("{} where a chunk's data must end in CRLF", shown(byte)))
            }
            (State::LineStart, b'\r') => Ok(State::EndLf),
            (State::LineStart | State::Trailer, _) => self.trailer(byte),
            (State::TrailerLf, b'\n') => self.trailer(byte),
            (State::TrailerLf, _) => Err(format!("{} after the CR of a trailer", shown(byte))),
            (State::EndLf, b'\n') => self.end(),
            (State::EndLf, _) => Err(format!("{} after the last CR of the body", shown(byte))),
            (State::Data | State::Done, _) => Ok(self.state),
        }
    }

    fn digit(&mut self, byte: u8) -> Result<State, String> {
        let digit = char::from(byte).to_digit(16).map_or(0, u64::from);
        let size = if self.state == State::Start { Some(0) } else { self.size.checked_mul(16) };
        self.size = size
            .and_then(|size| size.checked_add(digit))
            .ok_or_else(|| "a chunk's size overflows 64 bits".to_owned())?;
        Ok(State::Size)
    }

    fn extension(&mut self) -> Result<State, String> {
        self.extensions += 1;
        if self.extensions < MAX_EXTENSIONS {
            return Ok(State::Extension);
        }
        Err(format!("more than {MAX_EXTENSIONS} bytes of chunk extensions"))
    }

    fn trailer(&mut self, byte: u8) -> Result<State, String> {
        self.trailers.push(byte);
        if self.trailers.len() >= MAX_TRAILERS {
            return Err(format!("more than {MAX_TRAILERS} bytes of trailers"));
        }
        match (self.state, byte) {
            (State::TrailerLf, _) => {
                self.trailer_fields += 1;
                if self.trailer_fields > MAX_TRAILER_FIELDS {
                    return Err(format!("more than {MAX_TRAILER_FIELDS} trailer fields"));
                }
                Ok(State::LineStart)
            }
            (State::Trailer, b'\r') => Ok(State::TrailerLf),
            _ => Ok(State::Trailer),
        }
    }

    /// Trailers say nothing to us, yet `hyper` fails the body when they are no header fields.
    fn end(&mut self) -> Result<State, String> {
        let mut trailers = std::mem::take(&mut self.trailers);
        if !trailers.is_empty() {
            trailers.extend_from_slice(b"\r\n");
            let mut fields = [httparse::EMPTY_HEADER; MAX_TRAILER_FIELDS];
            let parsed = httparse::parse_headers(&trailers, &mut fields);
            if !matches!(parsed, Ok(httparse::Status::Complete(_))) {
                return Err("the trailers are no header fields".to_owned());
            }
        }
        Ok(State::Done)
    }
}

fn shown(byte: u8) -> String {
    match byte {
        b'\r' => "CR".to_owned(),
        b'\n' => "LF".to_owned(),
        b' '..=b'~' => format!("`{}`", char::from(byte)),
        _ => format!("byte 0x{byte:02X}"),
    }
}
