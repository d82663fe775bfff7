//! The palette of calendars (`calendarColor`), as Outlook draws it.

/// The words and what they stand for.
const PALETTE: [(&str, &str); 9] = [
    ("lightBlue", "#a6d1f5"),
    ("lightGreen", "#87d28e"),
    ("lightOrange", "#fcab73"),
    ("lightGray", "#c0c0c0"),
    ("lightYellow", "#f5f262"),
    ("lightTeal", "#4adacc"),
    ("lightPink", "#f08cc0"),
    ("lightBrown", "#cba287"),
    ("lightRed", "#f88c9b"),
];

/// The colour that a word stands for.
pub(super) fn of(word: &str) -> Option<&'static str> {
    let mut all = PALETTE.iter();
    all.find(|(name, _)| name.eq_ignore_ascii_case(word))
        .map(|(_, color)| *color)
}

/// As a word of the palette, and as a colour of one's own, which is empty where a word says it all.
pub(super) fn shown(color: Option<&str>) -> (&'static str, &str) {
    let color = color.unwrap_or_default();
    let mut all = PALETTE.iter();
    match all.find(|(_, known)| known.eq_ignore_ascii_case(color)) {
        Some((word, _)) => (word, ""),
        None => ("auto", color),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back() {
        for (word, color) in PALETTE {
            assert_eq!(of(word), Some(color));
            assert_eq!(shown(Some(color)), (word, ""));
        }
        assert_eq!(of("auto"), None);
        assert_eq!(shown(Some("#123456")), ("auto", "#123456"));
        assert_eq!(shown(None), ("auto", ""));
    }
}
