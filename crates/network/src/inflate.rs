//! Bodies as they come: plain, or packed with gzip (RFC 1952) and unpacked part by part, so that a small reply cannot become an
//! endless one.

use std::io::{self, Write};

use bytes::{Bytes, BytesMut};
use flate2::write::MultiGzDecoder;
use http::{HeaderMap, header::CONTENT_ENCODING};

/// Why a part of a body cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// More than the limit.
    TooLarge,
    /// It is not gzip.
    Packing,
}

/// A body that is being read.
pub(crate) enum Body {
    Plain(Filled),
    Packed(Box<MultiGzDecoder<Filled>>),
}

/// What was read, up to a limit.
pub(crate) struct Filled {
    bytes: BytesMut,
    limit_bytes: usize,
    full: bool,
}

impl Write for Filled {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        if part.len() > self.limit_bytes - self.bytes.len() {
            self.full = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(part);
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether a reply says that its body is packed with gzip.
pub(crate) fn is_packed(headers: &HeaderMap) -> bool {
    let coding = headers.get(CONTENT_ENCODING);
    coding.is_some_and(|coding| {
        let coding = coding.as_bytes().trim_ascii();
        coding.eq_ignore_ascii_case(b"gzip") || coding.eq_ignore_ascii_case(b"x-gzip")
    })
}

impl Body {
    pub(crate) fn new(packed: bool, limit_bytes: usize) -> Self {
        let filled = Filled {
            bytes: BytesMut::new(),
            limit_bytes,
            full: false,
        };
        if packed {
            Self::Packed(Box::new(MultiGzDecoder::new(filled)))
        } else {
            Self::Plain(filled)
        }
    }

    pub(crate) fn is_packed(&self) -> bool {
        matches!(self, Self::Packed(_))
    }

    /// Takes a part as it came.
    pub(crate) fn take(&mut self, part: &[u8]) -> Result<(), Broken> {
        let (taken, filled) = match self {
            Self::Plain(filled) => (filled.write_all(part), filled),
            Self::Packed(packed) => (packed.write_all(part), packed.get_mut()),
        };
        taken.map_err(|_| {
            if filled.full {
                Broken::TooLarge
            } else {
                Broken::Packing
            }
        })
    }

    /// The whole of it; one that is packed must have come to its end.
    pub(crate) fn finish(self) -> Result<Bytes, Broken> {
        match self {
            Self::Plain(filled) => Ok(filled.bytes.freeze()),
            Self::Packed(packed) => {
                let filled = packed.finish().map_err(|_| Broken::Packing)?;
                Ok(filled.bytes.freeze())
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn packed(plain: &[u8]) -> Vec<u8> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(plain).unwrap();
        packer.finish().unwrap()
    }

    #[test]
    fn what_is_packed_is_unpacked_whatever_parts_it_comes_in() {
        let plain = b"BEGIN:VCALENDAR\r\n".repeat(500);
        let packed = [packed(&plain), packed(b"more")].concat();
        let mut body = Body::new(true, 100_000);
        for byte in packed.chunks(7) {
            body.take(byte).unwrap();
        }
        assert_eq!(body.finish().unwrap(), [&plain[..], b"more"].concat());
    }

    #[test]
    fn the_limit_is_one_of_what_it_unpacks_to() {
        let bomb = packed(&vec![b'x'; 1 << 20]);
        assert!(bomb.len() < 8_000);
        let mut body = Body::new(true, 100_000);
        assert_eq!(body.take(&bomb), Err(Broken::TooLarge));
        let mut body = Body::new(false, 3);
        assert_eq!(body.take(b"1234"), Err(Broken::TooLarge));
    }

    #[test]
    fn half_of_it_and_something_else_are_told() {
        let whole = packed(b"all of it is needed");
        let mut body = Body::new(true, 1_000);
        body.take(&whole[..whole.len() - 6]).unwrap();
        assert_eq!(body.finish(), Err(Broken::Packing));
        let mut body = Body::new(true, 1_000);
        assert_eq!(
            body.take(b"BEGIN:VCALENDAR plain all the same"),
            Err(Broken::Packing)
        );
    }
}
