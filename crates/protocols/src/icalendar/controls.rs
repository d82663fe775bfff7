//! Control characters (RFC 5545 3.1: CONTROL), which no line may hold. A bare CR is one: to some readers it ends the line.

/// Bytes that are looked at before anything is decided: enough for the compiler to take many at once.
const CHUNK: usize = 4096;

/// Whether a character is one. Line ends are no characters of a line.
pub(super) fn is_one(c: char) -> bool {
    c.is_ascii_control() && c != '\t'
}

/// Whether there is one in a text. Nearly none has any, so this must cost next to nothing.
pub(super) fn any(text: &[u8]) -> bool {
    let after = text.get(1..).unwrap_or_default();
    let pairs = text.chunks(CHUNK).zip(after.chunks(CHUNK));
    let mut found = text.last().is_some_and(|last| is_bad(*last, b'\n'));
    for (these, next) in pairs {
        let bad = these.iter().zip(next).map(|(b, next)| is_bad(*b, *next));
        found |= bad.fold(false, |found, bad| found | bad);
    }
    found
}

fn is_bad(byte: u8, next: u8) -> bool {
    let lone = byte == b'\r' && next != b'\n' && next != b'\r';
    byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r') || byte == 0x7f || lone
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
