//! Texts in other forms than RFC 5545 has, put into that form before they are read: UTF-16, and lines that end with CR
//! alone.

use std::borrow::Cow;

/// The text in its proper form, as it came where it has that already.
pub fn proper(bytes: &[u8]) -> Cow<'_, [u8]> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = utf16(bytes).map_or(Cow::Borrowed(bytes), |text| text.into_bytes().into());
    if memchr::memchr(b'\n', &text).is_none() && text.contains(&b'\r') {
        let replaced = text.iter().map(|b| if *b == b'\r' { b'\n' } else { *b });
        return replaced.collect();
    }
    text
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
