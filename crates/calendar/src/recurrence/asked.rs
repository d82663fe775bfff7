//! What a compiled rule can be asked: its instances in both directions, and what is known without walking through them.

use jiff::civil::DateTime;

use super::{
    backwards::{Backwards, SecondsBack},
    civil,
    compiled::Compiled,
    instances::Instances,
};

impl Compiled {
    /// All instances in order.
    ///
    /// ```
    /// use kalends_calendar::{Compiled, Frequency, Rule, When};
    /// let daily = Compiled::new(&Rule::every(Frequency::Daily), &When::all_day("2026-12-01".parse()?, 1));
    /// assert_eq!(daily.iter().nth(2), Some("2026-12-03T00:00".parse()?));
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn iter(&self) -> Instances<'_> {
        Instances::new(self.seconds(self.start, i64::MAX))
    }

    /// The instances at or after a civil time. What lies before is not walked through.
    ///
    /// ```
    /// use kalends_calendar::{Compiled, Frequency, Rule, When};
    /// let yearly = Compiled::new(&Rule::every(Frequency::Yearly), &When::all_day("1990-05-04".parse()?, 1));
    /// let next = yearly.occurrences_from("2026-11-28T00:00".parse()?).next();
    /// assert_eq!(next, Some("2027-05-04T00:00".parse()?));
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn occurrences_from(&self, from: DateTime) -> Instances<'_> {
        Instances::new(self.seconds(civil::seconds_of(from), i64::MAX))
    }

    /// The instances from a civil time up to, not including, another one.
    ///
    /// ```
    /// use kalends_calendar::{Compiled, Frequency, Rule, When};
    /// let daily = Compiled::new(&Rule::every(Frequency::Daily), &When::all_day("2026-12-01".parse()?, 1));
    /// let week = daily.between("2027-01-04T00:00".parse()?, "2027-01-11T00:00".parse()?);
    /// assert_eq!(week.count(), 7);
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn between(&self, from: DateTime, to: DateTime) -> Instances<'_> {
        Instances::new(self.seconds(civil::seconds_of(from), civil::seconds_of(to) - 1))
    }

    /// The same as seconds of the wall clock since 1970-01-01T00:00:00: the fastest way through very many.
    ///
    /// ```
    /// use kalends_calendar::{Compiled, Duration, Rule, When};
    /// let start = "2026-01-01T09:00".parse()?;
    /// let daily = Compiled::new(&"FREQ=DAILY".parse::<Rule>()?, &When::floating(start, Duration::hours(1)));
    /// let year = daily.seconds_between(start, "2027-01-01T00:00".parse()?);
    /// assert_eq!(year.count(), 365);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn seconds_between(&self, from: DateTime, to: DateTime) -> impl Iterator<Item = i64> {
        self.seconds(civil::seconds_of(from), civil::seconds_of(to) - 1)
    }

    /// The instances before a civil time, latest first. What lies between is not walked through.
    ///
    /// ```
    /// use kalends_calendar::{Compiled, Duration, Rule, When};
    /// let start = "2026-01-01T09:00".parse()?;
    /// let monthly = Compiled::new(&"FREQ=MONTHLY".parse::<Rule>()?, &When::floating(start, Duration::hours(1)));
    /// let last: Vec<String> = monthly.before("2999-01-01T00:00".parse()?).take(2).map(|at| at.to_string()).collect();
    /// assert_eq!(last, ["2998-12-01T09:00:00", "2998-11-01T09:00:00"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn before(&self, local: DateTime) -> Backwards<'_> {
        let end = civil::seconds_of(local);
        // A fraction of a second later than an instance is after it.
        let end = if local.subsec_nanosecond() > 0 {
            end
        } else {
            end - 1
        };
        Backwards::new(SecondsBack::new(self, i64::MIN, end))
    }

    /// Units of work that all questions so far took: years turned to in search of an instance, and days looked at
    /// because INTERVAL does not divide a day. A measure that is the same on every machine.
    ///
    /// ```
    /// use kalends_calendar::{Compiled, Frequency, Rule, When};
    /// let daily = Compiled::new(&Rule::every(Frequency::Daily), &When::all_day("2026-12-01".parse()?, 1));
    /// assert!(daily.contains("9000-01-01T00:00".parse()?) && daily.work() < 10);
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn work(&self) -> u64 {
        self.spent.work()
    }

    /// Whether some question so far was given up because it would have taken too much work. Then there may be
    /// instances that were not found. Only rules whose INTERVAL counts hours, minutes or seconds that do not divide a
    /// day can come to that, and rules in other calendars, where instances are counted or sought over centuries.
    ///
    /// ```
    /// use kalends_calendar::{Compiled, Duration, Rule, When};
    /// let start = When::floating("2026-01-01T09:00".parse()?, Duration::hours(1));
    /// let never = Compiled::new(&"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30".parse::<Rule>()?, &start);
    /// assert_eq!(never.iter().next(), None);
    /// assert!(!never.gave_up()); // There is none, and that is certain.
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn gave_up(&self) -> bool {
        self.spent.gave_up()
    }

    /// Whether a civil time is an instance.
    ///
    /// ```
    /// use kalends_calendar::{Compiled, Frequency, Rule, When};
    /// let weekly = Compiled::new(&Rule::every(Frequency::Weekly), &When::all_day("2026-12-01".parse()?, 1));
    /// assert!(weekly.contains("2026-12-08T00:00".parse()?) && !weekly.contains("2026-12-09T00:00".parse()?));
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn contains(&self, local: DateTime) -> bool {
        self.has(civil::seconds_of(local))
    }

    /// How many instances come before a civil time. UNTIL as an instant is not looked at.
    /// `u64::MAX`: counting them would be too much work.
    ///
    /// ```
    /// use kalends_calendar::{Compiled, Frequency, Rule, When};
    /// let daily = Compiled::new(&Rule::every(Frequency::Daily), &When::all_day("2026-01-01".parse()?, 1));
    /// assert_eq!(daily.count_before("2027-01-01T00:00".parse()?), 365);
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn count_before(&self, local: DateTime) -> u64 {
        let second = civil::seconds_of(local).min(self.end.saturating_add(1));
        self.rank(second).min(self.count.unwrap_or(u64::MAX))
    }

    /// The last instance at or before a civil time.
    ///
    /// ```
    /// use kalends_calendar::{Compiled, Frequency, Rule, When};
    /// let yearly = Compiled::new(&Rule::every(Frequency::Yearly), &When::all_day("1990-05-04".parse()?, 1));
    /// assert_eq!(yearly.latest("2026-11-28T00:00".parse()?), Some("2026-05-04T00:00".parse()?));
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn latest(&self, local: DateTime) -> Option<DateTime> {
        self.previous(civil::seconds_of(local)).map(civil::to_local)
    }

    /// Whether it goes on for ever: it has instances, and neither COUNT nor UNTIL.
    ///
    /// ```
    /// use kalends_calendar::{Compiled, Rule, When};
    /// let start = When::all_day("2026-12-01".parse()?, 1);
    /// assert!(Compiled::new(&"FREQ=DAILY".parse::<Rule>()?, &start).is_endless());
    /// assert!(!Compiled::new(&"FREQ=DAILY;COUNT=9".parse::<Rule>()?, &start).is_endless());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_endless(&self) -> bool {
        self.count.is_none() && self.end == i64::MAX && self.iter().next().is_some()
    }

    /// The last instance. `None` if there is none, or no last one.
    ///
    /// ```
    /// use kalends_calendar::{Compiled, Rule, When};
    /// let start = When::all_day("2026-12-01".parse()?, 1);
    /// let nine = Compiled::new(&"FREQ=DAILY;COUNT=9".parse::<Rule>()?, &start);
    /// assert_eq!(nine.last(), Some("2026-12-09T00:00".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn last(&self) -> Option<DateTime> {
        if self.count.is_none() && self.end == i64::MAX {
            return None;
        }
        self.previous(i64::MAX).map(civil::to_local)
    }
}

impl<'a> IntoIterator for &'a Compiled {
    type Item = DateTime;
    type IntoIter = Instances<'a>;

    fn into_iter(self) -> Instances<'a> {
        self.iter()
    }
}
