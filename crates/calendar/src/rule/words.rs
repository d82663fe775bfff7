//! A rule in plain words.

use super::{Rule, phrase::Phrase};
use crate::When;

/// A language in which rules are described.
///
/// A language has to say every phrase that it is given; [`super::English`] shows how.
///
/// ```
/// use kalends_calendar::{Phrase, Rule, When, Words};
/// struct Terse;
/// impl Words for Terse {
///     fn sentence(&self, phrases: &[Phrase]) -> String {
///         format!("{} things to say", phrases.len())
///     }
/// }
/// let rule: Rule = "FREQ=DAILY;COUNT=3".parse()?;
/// assert_eq!(rule.describe(&When::all_day("2026-12-01".parse()?, 1), &Terse), "2 things to say");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Words {
    /// All phrases of one rule, in the order of [`Rule::phrases`], as a sentence without a full stop.
    fn sentence(&self, phrases: &[Phrase]) -> String;
}

impl Rule {
    /// The rule of an event that starts at `start`, in plain words. Every part is said; what the rule takes from its start,
    /// too, but for the time of day.
    ///
    /// ```
    /// use kalends_calendar::{Duration, English, Rule, When};
    /// let start = When::floating("2026-12-01T18:30".parse()?, Duration::hours(1));
    /// let rule: Rule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;UNTIL=20270630T235959".parse()?;
    /// assert_eq!(rule.describe(&start, &English), "every second Tuesday and Thursday until 30 June 2027");
    /// let rule: Rule = "FREQ=MONTHLY;BYDAY=-1FR;COUNT=10".parse()?;
    /// assert_eq!(rule.describe(&start, &English), "on the last Friday of each month, 10 times");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn describe(&self, start: &When, words: &impl Words) -> String {
        words.sentence(&self.phrases(start))
    }
}
