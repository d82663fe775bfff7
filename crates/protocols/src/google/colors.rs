//! Google's eleven event colours (the `event` section of `colors.get`) and the model's CSS colours.

use calendar::Loss;

/// The eleven event colours: id, and background as red, green, blue.
pub const EVENT_COLORS: [(&str, [u8; 3]); 11] = [
    ("1", [0xa4, 0xbd, 0xfc]),
    ("2", [0x7a, 0xe7, 0xbf]),
    ("3", [0xdb, 0xad, 0xff]),
    ("4", [0xff, 0x88, 0x7c]),
    ("5", [0xfb, 0xd7, 0x5b]),
    ("6", [0xff, 0xb8, 0x78]),
    ("7", [0x46, 0xd6, 0xdb]),
    ("8", [0xe1, 0xe1, 0xe1]),
    ("9", [0x54, 0x84, 0xed]),
    ("10", [0x51, 0xb7, 0x49]),
    ("11", [0xdc, 0x21, 0x27]),
];

/// The basic CSS colour names (CSS Color 4, section 6.1), and orange.
const NAMED: [(&str, [u8; 3]); 19] = [
    ("aqua", [0, 255, 255]),
    ("black", [0, 0, 0]),
    ("blue", [0, 0, 255]),
    ("cyan", [0, 255, 255]),
    ("fuchsia", [255, 0, 255]),
    ("gray", [128, 128, 128]),
    ("green", [0, 128, 0]),
    ("lime", [0, 255, 0]),
    ("magenta", [255, 0, 255]),
    ("maroon", [128, 0, 0]),
    ("navy", [0, 0, 128]),
    ("olive", [128, 128, 0]),
    ("orange", [255, 165, 0]),
    ("purple", [128, 0, 128]),
    ("red", [255, 0, 0]),
    ("silver", [192, 192, 192]),
    ("teal", [0, 128, 128]),
    ("white", [255, 255, 255]),
    ("yellow", [255, 255, 0]),
];

/// The `#rrggbb` of a colour id; `None` for an id that is not one of the eleven.
pub(super) fn read(id: &str) -> Option<String> {
    let (_, [r, g, b]) = EVENT_COLORS.iter().find(|(known, _)| *known == id)?;
    Some(format!("#{r:02x}{g:02x}{b:02x}"))
}

/// The id of the same or the nearest colour.
pub(super) fn write(color: &str, losses: &mut Vec<Loss>) -> Option<String> {
    let Some(wanted) = rgb(color) else {
        let reason = "Google has eleven colours, and this name is not known";
        losses.push(Loss::new("color", reason, "the calendar's colour"));
        return None;
    };
    let distance = |other: [u8; 3]| -> u32 {
        let square = |(a, b): (u8, u8)| u32::from(a.abs_diff(b)).pow(2);
        wanted.into_iter().zip(other).map(square).sum()
    };
    let (id, nearest) = EVENT_COLORS.iter().min_by_key(|(_, rgb)| distance(*rgb))?;
    // Another spelling of the same colour comes back in ours.
    if read(id).as_deref() != Some(color) {
        let what = if *nearest == wanted {
            "spelling"
        } else {
            "colour"
        };
        losses.push(Loss::new(
            "color",
            "Google has eleven colours",
            format!("the nearest {what}, {id}"),
        ));
    }
    Some((*id).to_owned())
}

fn rgb(color: &str) -> Option<[u8; 3]> {
    let Some(hex) = color.strip_prefix('#') else {
        let named = NAMED
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(color));
        return named.map(|(_, rgb)| *rgb);
    };
    let number = u32::from_str_radix(hex, 16)
        .ok()
        .filter(|_| hex.len() == 6)?;
    let [_, r, g, b] = number.to_be_bytes();
    Some([r, g, b])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleven_come_back_and_others_become_the_nearest() {
        let mut losses = Vec::new();
        for (id, _) in EVENT_COLORS {
            let color = read(id).unwrap_or_default();
            assert_eq!(write(&color, &mut losses).as_deref(), Some(id));
        }
        assert!(losses.is_empty());
        assert_eq!(write("red", &mut losses).as_deref(), Some("11"));
        assert_eq!(write("#5484EC", &mut losses).as_deref(), Some("9"));
        assert_eq!(write("mauve-ish", &mut losses), None);
        assert_eq!(losses.len(), 3);
    }
}
