//! What a provider cannot have of a series: occurrences of it are single events there, as long as it cannot.
//!
//! A series that a provider cannot have at all is *exploded*: its mirror is stopped, and every occurrence near to today has a
//! mirror of its own. Where the provider only lacks some occurrences, these alone are *apart* from the mirror
//! ([ADR 0005](../../../../docs/adr/0005-exploded-series.md)).

use std::collections::BTreeSet;

use calendar::{Event, RecurrenceId, Unit, Window};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use providers::{Fit, Series};
use storage::{calendars, connections, copies, links, members};
use sync::{
    CalendarId, CauseKind, CopyId, Linked, Mask, Member, Part, Remote, links as rules, replication,
};

use super::flow::Flow;
use crate::{Explode, Result};

/// The furthest day that may be asked for, in days from today.
const DAYS_MAX: u32 = 3_660;

/// Which provider a calendar has, and its zone.
pub(super) type Provider = Option<(String, String)>;

impl Explode {
    /// Which starts count at a moment: whole days, so that nothing moves but once a day.
    pub fn window(&self, now: Timestamp, zone: &TimeZone) -> Window {
        let today = now.to_zoned(zone.clone()).date();
        let days = |count: u32| i64::from(count.min(DAYS_MAX)).days();
        let at = |day: jiff::civil::Date| {
            let start = day.to_zoned(zone.clone()).map(|start| start.timestamp());
            start.unwrap_or(now)
        };
        Window {
            from: at(today.saturating_sub(days(self.days_before))),
            to: at(today
                .saturating_add(days(self.days_after))
                .saturating_add(1.day())),
        }
    }
}

impl Flow<'_> {
    /// Brings a linked event to one calendar: as one copy, as far as its provider can have it, and what is apart as copies of
    /// their own.
    pub(super) async fn outward_in(
        &mut self,
        value: &Linked,
        place: &links::LinkMember,
        members: &[Member],
        from: Option<CopyId>,
        wanted: bool,
    ) -> Result<()> {
        let whole = members.iter().find(|m| m.is_whole_in(place.calendar));
        let fit = Box::pin(self.fit(value, place, whole)).await?;
        let (exploded, apart) = match &fit {
            Fit::Nothing(reason) => (Some(reason.clone()), BTreeSet::new()),
            Fit::But(apart) => (None, apart.clone()),
        };
        let mut original = false;
        if let Some(member) = whole {
            let refit = member.exploded != exploded || member.apart != apart;
            // What is apart may be in the series again there, by what has just been seen.
            let heals = !member.apart.is_empty();
            let mut member = member.clone();
            (member.exploded, member.apart) = (exploded, apart);
            original = self.is_original(&member).await?;
            let home = Some(member.copy) == from;
            let less = home && rules::sees_less(value, &member);
            if !home || less || !wanted || refit || heals {
                let kind = self.cause.kind;
                if less {
                    // Who turned it private has a block of it from then on; that is no edit (R8).
                    self.cause.kind = CauseKind::Config;
                }
                Box::pin(self.outward_to(value, member, wanted)).await?;
                self.cause.kind = kind;
            }
        } else if value.alive && place.role.receives() && wanted {
            Box::pin(self.project(value, place, exploded, apart)).await?;
        }
        let ids = if wanted {
            self.parts(value, place, &fit).await?
        } else {
            Vec::new()
        };
        let sight = Mask {
            show_private: place.mask.show_private || original,
            private: place.mask.private && !original,
            ..place.mask.clone()
        };
        let place = links::LinkMember {
            mask: sight,
            ..place.clone()
        };
        Box::pin(self.outward_parts(value, &place, members, from, &ids)).await
    }

    async fn outward_parts(
        &mut self,
        value: &Linked,
        place: &links::LinkMember,
        members: &[Member],
        from: Option<CopyId>,
        ids: &[RecurrenceId],
    ) -> Result<()> {
        let mut there = BTreeSet::new();
        for member in members.iter().filter(|m| m.calendar == place.calendar) {
            let Part::Occurrence(id) = member.part else {
                continue;
            };
            there.insert(id);
            let wanted = ids.contains(&id);
            if Some(member.copy) == from && wanted {
                continue;
            }
            if !wanted && member.stopped && self.is_gone(member).await? {
                members::delete(self.tx, member.linked, member.copy).await?;
                continue;
            }
            // What takes place no more dies of that, and not of being out of the window.
            let ends = !rules::occurrence(value, id).alive;
            self.outward_to(value, member.clone(), wanted || ends)
                .await?;
        }
        for id in ids {
            if !there.contains(id) {
                self.project_part(value, place, *id).await?;
            }
        }
        Ok(())
    }

    /// Which occurrences are events of their own in a calendar.
    async fn parts(
        &mut self,
        value: &Linked,
        place: &links::LinkMember,
        fit: &Fit,
    ) -> Result<Vec<RecurrenceId>> {
        let alive = |id: &RecurrenceId| rules::occurrence(value, *id).alive;
        Ok(match fit {
            _ if !value.alive => Vec::new(),
            Fit::But(apart) => apart.iter().copied().filter(alive).collect(),
            Fit::Nothing(_) => {
                let zone = self.zone_of(place.calendar).await?;
                let explode = &self.hub.settings().explode;
                let window = explode.window(self.now, &zone);
                let all = value.value.occurrences(window, &zone);
                all.filter(|o| o.start >= window.from)
                    .filter_map(|o| o.id)
                    .take(explode.most)
                    .collect()
            }
        })
    }

    /// What the provider of a calendar can have of a linked event. What a person made there stays one event: it is refused
    /// by its provider, and waits until it can be had again.
    async fn fit(
        &mut self,
        value: &Linked,
        place: &links::LinkMember,
        whole: Option<&Member>,
    ) -> Result<Fit> {
        if !value.alive || !place.role.receives() || !value.value.is_series() {
            return Ok(Fit::whole());
        }
        let mut original = false;
        let (previous, next) = match whole {
            None => (None, place.mask.project(&value.value)),
            Some(member) => {
                let Some(row) = copies::get(self.tx, member.copy).await? else {
                    return Ok(Fit::whole());
                };
                original = !row.projected;
                let (mut copy, mut member) = (row.copy, member.clone());
                member.apart.clear();
                rules::pass(&mut member);
                let cause = self.cause_along(&member).await?;
                let outward = if original {
                    rules::outward_own
                } else {
                    rules::outward
                };
                outward(value, &mut member, &mut copy, &cause);
                let body = replication::body(&copy, &BTreeSet::new());
                match (&copy.remote, body) {
                    (Remote::Live { .. }, Some((previous, next))) => (Some(previous), next),
                    _ => (None, copy.local),
                }
            }
        };
        let fit = self.asked(place.calendar, previous.as_ref(), &next).await?;
        let too_many =
            "more of its occurrences than can be had one by one are not as its rule has them";
        let most = self.hub.settings().explode.most;
        Ok(match fit {
            Fit::But(apart) if apart.len() <= most => Fit::But(apart),
            _ if original => Fit::whole(),
            Fit::But(_) => Fit::Nothing(too_many.to_owned()),
            nothing @ Fit::Nothing(_) => nothing,
        })
    }

    /// Asks what the provider of a calendar can have.
    pub(crate) async fn asked(
        &mut self,
        calendar: CalendarId,
        previous: Option<&Event>,
        next: &Event,
    ) -> Result<Fit> {
        let Some((provider, time_zone)) = self.provider(calendar).await? else {
            return Ok(Fit::whole());
        };
        let series = Series {
            previous,
            next,
            time_zone: &time_zone,
        };
        Ok(self.hub.providers().fit(&provider, series))
    }

    /// The provider of a calendar, if it has one.
    pub(super) async fn provider(&mut self, calendar: CalendarId) -> Result<Provider> {
        if let Some(known) = self.providers.get(&calendar) {
            return Ok(known.clone());
        }
        let mut provider = None;
        if let Some(row) = calendars::get(self.tx, calendar).await?
            && let Some(id) = row.connection
            && let Some(connection) = connections::get(self.tx, id).await?
        {
            let zone = row.time_zone;
            let zone = zone.unwrap_or_else(|| self.hub.settings().time_zone.clone());
            provider = Some((connection.provider, zone));
        }
        self.providers.insert(calendar, provider.clone());
        Ok(provider)
    }

    async fn is_original(&mut self, member: &Member) -> Result<bool> {
        let row = copies::get(self.tx, member.copy).await?;
        Ok(row.is_some_and(|row| !row.projected))
    }

    /// Whether nothing is left of a mirror, here and at its provider.
    async fn is_gone(&mut self, member: &Member) -> Result<bool> {
        let row = copies::get(self.tx, member.copy).await?;
        Ok(
            row.is_none_or(|row| {
                !row.copy.alive && !matches!(row.copy.remote, Remote::Live { .. })
            }),
        )
    }

    /// Whether an exploded event has other occurrences as mirrors than it should have today.
    pub(super) async fn has_moved_on(
        &mut self,
        value: &Linked,
        place: &links::LinkMember,
        members: &[Member],
    ) -> Result<bool> {
        let Some(whole) = members.iter().find(|m| m.is_whole_in(place.calendar)) else {
            return Ok(false);
        };
        let Some(reason) = whole.exploded.clone() else {
            return Ok(false);
        };
        let ids = self.parts(value, place, &Fit::Nothing(reason)).await?;
        let there = |member: &&Member| member.calendar == place.calendar && !member.stopped;
        let there: BTreeSet<RecurrenceId> = members
            .iter()
            .filter(there)
            .filter_map(|member| match member.part {
                Part::Occurrence(id) if rules::occurrence(value, id).alive => Some(id),
                _ => None,
            })
            .collect();
        Ok(!there
            .iter()
            .eq(&ids.iter().copied().collect::<BTreeSet<_>>()))
    }
}

/// What is apart from the series is not in it, whatever somebody did to it there. Which units that changed.
pub(super) fn keep_apart(
    member: &Member,
    row: &mut copies::Row,
    cause: &sync::Cause,
) -> BTreeSet<Unit> {
    let units = member.apart.iter().map(|id| Unit::Override(*id));
    let units = units.filter(|unit| !unit.same(&row.copy.local, &member.agreed));
    let units: BTreeSet<Unit> = units.collect();
    for unit in &units {
        row.copy.set(unit, &member.agreed, cause);
    }
    units
}
