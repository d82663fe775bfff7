//! The onsets of a zone with its own rules as sorted arrays: which offset counts from when on.

use jiff::tz::Offset;

use super::table::END;

/// The first year for which the arrays speak; what comes before is asked of the rules.
const FIRST: i64 = -62_135_596_800;

/// No offset is that large: civil seconds and instants are not farther apart.
const SLACK: i64 = 2 * 86_400;

/// Onsets of one observance that are listed. Yearly ones from 1601 on are 500.
const ONSETS_MAX: usize = 2_048;

/// Onsets of all of them; a zone with more is asked itself.
const ALL_MAX: usize = 65_536;

/// One time at which an observance sets in.
#[derive(Clone, Copy, Debug)]
struct Onset {
    /// In civil seconds of the offset that it ends.
    local: i64,
    instant: i64,
    /// Which observance it is of: of two at the same instant the later one counts.
    observance: usize,
    from: Offset,
    to: Offset,
}

/// Gathers the onsets of all observances.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    onsets: Vec<Onset>,
    end: Option<i64>,
}

impl Gathered {
    /// Adds an observance: its onsets in any order, ascending as far as they are more than can be listed.
    pub(super) fn add(
        &mut self,
        observance: usize,
        (from, to): (Offset, Offset),
        onsets: impl Iterator<Item = i64>,
    ) {
        for (number, local) in onsets.enumerate() {
            if self.onsets.len() == ALL_MAX {
                self.end = Some(FIRST);
                return;
            }
            if number == ONSETS_MAX {
                self.end = Some(self.end.map_or(local, |end| end.min(local)));
                return;
            }
            self.onsets.push(Onset {
                local,
                instant: local - i64::from(from.seconds()),
                observance,
                from,
                to,
            });
        }
    }
}

/// What counts when, from the first onset on as before it.
#[derive(Debug)]
pub(super) struct Pieces {
    /// Ascending civil seconds at which another piece begins.
    bounds: Vec<i64>,
    /// The offset before the first bound, and from each on; and whether the wall clock jumps over the piece.
    locals: Vec<(Offset, bool)>,
    /// Ascending instants at which another offset sets in.
    changes: Vec<i64>,
    /// The offset before the first change, and from each on.
    offsets: Vec<Offset>,
    /// Second from which on the rules are asked.
    end: i64,
}

impl Pieces {
    /// `before` is the offset before all onsets.
    pub(super) fn new(before: Offset, gathered: Gathered) -> Self {
        let mut pieces = Self {
            bounds: Vec::new(),
            locals: vec![(before, false)],
            changes: Vec::new(),
            offsets: vec![before],
            end: gathered.end.unwrap_or(END).min(END) - SLACK,
        };
        let mut onsets = gathered.onsets;
        onsets.sort_by_key(|onset| (onset.instant, onset.observance));
        for onset in &onsets {
            pieces.changes.push(onset.instant);
            pieces.offsets.push(onset.to);
        }
        // By the wall clock the latest onset counts that is not ahead; which is the latest, their instants say.
        onsets.sort_by_key(|onset| (onset.local, onset.instant, onset.observance));
        let mut latest: Option<Onset> = None;
        for (index, onset) in onsets.iter().enumerate() {
            let key = |onset: &Onset| (onset.instant, onset.observance);
            if latest.is_none_or(|latest| key(&latest) <= key(onset)) {
                latest = Some(*onset);
            }
            let next = onsets.get(index + 1).map_or(i64::MAX, |next| next.local);
            if let Some(latest) = latest.filter(|_| onset.local < next) {
                pieces.add(onset.local, next, latest);
            }
        }
        pieces
    }

    /// `latest` counts between two civil seconds.
    fn add(&mut self, from: i64, next: i64, latest: Onset) {
        let jump = i64::from(latest.to.seconds()) - i64::from(latest.from.seconds());
        let landed = (latest.local + jump.max(0)).clamp(from, next);
        for (begin, end, piece) in [
            (from, landed, (latest.from, true)),
            (landed, next, (latest.to, false)),
        ] {
            if begin < end {
                self.bounds.push(begin);
                self.locals.push(piece);
            }
        }
    }

    /// The offset that turns a civil second into an instant, and whether it is in a gap. `None`: ask the rules.
    pub(super) fn look_up(&self, second: i64) -> Option<(Offset, bool)> {
        (FIRST..self.end)
            .contains(&second)
            .then(|| self.locals[self.bounds.partition_point(|bound| *bound <= second)])
    }

    /// The offset at an instant. `None`: ask the rules.
    pub(super) fn offset_at(&self, instant: i64) -> Option<Offset> {
        (FIRST..self.end)
            .contains(&instant)
            .then(|| self.offsets[self.changes.partition_point(|change| *change <= instant)])
    }

    /// Where anything changes, as civil seconds and as instants.
    #[cfg(test)]
    pub(super) fn edges(&self) -> impl Iterator<Item = i64> {
        self.bounds.iter().chain(&self.changes).copied()
    }
}
