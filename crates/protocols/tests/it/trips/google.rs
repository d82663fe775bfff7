//! Through Google's JSON.

use calendar::{
    Event, FreeBusy, Loss, Override, Participation, Person, PersonKind, RecurrenceId, Reminder,
    Role, Status, Text, Trigger, Unknown, When, Zone,
};
use kalends_protocols::google::{self, Event as Wire, Exclusions};

use super::{
    expect::{Effect, Format, without_overrides},
    own::{known, lose_others},
};

/// Google, with a calendar in this zone.
pub struct Google {
    /// The calendar's zone.
    pub zone: Zone,
    /// How exclusions are written.
    pub exclusions: Exclusions,
}

impl Google {
    /// There and back. `None`: Google cannot have this series.
    pub fn trip(&self, event: &Event) -> Option<(Event, Vec<Loss>)> {
        google::has_its_rules(event, &self.zone).ok()?;
        let written = google::write(event, &self.zone, self.exclusions);
        let json = |wire: &Wire| serde_json::to_string(wire).unwrap();
        let wire = |text: String| serde_json::from_str::<Wire>(&text).unwrap();
        let master = wire(json(&written.value.master));
        let exceptions: Vec<_> = written
            .value
            .exceptions
            .values()
            .map(json)
            .map(wire)
            .collect();
        let read = google::read(&master, &exceptions, &self.zone).unwrap();
        assert_eq!(read.losses, [], "{}", json(&master));
        Some((read.value, written.losses))
    }
}

impl Format for Google {
    const NAME: &'static str = "Google";
    const RESPELLS: bool = false;
    const SAYS_TIMES: bool = true;

    fn lose(&self, loss: &Loss, e: &mut Event, _: Option<&Event>) -> Effect {
        match (loss.property.as_str(), loss.reason.as_str()) {
            ("locations", _) => lose_places(loss, e),
            ("priority", _) => return Effect::beside(e.priority > 0),
            ("keywords", _) if loss.fallback == "kept beside the event" => {
                return Effect::beside(!e.categories.is_empty());
            }
            ("keywords", _) => {
                let list = serde_json::to_string(&e.categories).unwrap();
                if list.chars().count() > 1024 {
                    e.categories.clear();
                }
            }
            ("other", _) => lose_others(e, google::DIALECT),
            ("start", _) => skip_gap(&mut e.when, &self.zone),
            ("timeZone", "Google has no floating times") => {
                let floating = matches!(e.when, When::Timed { zone: None, .. });
                return Effect::beside(floating);
            }
            ("timeZone", _) => match loss.fallback.strip_prefix("the same offsets, ") {
                Some(name) => known(&mut e.when, name),
                None => in_calendars_zone(&mut e.when, &self.zone),
            },
            ("description", _) => lose_form(loss, e),
            ("virtualLocations", _) => lose_conferences(e),
            ("status", _) => return Effect::beside(e.status == Status::Cancelled),
            ("freeBusyStatus", _) => {
                return Effect::beside(
                    !matches!(e.busy, FreeBusy::Busy | FreeBusy::Free)
                        || e.unknown.get("google").is_some(),
                );
            }
            ("participants", _) => lose_people(loss, e),
            ("alerts", _) => lose_alerts(loss, e),
            ("color", _) => lose_color(loss, e),
            ("recurrenceRules" | "recurrenceOverrides", _) => return Effect::None,
            _ => return Effect::Unheard,
        }
        Effect::Changed
    }

    fn lose_in_series(&self, loss: &Loss, series: &mut Event) -> bool {
        match (loss.property.as_str(), loss.fallback.as_str()) {
            ("recurrenceRules", "its first dates, one by one") => {
                let finer = loss.reason.contains("finer");
                dates_for_rules(series, finer)
            }
            ("recurrenceOverrides", fallback) => {
                let first = series.overrides.get(&series.when.recurrence_id());
                let said = match first {
                    Some(Override::Excluded) => fallback == "shown",
                    Some(Override::Patch(_)) => fallback == "the event itself as its occurrence is",
                    None => fallback == "left out, as it takes out nothing",
                };
                if let Some(only) = series.occurrence(series.when.recurrence_id()) {
                    *series = only;
                }
                series.rules.clear();
                series.excluded_rules.clear();
                series.overrides.clear();
                said
            }
            _ => false,
        }
    }

    fn settle(&self, single: &mut Event) {
        forget_lines(&mut single.unknown);
    }
}

/// Which exclusions came as lines is remembered on purpose.
fn forget_lines(unknown: &mut Unknown) {
    let mut kept = unknown.get(google::DIALECT).cloned().unwrap_or_default();
    if let Some(kept) = kept.as_object_mut() {
        kept.shift_remove("recurrence");
    }
    unknown.set(google::DIALECT, kept);
}

/// The event as it goes on to another calendar.
pub fn without_lines(mut event: Event) -> Event {
    forget_lines(&mut event.unknown);
    for change in event.overrides.values_mut() {
        if let Override::Patch(patch) = change {
            forget_lines(&mut patch.unknown);
        }
    }
    event
}

/// The first local time that a zone's clocks show, if they skip this one.
fn skip_gap(when: &mut When, calendar: &Zone) {
    if let When::Timed { start, zone, .. } = when {
        let zone = zone.as_ref().unwrap_or(calendar);
        *start = zone.to_local(zone.to_instant(*start));
    }
}

/// The same moment in the calendar's zone, where a zone is nobody's.
fn in_calendars_zone(when: &mut When, calendar: &Zone) {
    if let When::Timed {
        start,
        zone,
        end_zone,
        ..
    } = when
    {
        if let Some(own @ Zone::Custom(_)) = zone {
            *start = calendar.to_local(own.to_instant(*start));
            *zone = Some(calendar.clone());
        }
        if let Some(Zone::Custom(_)) = end_zone {
            *end_zone = Some(calendar.clone());
        }
        if end_zone == zone {
            *end_zone = None;
        }
    }
}

fn google_takes_for_html(text: &str) -> bool {
    // The tags and references that the texts of these tests have.
    ["<b>", "<p>", "<a ", "<div>", "&amp;", "&#39;"]
        .iter()
        .any(|tag| text.contains(tag))
}

fn lose_form(loss: &Loss, e: &mut Event) {
    match loss.fallback.as_str() {
        "escaped" if !e.text.html && google_takes_for_html(&e.text.content) => {
            let escaped = e.text.content.replace('&', "&amp;");
            let escaped = escaped.replace('<', "&lt;").replace('>', "&gt;");
            e.text = Text::html(escaped.replace('\n', "<br>"));
        }
        "taken for plain text" => e.text.html &= google_takes_for_html(&e.text.content),
        _ => {}
    }
}

fn lose_places(loss: &Loss, e: &mut Event) {
    let named = |place: &calendar::Place| !place.name.is_empty();
    match loss.fallback.as_str() {
        "without coordinates" => {
            if let Some(shown) = e.places.iter_mut().find(|place| named(place)) {
                shown.coordinates = None;
            }
        }
        "left out, as it has no name" if !e.places.iter().any(named) => e.places.clear(),
        "the first one that has a name" if e.places.iter().any(named) => {
            e.places.retain(named);
            e.places.truncate(1);
        }
        _ => {}
    }
}

fn lose_conferences(e: &mut Event) {
    let (mut web, mut sip) = (0, 0);
    e.virtual_places.retain(|place| {
        let first = |n: &mut i32| {
            *n += 1;
            *n == 1
        };
        match place.uri.split(':').next() {
            Some("https") => first(&mut web),
            Some("sip") => first(&mut sip),
            Some("tel") => true,
            _ => false,
        }
    });
}

fn lose_people(loss: &Loss, e: &mut Event) {
    let only_guests = |p: &mut Person| {
        p.parameters
            .retain(|name, n| name == "X-NUM-GUESTS" && n != "0");
    };
    match loss.reason.as_str() {
        "Google knows people by mail address" => e.people.retain(|a, _| a.email().is_some()),
        "Google has one organizer" => {
            let mut organizers = 0;
            for (address, person) in &mut e.people {
                if person.organizer && address.email().is_some() {
                    organizers += 1;
                    person.organizer = organizers == 1;
                }
            }
            e.people.retain(|_, p| p.organizer || p.role.is_some());
        }
        "Google knows name and address of whoever is not a guest" => {
            e.people.retain(|_, p| p.organizer || p.role.is_some());
            for person in e.people.values_mut().filter(|p| p.role.is_none()) {
                *person = Person {
                    name: person.name.clone(),
                    organizer: true,
                    ..Person::default()
                };
            }
        }
        reason => {
            for person in e.people.values_mut().filter(|p| p.role.is_some()) {
                match reason {
                    "Google tells people from resources only" => {
                        person.kind = match person.kind {
                            PersonKind::Group => PersonKind::Individual,
                            PersonKind::Location => PersonKind::Resource,
                            kind => kind,
                        };
                    }
                    "Google knows required and optional guests" => {
                        person.role = person.role.map(|role| match role {
                            Role::Chair => Role::Required,
                            Role::Informational => Role::Optional,
                            role => role,
                        });
                    }
                    "Google has no delegation"
                        if person.participation == Participation::Delegated =>
                    {
                        person.participation = Participation::Declined;
                    }
                    "Google always asks for a reply" => person.expects_reply = false,
                    "Google has no such parameter" => only_guests(person),
                    _ => {}
                }
            }
        }
    }
}

fn lose_alerts(loss: &Loss, e: &mut Event) {
    let Some(reminders) = &mut e.reminders else {
        return;
    };
    match loss.reason.as_str() {
        "Google counts alarms from the start" => {
            reminders.retain(|r| matches!(r.trigger, Trigger::Start(_)));
        }
        "Google keeps five alarms" => {
            let from_start = |r: &&Reminder| matches!(r.trigger, Trigger::Start(_));
            let five: Vec<_> = reminders
                .iter()
                .filter(from_start)
                .take(5)
                .cloned()
                .collect();
            reminders.retain(|r| !matches!(r.trigger, Trigger::Start(_)) || five.contains(r));
            let mut left = 5;
            reminders.retain(|r| {
                let counts = matches!(r.trigger, Trigger::Start(_));
                left -= i32::from(counts);
                !counts || left >= 0
            });
        }
        _ => {
            for reminder in reminders {
                if let Trigger::Start(seconds) = &mut reminder.trigger {
                    let minutes = (-*seconds).div_euclid(60).clamp(0, 40_320);
                    *seconds = minutes * -60;
                }
            }
        }
    }
}

fn lose_color(loss: &Loss, e: &mut Event) {
    let id = loss.fallback.rsplit(' ').next().unwrap_or_default();
    let own = e.color.as_deref().unwrap_or_default();
    let listed = google::EVENT_COLORS.iter().find(|(known, _)| *known == id);
    match (listed, own) {
        (Some((_, [r, g, b])), "teal" | "#123456") => {
            e.color = Some(format!("#{r:02x}{g:02x}{b:02x}"));
        }
        (None, "mauve-ish") => e.color = None,
        _ => {}
    }
}

/// Rules that Google has not become dates: those finer than daily, or those of other calendars.
fn dates_for_rules(series: &mut Event, finer: bool) -> bool {
    let not_had = |rule: &calendar::Rule| {
        if rule.frequency < calendar::Frequency::Daily {
            finer
        } else {
            !finer && (rule.rscale.is_some() || rule.skip != calendar::Skip::Omit)
        }
    };
    let (rules, kept): (Vec<_>, Vec<_>) = series.rules.iter().cloned().partition(not_had);
    let (excluded, kept_excluded): (Vec<_>, Vec<_>) =
        series.excluded_rules.iter().cloned().partition(not_had);
    if rules.is_empty() && excluded.is_empty() {
        return false;
    }
    let dates = |rule: calendar::Rule| {
        let mut alone = Event::new("x", series.when.clone());
        alone.rules = vec![rule];
        alone.excluded_rules.clone_from(&series.excluded_rules);
        alone.planned_starts(1000).unwrap()
    };
    let added: Vec<_> = rules.into_iter().flat_map(dates).collect();
    let instances = |rule| {
        calendar::Compiled::new(&rule, &series.when)
            .iter()
            .collect::<Vec<_>>()
    };
    let taken: Vec<_> = excluded.into_iter().flat_map(instances).collect();
    (series.rules, series.excluded_rules) = (kept, kept_excluded);
    for date in added {
        let id = RecurrenceId(date);
        let new = id != series.when.recurrence_id();
        if new && !without_overrides(series).has_occurrence(id) {
            series.overrides.entry(id).or_insert_with(Override::extra);
        }
    }
    // Where nothing is repeated there is nothing to take out.
    let extra = |o: &Override| matches!(o, Override::Patch(_));
    let repeats = !series.rules.is_empty()
        || !series.excluded_rules.is_empty()
        || series.overrides.values().any(extra);
    for date in taken.into_iter().filter(|_| repeats) {
        series
            .overrides
            .entry(RecurrenceId(date))
            .or_insert(Override::Excluded);
    }
    true
}
