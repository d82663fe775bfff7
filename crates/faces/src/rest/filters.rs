//! The filter of a calendar in a link, as JSON.

use std::collections::BTreeSet;

use calendar::Participation;
use hub::filter::{AllDay, Day, Filter, Horizon, Hours, Words};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Problem;

const DAYS: [(&str, Day); 7] = [
    ("mo", Day::Mo),
    ("tu", Day::Tu),
    ("we", Day::We),
    ("th", Day::Th),
    ("fr", Day::Fr),
    ("sa", Day::Sa),
    ("su", Day::Su),
];
const ANSWERS: [(&str, Participation); 4] = [
    ("accepted", Participation::Accepted),
    ("tentative", Participation::Tentative),
    ("needs-action", Participation::NeedsAction),
    ("declined", Participation::Declined),
];
const ALL_DAY: [(&str, AllDay); 3] = [
    ("include", AllDay::Include),
    ("exclude", AllDay::Exclude),
    ("only", AllDay::Only),
];

/// Which events a calendar takes from a link, and which of its own it lets out; all that is said must hold. A series passes
/// as a whole if any of its occurrences would. What a person made in a calendar is never removed by a filter.
#[derive(Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = Filter)]
pub struct FilterForm {
    #[serde(skip_serializing_if = "Option::is_none")]
    hours: Option<HoursForm>,
    /// `include` (unless something else is said), `exclude` or `only`: what becomes of whole days.
    #[serde(skip_serializing_if = "Option::is_none")]
    all_day: Option<String>,
    /// Categories, letter case aside.
    #[serde(default, skip_serializing_if = "WordsForm::is_empty")]
    categories: WordsForm,
    /// How the owner of the calendar in which the event was made has answered: any of accepted, tentative, needs-action,
    /// declined. What they were not invited to counts as accepted. Empty: any answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    answers: Vec<String>,
    /// Only what takes up time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    busy_only: bool,
    /// Words in the title, the places or the text, letter case aside.
    #[serde(default, skip_serializing_if = "WordsForm::is_empty")]
    text: WordsForm,
    #[serde(skip_serializing_if = "Option::is_none")]
    horizon: Option<HorizonForm>,
    /// Nothing to which this calendar's owner is invited themselves.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    skip_if_invited: bool,
}

/// Hours of the week in the calendar's zone; what touches them passes, and whole days by the day of the week.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FilterHours)]
pub struct HoursForm {
    /// Such as `09:00`.
    from: String,
    /// Such as `17:00`; not later than `from`: on the next day.
    to: String,
    /// Any of mo, tu, we, th, fr, sa, su.
    days: Vec<String>,
}

/// Words of which one must be there (if any are named), and words that must not.
#[derive(Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = FilterWords)]
pub struct WordsForm {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    any_of: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    none_of: Vec<String>,
}

/// Days around today, looked at anew every day; unlimited where nothing is said.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FilterHorizon)]
pub struct HorizonForm {
    /// How many days back.
    #[serde(skip_serializing_if = "Option::is_none")]
    back: Option<u32>,
    /// How many days ahead; 0 is today.
    #[serde(skip_serializing_if = "Option::is_none")]
    ahead: Option<u32>,
}

impl FilterForm {
    /// Whether it says nothing.
    pub(super) fn is_open(&self) -> bool {
        self.hours.is_none()
            && self.all_day.is_none()
            && self.categories.is_empty()
            && self.answers.is_empty()
            && !self.busy_only
            && self.text.is_empty()
            && self.horizon.is_none()
            && !self.skip_if_invited
    }

    /// The filter of the member at `index`; the hub checks the rest.
    pub(super) fn read(self, index: usize) -> Result<Filter, Problem> {
        let bad = |field: &str, reason: String| {
            Problem::field(format!("members[{index}].filter.{field}"), reason)
        };
        let horizon = self.horizon.map(|form| Horizon {
            back: form.back,
            ahead: form.ahead,
        });
        let all_day = self
            .all_day
            .as_deref()
            .map(|word| of_word(&ALL_DAY, word).map_err(|known| bad("allDay", known)));
        Ok(Filter {
            hours: self.hours.map(|form| form.read(bad)).transpose()?,
            all_day: all_day.transpose()?.unwrap_or_default(),
            categories: self.categories.read(),
            answers: self
                .answers
                .iter()
                .map(|word| of_word(&ANSWERS, word).map_err(|known| bad("answers", known)))
                .collect::<Result<_, _>>()?,
            busy_only: self.busy_only,
            text: self.text.read(),
            horizon: horizon.unwrap_or_default(),
            skip_if_invited: self.skip_if_invited,
        })
    }

    pub(super) fn show(filter: &Filter) -> Self {
        let all_day = Some(filter.all_day).filter(|as_day| *as_day != AllDay::Include);
        let horizon = Some(filter.horizon).filter(|_| filter.moves());
        Self {
            hours: filter.hours.as_ref().map(HoursForm::show),
            all_day: all_day.map(|as_day| to_word(&ALL_DAY, &as_day)),
            categories: WordsForm::show(&filter.categories),
            answers: filter
                .answers
                .iter()
                .map(|a| to_word(&ANSWERS, a))
                .collect(),
            busy_only: filter.busy_only,
            text: WordsForm::show(&filter.text),
            horizon: horizon.map(|Horizon { back, ahead }| HorizonForm { back, ahead }),
            skip_if_invited: filter.skip_if_invited,
        }
    }
}

impl HoursForm {
    fn read(&self, bad: impl Fn(&str, String) -> Problem) -> Result<Hours, Problem> {
        let time = |field: &str, text: &str| {
            text.parse()
                .map_err(|_| bad(field, "a time of day, such as 09:00".to_owned()))
        };
        let day = |word: &String| of_word(&DAYS, word).map_err(|known| bad("hours.days", known));
        Ok(Hours {
            from: time("hours.from", &self.from)?,
            to: time("hours.to", &self.to)?,
            days: self
                .days
                .iter()
                .map(day)
                .collect::<Result<BTreeSet<_>, _>>()?,
        })
    }

    fn show(hours: &Hours) -> Self {
        Self {
            from: hours.from.strftime("%H:%M").to_string(),
            to: hours.to.strftime("%H:%M").to_string(),
            days: hours.days.iter().map(|day| to_word(&DAYS, day)).collect(),
        }
    }
}

impl WordsForm {
    fn is_empty(&self) -> bool {
        self.any_of.is_empty() && self.none_of.is_empty()
    }

    fn read(self) -> Words {
        Words {
            any_of: self.any_of,
            none_of: self.none_of,
        }
    }

    fn show(words: &Words) -> Self {
        Self {
            any_of: words.any_of.clone(),
            none_of: words.none_of.clone(),
        }
    }
}

/// What a word stands for, or the words that there are.
fn of_word<T: Copy>(all: &[(&str, T)], word: &str) -> Result<T, String> {
    let found = all.iter().find(|(known, _)| *known == word);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let known: Vec<&str> = all.iter().map(|(known, _)| *known).collect();
        format!("any of {}", known.join(", "))
    })
}

/// The word for a value; each has one.
fn to_word<T: PartialEq>(all: &[(&str, T)], value: &T) -> String {
    let found = all.iter().find(|(_, known)| known == value);
    found
        .map(|(word, _)| (*word).to_owned())
        .unwrap_or_default()
}
