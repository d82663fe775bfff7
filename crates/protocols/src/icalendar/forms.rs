//! Texts in other forms than RFC 5545 has, rewritten before they are read: UTF-16, lines that end with CR alone, and
//! vCalendar 1.0.

use super::{flaw::Flaw, old};

/// A text in the form of RFC 5545.
pub struct Rewritten {
    /// The text.
    pub bytes: Vec<u8>,
    /// What it was before, where something may have got lost.
    pub flaw: Option<Flaw>,
}

/// The text in its proper form; `None` where it has that already.
pub fn rewritten(bytes: &[u8]) -> Option<Rewritten> {
    let utf16 = utf16(bytes);
    let mut flaw = None;
    let text = utf16.as_deref().map_or(bytes, str::as_bytes);
    let lone_cr = memchr::memchr(b'\n', text).is_none() && text.contains(&b'\r');
    let text: Option<Vec<u8>> = if lone_cr {
        let replaced = text.iter().map(|b| if *b == b'\r' { b'\n' } else { *b });
        Some(replaced.collect())
    } else {
        utf16.map(String::into_bytes)
    };
    let now = text.as_deref().unwrap_or(bytes);
    let text = if old::is_old(now) {
        flaw = Some(Flaw::OldVersion);
        Some(old::rewritten(now))
    } else {
        text
    };
    text.map(|bytes| Rewritten { bytes, flaw })
}

/// UTF-16 with its mark, in either order of bytes.
fn utf16(bytes: &[u8]) -> Option<String> {
    let (text, unit): (_, fn([u8; 2]) -> u16) = match bytes {
        [0xFF, 0xFE, text @ ..] => (text, u16::from_le_bytes),
        [0xFE, 0xFF, text @ ..] => (text, u16::from_be_bytes),
        _ => return None,
    };
    let units: Vec<u16> = text
        .chunks_exact(2)
        .map(|pair| unit([pair[0], pair[1]]))
        .collect();
    Some(String::from_utf16_lossy(&units))
}
