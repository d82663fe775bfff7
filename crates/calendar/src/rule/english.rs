//! Rules in English.

use jiff::civil::{Date, DateTime, Time, Weekday};

use super::{Frequency, NthWeekday, Skip, phrase::Phrase, words::Words};

/// English, with days before months and 24 hours a day.
///
/// ```
/// use kalends_calendar::{English, Rule, When};
/// let rule: Rule = "FREQ=YEARLY".parse()?;
/// let birthday = When::all_day("1815-12-10".parse()?, 1);
/// assert_eq!(rule.describe(&birthday, &English), "every year on the 10th of December");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct English;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

impl Words for English {
    fn sentence(&self, phrases: &[Phrase]) -> String {
        let mut told = Sentence::of(phrases);
        for phrase in phrases {
            told.tail(phrase);
        }
        told.text
    }
}

/// A sentence in the making.
struct Sentence {
    text: String,
    interval: u32,
    unit: Frequency,
    /// "of January and June", "of each month": what days of a month belong to.
    of_month: String,
    /// Whether the months were said with the days.
    months_said: bool,
}

impl Sentence {
    /// The beginning: how often, and on which days.
    fn of(phrases: &[Phrase]) -> Self {
        let (mut interval, mut unit) = (1, Frequency::Daily);
        let mut of_month = "of each month".to_owned();
        for phrase in phrases {
            match phrase {
                Phrase::Every {
                    interval: n,
                    unit: u,
                } => (interval, unit) = (*n, *u),
                Phrase::Months(months) => of_month = format!("of {}", month_list(months)),
                _ => {}
            }
        }
        let mut sentence = Self {
            text: String::new(),
            interval,
            unit,
            of_month,
            months_said: false,
        };
        let days: Vec<&Phrase> = phrases.iter().filter(|phrase| is_day(phrase)).collect();
        sentence.begin(&days);
        sentence
    }

    fn begin(&mut self, days: &[&Phrase]) {
        let (first, mut rest) = match days.split_first() {
            Some((first, rest)) => (Some(*first), rest),
            None => (None, days),
        };
        let every = every(self.interval, self.unit);
        self.text = match (first, self.unit, self.interval) {
            // The weekdays of weeks and days need no mention of these.
            (Some(Phrase::Weekdays { days: weekdays, .. }), Frequency::Weekly, 1 | 2)
            | (Some(Phrase::Weekdays { days: weekdays, .. }), Frequency::Daily, 1) => {
                let second = if self.interval == 2 { "second " } else { "" };
                let names = weekdays.iter().map(|day| weekday(day.day).to_owned());
                format!("every {second}{}", list(names, "and"))
            }
            (Some(day), Frequency::Monthly, 1) if !has_every(day) => {
                format!("on {}", self.days(day, "and"))
            }
            (Some(day), Frequency::Daily, 1) => format!("on {}", self.days(day, "and")),
            // Every third day is one thing, and that it is a Monday another.
            (Some(_), Frequency::Daily, _) | (None, _, _) => {
                rest = days;
                every
            }
            (Some(day), _, _) => format!("{every} on {}", self.days(day, "and")),
        };
        for day in rest {
            let days = self.days(day, "or");
            let is = if matches!(day, Phrase::Weeks(_)) {
                "in"
            } else {
                ""
            };
            let words = ["if that is", is, &days]
                .into_iter()
                .filter(|word| !word.is_empty());
            let words: Vec<&str> = words.collect();
            self.text = format!("{} {}", self.text, words.join(" "));
        }
    }

    /// Days or weeks: "the 1st and the last day of each month".
    fn days(&mut self, phrase: &Phrase, word: &str) -> String {
        match phrase {
            Phrase::MonthDays(days) => {
                self.months_said = true;
                let days = days.iter().map(|n| match n {
                    1.. => format!("the {}", ordinal(n.unsigned_abs().into())),
                    _ => format!("the {} day", from_end((*n).into())),
                });
                format!("{} {}", list(days, word), self.of_month)
            }
            Phrase::YearDays(days) => {
                let days = days
                    .iter()
                    .map(|n| format!("the {} day", place((*n).into())));
                format!("{} of the year", list(days, word))
            }
            Phrase::Weekdays { days, of } => self.weekdays(days, *of, word),
            Phrase::Weeks(weeks) => {
                let weeks = weeks.iter().map(|n| match n {
                    1.. => format!("week {n}"),
                    _ => format!("the {} week", from_end((*n).into())),
                });
                format!("{} of the year", list(weeks, word))
            }
            _ => String::new(),
        }
    }

    fn weekdays(&mut self, days: &[NthWeekday], of: Frequency, word: &str) -> String {
        let article = if word == "or" { "a" } else { "every" };
        let mut names = Vec::new();
        for day in days.iter().filter(|day| day.nth.is_none()) {
            names.push(format!("{article} {}", weekday(day.day)));
        }
        let numbered: Vec<String> = days
            .iter()
            .filter_map(|day| {
                Some(format!(
                    "the {} {}",
                    place(day.nth?.into()),
                    weekday(day.day)
                ))
            })
            .collect();
        if numbered.is_empty() {
            return list(names, word);
        }
        let of = if of == Frequency::Yearly {
            "of the year".to_owned()
        } else {
            // The months are a filter for the other weekdays, too, and said once more.
            self.months_said |= names.is_empty();
            self.of_month.clone()
        };
        names.push(format!("{} {of}", list(numbered, word)));
        // The last of the names is a list itself.
        list(names, word)
    }

    /// What comes after the days.
    fn tail(&mut self, phrase: &Phrase) {
        let said = match phrase {
            Phrase::Months(months) if !self.months_said => format!(" in {}", month_list(months)),
            Phrase::Times(times) => format!(" at {}", list(times.iter().copied().map(time), "and")),
            Phrase::Hours(hours) => self.numbers("hour", hours, Frequency::Hourly),
            Phrase::Minutes(minutes) => self.numbers("minute", minutes, Frequency::Minutely),
            Phrase::Seconds(seconds) => self.numbers("second", seconds, Frequency::Secondly),
            Phrase::Midnights => ", where that is midnight".to_owned(),
            Phrase::Positions { positions, unit } => {
                let places = positions
                    .iter()
                    .map(|n| format!("the {}", place((*n).into())));
                let such = if self.interval > 1 { "such " } else { "" };
                format!(
                    ", of these only {} in each {such}{}",
                    list(places, "and"),
                    name(*unit)
                )
            }
            Phrase::WeekStart(day) => format!(", weeks beginning on {}", weekday(*day)),
            Phrase::Scale(scale) => format!(", in the calendar {scale}"),
            Phrase::Skip(Skip::Backward) => ", or before where that does not exist".to_owned(),
            Phrase::Skip(Skip::Forward) => ", or after where that does not exist".to_owned(),
            Phrase::Count(1) => ", once".to_owned(),
            Phrase::Count(count) => format!(", {count} times"),
            Phrase::UntilDay(day) => format!(" until {}", date(*day)),
            Phrase::UntilTime(local) => format!(" until {}", date_time(*local)),
            _ => String::new(),
        };
        self.text.push_str(&said);
    }

    /// Numbers that filter the periods, or say what is in them.
    fn numbers(&self, what: &str, numbers: &[u8], filter_from: Frequency) -> String {
        let word = if self.unit <= filter_from {
            "during"
        } else {
            "at"
        };
        let plural = if numbers.len() == 1 { "" } else { "s" };
        format!(
            ", {word} {what}{plural} {}",
            list(numbers.iter().map(u8::to_string), "and")
        )
    }
}

fn is_day(phrase: &Phrase) -> bool {
    matches!(
        phrase,
        Phrase::MonthDays(_) | Phrase::YearDays(_) | Phrase::Weekdays { .. } | Phrase::Weeks(_)
    )
}

/// Whether weekdays without a number are among the days.
fn has_every(phrase: &Phrase) -> bool {
    match phrase {
        Phrase::Weekdays { days, .. } => days.iter().any(|day| day.nth.is_none()),
        Phrase::MonthDays(_) => false,
        _ => true,
    }
}

/// "every day", "every second week", "every 3 months".
fn every(interval: u32, unit: Frequency) -> String {
    match interval {
        0 | 1 => format!("every {}", name(unit)),
        2 => format!("every second {}", name(unit)),
        n => format!("every {n} {}s", name(unit)),
    }
}

fn name(unit: Frequency) -> &'static str {
    match unit {
        Frequency::Secondly => "second",
        Frequency::Minutely => "minute",
        Frequency::Hourly => "hour",
        Frequency::Daily => "day",
        Frequency::Weekly => "week",
        Frequency::Monthly => "month",
        Frequency::Yearly => "year",
    }
}

fn weekday(day: Weekday) -> &'static str {
    WEEKDAYS[usize::from(day.to_monday_zero_offset().unsigned_abs())]
}

fn month_list(months: &[(u8, bool)]) -> String {
    let name = |(month, leap): &(u8, bool)| match MONTHS.get(usize::from(*month).wrapping_sub(1)) {
        Some(name) if !leap => (*name).to_owned(),
        _ if *leap => format!("leap month {month}"),
        _ => format!("month {month}"),
    };
    list(months.iter().map(name), "and")
}

/// "2nd", "last", "2nd to last".
fn place(n: i32) -> String {
    if n < 0 {
        from_end(n)
    } else {
        ordinal(n.unsigned_abs())
    }
}

/// For −1 "last", for −2 "2nd to last".
fn from_end(n: i32) -> String {
    match n.unsigned_abs() {
        1 => "last".to_owned(),
        n => format!("{} to last", ordinal(n)),
    }
}

fn ordinal(n: u32) -> String {
    let end = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{end}")
}

/// "a", "a and b", "a, b and c".
fn list(items: impl IntoIterator<Item = String>, word: &str) -> String {
    let mut items: Vec<String> = items.into_iter().collect();
    let Some(last) = items.pop() else {
        return String::new();
    };
    if items.is_empty() {
        return last;
    }
    format!("{} {word} {last}", items.join(", "))
}

fn time(time: Time) -> String {
    let format = if time.second() == 0 {
        "%H:%M"
    } else {
        "%H:%M:%S"
    };
    time.strftime(format).to_string()
}

fn date(date: Date) -> String {
    let month = MONTHS[usize::from(date.month().unsigned_abs()) - 1];
    format!("{} {month} {}", date.day(), date.year())
}

fn date_time(local: DateTime) -> String {
    format!("{} at {}", date(local.date()), time(local.time()))
}
