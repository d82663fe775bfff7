//! The content lines of a text (RFC 5545 3.1), folded ones put together.

use super::{Error, component::Property, parse::LINE_MAX};

/// A content line with its folds.
pub(super) struct Line<'t> {
    /// Where it begins, counted from 1.
    pub(super) number: usize,
    /// Its first piece, without line end.
    first: &'t [u8],
    /// Its other pieces as they came: each begins with a space or a tab and ends with a line end.
    rest: &'t [u8],
    /// The same two as text, if the whole text is UTF-8: then nobody has to look at each.
    valid: Option<(&'t str, &'t str)>,
}

/// Calls `each` with every content line.
///
/// # Errors
/// Those of `each`, and a line that is too long.
pub(super) fn for_each_line<'t>(
    bytes: &'t [u8],
    mut each: impl FnMut(&Line<'t>) -> Result<(), Error>,
) -> Result<(), Error> {
    let valid = std::str::from_utf8(bytes).ok();
    let (mut at, mut number) = (0, 0);
    while at < bytes.len() {
        number += 1;
        let begun = number;
        let end = end_of_line(bytes, at);
        let first = trimmed(&bytes[at..end]);
        let rest = bytes.len().min(end + 1);
        let mut next = rest;
        let mut length = first.len();
        while !first.is_empty() && matches!(bytes.get(next), Some(b' ' | b'\t')) {
            let end = end_of_line(bytes, next);
            length += end - next - 1;
            number += 1;
            next = bytes.len().min(end + 1);
        }
        if length > LINE_MAX {
            return Err(Error::LineTooLong {
                line: begun,
                max: LINE_MAX,
            });
        }
        let pieces = |text: &'t str| Some((text.get(at..at + first.len())?, text.get(rest..next)?));
        each(&Line {
            number: begun,
            first,
            rest: &bytes[rest..next],
            valid: valid.and_then(pieces),
        })?;
        at = next;
    }
    Ok(())
}

fn end_of_line(bytes: &[u8], from: usize) -> usize {
    memchr::memchr(b'\n', &bytes[from..]).map_or(bytes.len(), |length| from + length)
}

fn trimmed(mut line: &[u8]) -> &[u8] {
    while let [shorter @ .., b'\r'] = line {
        line = shorter;
    }
    line
}

impl<'t> Line<'t> {
    /// The line as it stands in the text, if it is not folded and is UTF-8.
    pub(super) fn text(&self) -> Option<&'t str> {
        (self.rest.is_empty()).then(|| self.first())?
    }

    fn first(&self) -> Option<&'t str> {
        match self.valid {
            Some((first, _)) => Some(first),
            None => std::str::from_utf8(self.first).ok(),
        }
    }

    /// A folded line as a property, if its name and parameters are in its first piece, and all is as it should be.
    pub(super) fn folded_property(&self) -> Option<Property<'t>> {
        let (mut property, false) = Property::from_line(self.first()?)? else {
            return None;
        };
        let mut value = String::with_capacity(property.value.len() + self.rest.len());
        value.push_str(&property.value);
        if let Some((_, mut left)) = self.valid {
            while let Some((piece, others)) = piece_of(left.as_bytes()) {
                value.push_str(&left[1..=piece]);
                left = &left[left.len() - others..];
            }
        } else {
            for piece in self.pieces() {
                value.push_str(std::str::from_utf8(piece).ok()?);
            }
        }
        property.value = value.into();
        Some(property)
    }

    /// The whole line without its folds.
    pub(super) fn unfolded(&self) -> Vec<u8> {
        let mut line = self.first.to_vec();
        self.pieces()
            .for_each(|piece| line.extend_from_slice(piece));
        line
    }

    fn pieces(&self) -> impl Iterator<Item = &'t [u8]> {
        let mut left = self.rest;
        std::iter::from_fn(move || {
            let (length, others) = piece_of(left)?;
            let piece = &left[1..=length];
            left = &left[left.len() - others..];
            Some(piece)
        })
    }
}

/// The length of the first of some pieces without the space before it and its line end, and that of the others.
fn piece_of(pieces: &[u8]) -> Option<(usize, usize)> {
    let (_, piece) = pieces.split_first()?;
    let end = end_of_line(piece, 0);
    let others = piece.len().saturating_sub(end + 1);
    Some((trimmed(&piece[..end]).len(), others))
}
