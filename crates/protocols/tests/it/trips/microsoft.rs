//! Through Graph's JSON.

use std::collections::BTreeSet;

use calendar::{
    Event, FreeBusy, Loss, Override, Place, RecurrenceId, Reminder, Status, Text, Trigger, When,
    Zone,
};
use kalends_protocols::microsoft::{
    self, Error, Options, apart,
    html::{canonical, is_plain},
    read, write,
};

use super::{
    expect::{Effect, Format, length_in_seconds},
    own::{known, lose_others},
};
use crate::microsoft::service::answer;

/// Graph, with a mailbox in this zone.
pub struct Microsoft {
    /// The mailbox's zone.
    pub zone: Zone,
}

impl Microsoft {
    /// There and back.
    ///
    /// # Errors
    /// Graph cannot have it.
    pub fn trip(&self, event: &Event) -> Result<(Event, Vec<Loss>), Error> {
        let options = Options {
            zone: &self.zone,
            stamp: None,
        };
        let written = write(event, options)?;
        let there = answer(&written.value);
        let came = read(&there.master, &there.exceptions, &there.cancelled).unwrap();
        assert_eq!(came.losses, []);
        Ok((came.value, written.losses))
    }

    /// The series as Graph can have it, and the occurrences that it cannot have within it.
    ///
    /// # Errors
    /// Graph cannot have this series.
    pub fn without_apart(&self, event: &Event) -> Result<(Event, Vec<Event>), Error> {
        let ids: BTreeSet<RecurrenceId> = apart(None, event, &self.zone)?;
        let mut rest = event.clone();
        let mut singles = Vec::new();
        for id in ids {
            singles.extend(event.occurrence(id));
            rest.overrides.insert(id, Override::Excluded);
        }
        Ok((rest, singles))
    }
}

impl Format for Microsoft {
    const NAME: &'static str = "Graph";
    const RESPELLS: bool = true;
    const SAYS_TIMES: bool = false;

    fn viewer(&self) -> Option<&Zone> {
        Some(&self.zone)
    }

    fn lose(&self, loss: &Loss, e: &mut Event, series: Option<&Event>) -> Effect {
        match (loss.property.as_str(), loss.reason.as_str()) {
            ("participants", _) => e.people.clear(),
            ("color", _) => e.color = None,
            ("sequence", _) => e.sequence = 0,
            ("alerts", "the mailbox's default cannot be asked for again") => {
                if let Some(series) = series.filter(|_| e.reminders.is_none()) {
                    e.reminders.clone_from(&series.reminders);
                }
            }
            ("alerts", _) => nearest_alert(e),
            ("status", _) => return Effect::beside(e.status == Status::Cancelled),
            ("freeBusyStatus", _) => {
                let cancelled = e.status == Status::Cancelled;
                return Effect::beside(cancelled && e.busy != FreeBusy::Free);
            }
            ("locations", "not plain coordinates") => {
                let odd = |c: &String| c.contains(';');
                for place in &mut e.places {
                    place.coordinates = place.coordinates.take().filter(|c| !odd(c));
                }
            }
            ("locations", "its name is a link") => links_are_conferences(e),
            ("locations", "it has no name") => e.places.retain(|place| !place.name.is_empty()),
            ("virtualLocations", _) => conferences_are_places(e),
            ("other", "Graph has no field for what another dialect kept") => {
                lose_others(e, microsoft::DIALECT);
            }
            ("other", _) => {
                let mut kept = e
                    .unknown
                    .get(microsoft::DIALECT)
                    .cloned()
                    .unwrap_or_default();
                if let Some(kept) = kept.as_object_mut() {
                    kept.shift_remove("responseStatus");
                }
                e.unknown.set(microsoft::DIALECT, kept);
            }
            ("start", _) => {
                if let When::Timed { start, zone, .. } = &mut e.when {
                    let zone = zone.as_ref().unwrap_or(&self.zone);
                    *start = zone.to_local(zone.to_instant(*start));
                }
            }
            ("duration", _) => length_in_seconds(&mut e.when, &self.zone),
            ("description", _) => {
                e.text = Text {
                    content: canonical(&Text::html(microsoft::html::escape(&e.text.content))),
                    html: e.text.html,
                };
            }
            ("timeZone", _) => match loss.fallback.strip_prefix("the same offsets, ") {
                Some(name) => known(&mut e.when, name),
                None => in_utc(loss, &mut e.when),
            },
            ("recurrenceRules", _) => return Effect::None,
            _ => return Effect::Unheard,
        }
        Effect::Changed
    }

    fn lose_in_series(&self, loss: &Loss, series: &mut Event) -> bool {
        loss.property == "recurrenceRules" && !std::mem::take(&mut series.excluded_rules).is_empty()
    }

    fn settle(&self, e: &mut Event) {
        // The server's own, and the mailbox's default.
        e.uid = "there".into();
        (e.created, e.updated) = (None, None);
        e.reminders
            .get_or_insert_with(|| vec![Reminder::minutes_before(15)]);
        // Texts by what they say, unless they stress something.
        if !e.text.html || is_plain(&e.text.content) {
            e.text = Text::plain(canonical(&e.text));
        }
        // `-0` and `48.20` are spellings.
        for place in &mut e.places {
            if let Some(c) = &place.coordinates {
                let numbers = c["geo:".len()..].split(',');
                let plain: Vec<_> = numbers
                    .map(|n| n.parse::<f64>().unwrap().to_string())
                    .collect();
                place.coordinates = Some(format!("geo:{}", plain.join(",")));
            }
        }
    }
}

fn nearest_alert(e: &mut Event) {
    let Some(reminders) = &e.reminders else {
        return;
    };
    let from_start = |r: &&Reminder| matches!(r.trigger, Trigger::Start(_));
    let shown = reminders.iter().filter(from_start).find(|r| !r.email);
    let one = shown.or_else(|| reminders.iter().find(from_start)).cloned();
    e.reminders = Some(
        one.into_iter()
            .map(|one| {
                let Trigger::Start(seconds) = one.trigger else {
                    unreachable!("it was found so");
                };
                let minutes = (-seconds).div_euclid(60).clamp(0, 525_600);
                Reminder::minutes_before(u32::try_from(minutes).unwrap())
            })
            .collect(),
    );
}

fn is_link(name: &str) -> bool {
    name.starts_with("https://")
}

fn links_are_conferences(e: &mut Event) {
    let (links, places): (Vec<Place>, _) = e.places.drain(..).partition(|p| is_link(&p.name));
    e.places = places;
    let links = links.into_iter().map(|place| calendar::VirtualPlace {
        name: String::new(),
        uri: place.name,
    });
    let all: Vec<_> = links.chain(e.virtual_places.drain(..)).collect();
    e.virtual_places = all;
}

fn conferences_are_places(e: &mut Event) {
    for conference in std::mem::take(&mut e.virtual_places) {
        if is_link(&conference.uri) && !conference.uri.contains(';') {
            e.virtual_places.push(calendar::VirtualPlace {
                name: String::new(),
                ..conference
            });
        } else {
            e.places.push(Place::named(conference.uri));
        }
    }
}

/// The same moment in UTC, and the end in the zone of the start.
fn in_utc(loss: &Loss, when: &mut When) {
    let When::Timed {
        start,
        zone,
        end_zone,
        ..
    } = when
    else {
        return;
    };
    let own = |zone: &Option<Zone>| matches!(zone, Some(Zone::Custom(_)));
    if loss.fallback == "the end in the zone of the start" {
        if own(end_zone) {
            *end_zone = None;
        }
    } else if let Some(custom @ Zone::Custom(_)) = zone {
        *start = Zone::utc().to_local(custom.to_instant(*start));
        *zone = Some(Zone::utc());
        if end_zone == zone {
            *end_zone = None;
        }
    }
}
