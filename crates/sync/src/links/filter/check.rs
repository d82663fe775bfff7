//! Filters that cannot be meant.

use calendar::Participation;

use super::{Filter, Words};

/// Most words in one list.
const WORDS_MAX: usize = 50;
/// Longest word, in characters.
const WORD_CHARS_MAX: usize = 200;
/// Farthest horizon: a hundred years.
const HORIZON_DAYS_MAX: u32 = 36_525;

/// Why a filter cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct BadFilter {
    /// The part of the filter, by its name in the API.
    pub field: &'static str,
    /// What is wrong and what to do.
    pub reason: String,
}

impl Filter {
    /// Whether it can be taken.
    ///
    /// # Errors
    /// [`BadFilter`] names the first part that cannot.
    pub fn check(&self) -> Result<(), BadFilter> {
        if self.hours.as_ref().is_some_and(|h| h.days.is_empty()) {
            return Err(bad("hours.days", "name one day at least"));
        }
        if self.answers.contains(&Participation::Delegated) {
            let known = "any of accepted, tentative, needs-action, declined";
            return Err(bad("answers", known));
        }
        words("categories.anyOf", "categories.noneOf", &self.categories)?;
        words("text.anyOf", "text.noneOf", &self.text)?;
        for (field, days) in [
            ("horizon.back", self.horizon.back),
            ("horizon.ahead", self.horizon.ahead),
        ] {
            if days.is_some_and(|days| days > HORIZON_DAYS_MAX) {
                let most = format!("at most {HORIZON_DAYS_MAX} days; leave it out for no limit");
                return Err(bad(field, most));
            }
        }
        Ok(())
    }
}

fn words(any_of: &'static str, none_of: &'static str, words: &Words) -> Result<(), BadFilter> {
    for (field, list) in [(any_of, &words.any_of), (none_of, &words.none_of)] {
        if list.len() > WORDS_MAX {
            return Err(bad(field, format!("at most {WORDS_MAX}")));
        }
        if list.iter().any(|word| word.trim().is_empty()) {
            return Err(bad(field, "an empty word says nothing: leave it out"));
        }
        if list
            .iter()
            .any(|word| word.chars().count() > WORD_CHARS_MAX)
        {
            return Err(bad(field, format!("at most {WORD_CHARS_MAX} characters")));
        }
    }
    Ok(())
}

fn bad(field: &'static str, reason: impl Into<String>) -> BadFilter {
    BadFilter {
        field,
        reason: reason.into(),
    }
}
