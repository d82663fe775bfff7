//! The content lines of a text (RFC 5545 3.1), folded ones put together.

use std::ops::Range;

use super::{
    Error,
    component::{Property, split},
    parse::LINE_MAX,
};

/// A content line with its folds.
pub(super) struct Line<'t> {
    /// Where it begins, counted from 1.
    pub(super) number: usize,
    /// The whole text.
    bytes: &'t [u8],
    /// The same, if it is UTF-8: then nobody has to look at each line.
    valid: Option<&'t str>,
    /// Its first piece, without line end.
    first: Range<usize>,
    /// Its other pieces as they came: each begins with a space or a tab and ends with a line end.
    rest: Range<usize>,
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
        each(&Line {
            number: begun,
            bytes,
            valid,
            first: at..at + first.len(),
            rest: rest..next,
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
    /// Where it begins and ends in the text, with its folds and its line end.
    #[inline]
    pub(super) fn place(&self) -> (usize, usize) {
        (self.first.start, self.rest.end)
    }

    /// The line as it stands in the text, if it is not folded and is UTF-8.
    #[inline]
    pub(super) fn text(&self) -> Option<&'t str> {
        (self.rest.is_empty()).then(|| self.first())?
    }

    #[inline]
    fn first(&self) -> Option<&'t str> {
        match self.valid {
            Some(text) => text.get(self.first.clone()),
            None => std::str::from_utf8(&self.bytes[self.first.clone()]).ok(),
        }
    }

    /// A folded line as a property, if its name and parameters are in its first piece, and all is as it should be.
    pub(super) fn folded_property(&self) -> Option<Property<'t>> {
        let (name, parameters, first) = split(self.first()?)?;
        let mut value = String::with_capacity(first.len() + self.rest.len());
        value.push_str(first);
        if let Some(mut left) = self.valid.and_then(|text| text.get(self.rest.clone())) {
            while let Some((piece, others)) = piece_of(left.as_bytes()) {
                value.push_str(&left[1..=piece]);
                left = &left[left.len() - others..];
            }
        } else {
            for piece in self.pieces() {
                value.push_str(std::str::from_utf8(piece).ok()?);
            }
        }
        let mut property = Property::new(name, value);
        property.parameters = parameters.into();
        Some(property)
    }

    /// The whole line without its folds.
    pub(super) fn unfolded(&self) -> Vec<u8> {
        let mut line = self.bytes[self.first.clone()].to_vec();
        self.pieces()
            .for_each(|piece| line.extend_from_slice(piece));
        line
    }

    fn pieces(&self) -> impl Iterator<Item = &'t [u8]> {
        let mut left = &self.bytes[self.rest.clone()];
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
