//! Control characters (RFC 5545 3.1: CONTROL), which no line may hold. A bare CR is one: to some readers it ends the line.

/// Bytes that are looked at before anything is decided: enough for the compiler to take many at once.
const CHUNK: usize = 4096;

/// Whether a character is one. Line ends are no characters of a line.
pub(super) fn is_one(c: char) -> bool {
    c.is_ascii_control() && c != '\t'
}

/// Whether a line holds one.
pub(super) fn in_line(text: &str) -> bool {
    let is_one = |b: u8| u8::from(b < b' ') & u8::from(b != b'\t') | u8::from(b == 0x7f);
    text.bytes().fold(0, |found, byte| found | is_one(byte)) > 0
}

/// Whether there is one in a text. Nearly none has any, so this must cost next to nothing.
pub(super) fn any(text: &[u8]) -> bool {
    let in_chunk = |chunk: &[u8]| chunk.iter().fold(0, |found, byte| found | is_bad(*byte)) > 0;
    let following = text.get(1..).unwrap_or_default();
    let bare = |(these, next): (&[u8], &[u8])| {
        let pairs = these.iter().zip(next);
        pairs.fold(0, |found, (byte, next)| found | is_bare(*byte, *next)) > 0
    };
    let (chunks, next) = (text.chunks(CHUNK), following.chunks(CHUNK));
    chunks.clone().any(in_chunk) || chunks.zip(next).any(bare)
}

/// 1 for a CR that neither ends a line nor stands before another one.
fn is_bare(byte: u8, next: u8) -> u8 {
    u8::from(byte == b'\r') & u8::from(next != b'\n') & u8::from(next != b'\r')
}

/// 1 for a control character that is no tab and no part of a line end; a number, so that many are looked at at once.
fn is_bad(byte: u8) -> u8 {
    u8::from(byte < b' ')
        & u8::from(byte != b'\t')
        & u8::from(byte != b'\n')
        & u8::from(byte != b'\r')
        | u8::from(byte == 0x7f)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_found_wherever_it_is() {
        let clean = "A:b\tc\r\r\nü\n".repeat(2_000) + "\r";
        assert!(!any(clean.as_bytes()));
        for (at, _) in clean.char_indices().step_by(97) {
            for bad in ["\u{0}", "\u{1b}", "\u{7f}", "\rx"] {
                let text = [&clean[..at], bad, &clean[at..]].concat();
                assert!(any(text.as_bytes()), "{at} {bad:?}");
            }
        }
        assert!(any(b"\x07"));
        assert!(!any(b""));
    }
}
