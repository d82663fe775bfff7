//! Zones of different rules under one TZID: in one calendar each needs a name of its own.

use std::sync::Arc;

use calendar::{Event, Override, When, Zone};

use super::{
    component::{Component, Property},
    compose::Calendar,
    timezones::named,
    vtimezone,
};

/// TZIDs that are taken, and what they mean.
#[derive(Default)]
struct Taken(Vec<(String, Zone)>);

impl Taken {
    /// Takes those of VTIMEZONEs; false if one of them is taken already, by another zone.
    fn all(&mut self, timezones: &[&Component]) -> bool {
        let mut agree = true;
        for timezone in timezones {
            let Some(id) = timezone.property("TZID").map(Property::as_text) else {
                continue;
            };
            let zone = vtimezone::zone(&id, timezone);
            match self.0.iter().find(|(known, _)| *known == id) {
                Some((_, known)) => agree &= *known == zone,
                None => self.0.push((id, zone)),
            }
        }
        agree
    }

    /// The name for a zone: its own, unless that is taken.
    fn name(&mut self, zone: &Zone) -> &str {
        let known = self.0.iter().position(|(_, known)| known == zone);
        let at = known.unwrap_or_else(|| {
            let mut name = zone.name().to_owned();
            let mut number = 1;
            while self.0.iter().any(|(taken, _)| *taken == name) {
                number += 1;
                name = format!("{} {number}", zone.name());
            }
            self.0.push((name, zone.clone()));
            self.0.len() - 1
        });
        &self.0[at].0
    }
}

/// Whether VTIMEZONEs of one TZID say the same.
pub(super) fn agree(timezones: &[&Component]) -> bool {
    timezones.len() < 2 || Taken::default().all(timezones)
}

/// The events that cannot be written as they are, by their position: one of their zones gets another name, since what is
/// written before them has that name for another zone.
pub(super) fn renamed(calendar: &Calendar) -> Vec<(usize, Event)> {
    let mut taken = Taken::default();
    let mut begun = false;
    let mut renamed = Vec::new();
    for (at, (event, origin)) in calendar.events.iter().enumerate() {
        let mut custom = named(event).filter(|(_, zone)| matches!(zone, Zone::Custom(_)));
        if origin.is_some() || custom.clone().next().is_none() {
            continue;
        }
        if !begun {
            taken.all(&calendar.zones);
            begun = true;
        }
        if custom.any(|(_, zone)| taken.name(zone) != zone.name()) {
            renamed.push((at, rename((*event).clone(), &mut taken)));
        }
    }
    renamed
}

fn rename(mut event: Event, taken: &mut Taken) -> Event {
    let overrides = event.overrides.values_mut().filter_map(|o| match o {
        Override::Patch(patch) => patch.when.as_mut(),
        Override::Excluded => None,
    });
    for when in overrides.chain([&mut event.when]) {
        let When::Timed { zone, end_zone, .. } = when else {
            continue;
        };
        for zone in zone.iter_mut().chain(end_zone) {
            let name = taken.name(zone).to_owned();
            if let Zone::Custom(custom) = zone
                && custom.id != name
            {
                Arc::make_mut(custom).id = name;
            }
        }
    }
    event
}
