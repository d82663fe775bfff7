//! Whether two rules say the same, as far as that can be proved.

use jiff::civil::DateTime;

use super::{
    civil::{self, LAST_YEAR, Year},
    compiled::{Compiled, place, second_of},
    page::Page,
    times::Times,
};
use crate::{Rule, Skip, When};

/// Instances of each rule that are compared one by one before anything is proved.
const WALKED_MAX: usize = 2_000;

/// Years compared at most where each is dear (BYSETPOS over days and times, and an INTERVAL).
const DEAR_YEARS_MAX: i32 = 1_000;

/// The years after which a rule without INTERVAL repeats itself.
const CYCLE_YEARS: i32 = 400;

/// What [`Rule::same_as`] found.
///
/// ```
/// use kalends_calendar::{Equality, Rule, When};
/// let (daily, weekly): (Rule, Rule) = ("FREQ=DAILY".parse()?, "FREQ=WEEKLY".parse()?);
/// let start = When::all_day("2026-12-01".parse()?, 1);
/// let second = "2026-12-02T00:00".parse()?;
/// assert_eq!(daily.same_as(&weekly, &start), Equality::Different(second));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Equality {
    /// They generate the same, for all time.
    Same,
    /// They do not: this is the first civil time that one of them generates and the other does not.
    Different(DateTime),
    /// Neither could be proved with little work.
    Unknown,
}

impl Rule {
    /// Whether an event that starts at `start` has the same occurrences with the one rule as with the other. Never wrong:
    /// what cannot be proved is [`Equality::Unknown`].
    ///
    /// ```
    /// use kalends_calendar::{Duration, Equality, Rule, When};
    /// let start = When::floating("2026-01-05T09:00".parse()?, Duration::hours(1));
    /// let rule = |text: &str| text.parse::<Rule>();
    /// let workdays = rule("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;COUNT=10")?;
    /// let weekly = rule("FREQ=WEEKLY;BYDAY=FR,TH,WE,TU,MO;UNTIL=20260116T090000")?;
    /// assert_eq!(workdays.same_as(&weekly, &start), Equality::Same);
    /// let saturdays_too = rule("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA")?;
    /// let saturday = "2026-01-10T09:00".parse()?;
    /// assert_eq!(workdays.same_as(&saturdays_too, &start), Equality::Different(saturday));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn same_as(&self, other: &Self, start: &When) -> Equality {
        if self == other {
            return Equality::Same;
        }
        let plain = |rule: &Self| {
            let scale = rule.rscale.as_deref();
            rule.skip == Skip::Omit
                && rule.by_leap_month.is_empty()
                && scale.is_none_or(|scale| scale.eq_ignore_ascii_case("GREGORIAN"))
        };
        if !plain(self) || !plain(other) {
            return Equality::Unknown;
        }
        let rules = [self, other].map(|rule| {
            let mut rule = Compiled::new(rule, start);
            rule.let_start_count();
            rule
        });
        let equality = compare(&rules[0], &rules[1]);
        if rules.iter().any(Compiled::gave_up) {
            return Equality::Unknown;
        }
        equality
    }
}

/// Two rules with the same start, which is an occurrence in any case.
fn compare(a: &Compiled, b: &Compiled) -> Equality {
    match walk(a, b, i64::MIN, i64::MAX, WALKED_MAX) {
        Walk::Differ(second) => return Equality::Different(civil::to_local(second)),
        Walk::Ended => return Equality::Same,
        Walk::More => {}
    }
    let ends = [a, b].map(end);
    let end = ends[0].min(ends[1]);
    match same_content(a, b, end) {
        Equality::Same => {}
        other => return other,
    }
    // Alike as far as both go.
    let longer = if ends[0] > ends[1] { a } else { b };
    match longer.seconds(end.saturating_add(1), i64::MAX).next() {
        Some(second) if ends[0] != ends[1] => Equality::Different(civil::to_local(second)),
        _ => Equality::Same,
    }
}

/// The last instance; the end of time for a rule that has none.
fn end(rule: &Compiled) -> i64 {
    if rule.count.is_none() && rule.end == i64::MAX {
        return i64::MAX;
    }
    rule.previous(i64::MAX).unwrap_or(rule.start)
}

enum Walk {
    Differ(i64),
    Ended,
    More,
}

/// Goes through both side by side from one civil second to another, both inclusive.
fn walk(a: &Compiled, b: &Compiled, from: i64, to: i64, most: usize) -> Walk {
    let [mut a, mut b] = [a, b].map(|rule| {
        let start = rule.start;
        rule.seconds(from, to)
            .filter(move |second| *second != start)
    });
    for _ in 0..most {
        match (a.next(), b.next()) {
            (None, None) => return Walk::Ended,
            (Some(a), Some(b)) if a == b => {}
            (Some(a), Some(b)) => return Walk::Differ(a.min(b)),
            (Some(one), None) | (None, Some(one)) => return Walk::Differ(one),
        }
    }
    Walk::More
}

/// Whether both generate the same up to a civil second, inclusive, COUNT left aside: year by year, and no further than
/// they repeat themselves.
fn same_content(a: &Compiled, b: &Compiled, end: i64) -> Equality {
    if !comparable(&a.times, &b.times) {
        return Equality::Unknown;
    }
    let rules = [a, b];
    let first = place(a.start).0.number;
    let mut last = place(end).0.number;
    let periodic = rules.iter().all(|rule| !rule.days.has_interval());
    if periodic {
        last = last.min(first + CYCLE_YEARS);
    }
    let dear = rules.iter().any(|rule| !rule.positions.is_empty());
    for number in first..=last.min(LAST_YEAR) {
        let year = Year::new(number);
        let [a_page, b_page] = rules.map(|rule| Page::new(rule, year));
        if !a_page.is_as(&b_page) {
            let (from, to) = (second_of(&year, 0, 0), second_of(&year.next(), 0, 0) - 1);
            match walk(a, b, from, to.min(end), usize::MAX) {
                Walk::Differ(second) => return Equality::Different(civil::to_local(second)),
                Walk::Ended | Walk::More => {}
            }
        }
        if dear && number - first > DEAR_YEARS_MAX {
            return Equality::Unknown;
        }
    }
    // Where UNTIL as an instant falls near a change of clocks, it is asked of each.
    let sure = a.sure_end().min(b.sure_end());
    match walk(a, b, sure.saturating_add(1), end, usize::MAX) {
        Walk::Differ(second) if sure < i64::MAX => Equality::Different(civil::to_local(second)),
        _ => Equality::Same,
    }
}

/// Whether years can be compared by their masks: the times are fixed, or drift alike.
fn comparable(a: &Times, b: &Times) -> bool {
    match (a, b) {
        (Times::Fixed(_), Times::Fixed(_)) => true,
        (Times::Drifting(a), Times::Drifting(b)) => a.is_as(b),
        _ => false,
    }
}
