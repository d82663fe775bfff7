//! The calendar and the event that a path names.

use calendar::{RecurrenceId, Zone};
use hub::{CalendarView, CopyId, EventView};
use identity::Actor;
use jiff::tz::TimeZone;
use protocols::google::{InstanceId, client_id};
use uuid::Uuid;

use super::Fault;
use crate::App;

/// A calendar as its caller sees it.
pub(super) struct Place {
    /// The calendar.
    pub(super) calendar: CalendarView,
    /// Its zone.
    pub(super) zone: Zone,
    /// The caller's mail address.
    pub(super) email: String,
}

impl Place {
    /// The calendar with this id; `primary` is the caller's own.
    pub(super) async fn of(app: &App, actor: &Actor, id: &str) -> Result<Self, Fault> {
        let email = email(app, actor).await?;
        let calendar = if id == "primary" {
            primary(&app.hub.calendars(actor).await?, &email).cloned()
        } else {
            match app.hub.calendar_by_slug(actor, id).await {
                Ok(calendar) => Some(calendar),
                // Addresses are written in any case.
                Err(hub::Error::NotFound(_)) if id.eq_ignore_ascii_case(&email) => {
                    Some(app.hub.calendar_by_slug(actor, &email).await?)
                }
                // Another person's own calendar goes by their address, whatever it is called.
                Err(hub::Error::NotFound(_)) if id.contains('@') => {
                    app.hub.calendar_of_person(actor, id, true).await?
                }
                Err(error) => return Err(error.into()),
            }
        };
        let calendar = calendar.ok_or_else(Fault::not_found)?;
        let zone = Zone::iana(&calendar.time_zone).unwrap_or_else(Zone::utc);
        Ok(Self {
            calendar,
            zone,
            email,
        })
    }

    /// The zone for days and floating times.
    pub(super) fn viewer(&self) -> TimeZone {
        TimeZone::get(self.zone.name()).unwrap_or(TimeZone::UTC)
    }

    /// The event, or the occurrence of one, that an id names, dead or alive.
    pub(super) async fn target(&self, app: &App, actor: &Actor, id: &str) -> Result<Target, Fault> {
        if let Some(view) = self.event(app, actor, id).await? {
            let occurrence = None;
            return Ok(Target { view, occurrence });
        }
        let instance = InstanceId::parse(id).ok_or_else(Fault::not_found)?;
        let view = self.event(app, actor, &instance.master).await?;
        let view = view.filter(|view| view.event.when.is_all_day() == instance.all_day);
        let view = view.ok_or_else(Fault::not_found)?;
        let occurrence = instance.recurrence_id(&view.event.when, &self.zone);
        let known =
            view.event.has_occurrence(occurrence) || view.event.overrides.contains_key(&occurrence);
        if !known || !view.event.is_series() {
            return Err(Fault::not_found());
        }
        let occurrence = Some(occurrence);
        Ok(Target { view, occurrence })
    }

    async fn event(&self, app: &App, actor: &Actor, id: &str) -> Result<Option<EventView>, Fault> {
        let calendar = self.calendar.id;
        if is_id(id)
            && let Some(view) = app.hub.event_by_name(actor, calendar, id).await?
        {
            return Ok(Some(view));
        }
        let Some(copy) = copy_id(id) else {
            return Ok(None);
        };
        match app.hub.event(actor, copy).await {
            Ok(view) => Ok(Some(view).filter(|v| v.calendar == calendar && event_id(v) == id)),
            Err(hub::Error::NotFound(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// What an id names.
pub(super) struct Target {
    /// The event.
    pub(super) view: EventView,
    /// Which of its occurrences; `None` for the event itself.
    pub(super) occurrence: Option<RecurrenceId>,
}

/// The caller's mail address; empty for a system's token.
pub(super) async fn email(app: &App, actor: &Actor) -> Result<String, Fault> {
    let user = app.identity.user_of(actor).await?;
    Ok(user.map(|user| user.email).unwrap_or_default())
}

/// A person's own calendar: the one that bears their address, else the first that can be written.
pub(super) fn primary<'a>(calendars: &'a [CalendarView], email: &str) -> Option<&'a CalendarView> {
    let bears = |calendar: &&CalendarView| calendar.slug == email && !calendar.shared;
    let own = calendars.iter().find(bears);
    let mut others = calendars.iter().filter(|calendar| !calendar.shared);
    own.or_else(|| others.find(|calendar| !calendar.read_only))
}

/// The id that clients know an event by: the name that its maker gave it, if that is one that Google would allow (file
/// names of CalDAV clients are not), else that of the copy.
pub(super) fn event_id(view: &EventView) -> String {
    match &view.name {
        Some(name) if is_id(name) => name.clone(),
        _ => client_id(view.id.0.as_bytes()),
    }
}

/// Whether Google would allow this id: base32hex, 5 to 1024 characters.
pub(super) fn is_id(id: &str) -> bool {
    (5..=1024).contains(&id.len()) && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'v'))
}

fn copy_id(id: &str) -> Option<CopyId> {
    const LENGTH: usize = 26;
    let digits = id.bytes().map(|b| char::from(b).to_digit(32));
    let digits: Vec<u32> = digits
        .collect::<Option<_>>()
        .filter(|_| id.len() == LENGTH)?;
    // 26 digits are 130 bits; the last two are padding.
    let bits = digits[..25]
        .iter()
        .fold(0u128, |bits, digit| bits << 5 | u128::from(*digit));
    Some(CopyId(Uuid::from_u128(
        bits << 3 | u128::from(digits[25] >> 2),
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_copies_come_back() {
        for number in [0, 1, u128::MAX, 0x0193_5a4b_7c8d_7e0f_8123_4567_89ab_cdef] {
            let uuid = Uuid::from_u128(number);
            assert_eq!(copy_id(&client_id(uuid.as_bytes())), Some(CopyId(uuid)));
        }
        assert_eq!(copy_id("short"), None);
        assert_eq!(copy_id(&"z".repeat(26)), None);
    }

    #[test]
    fn only_base32hex_is_an_id() {
        assert!(is_id("abc12"));
        for id in ["abcd", "ABCDE", "abc.ics", "wxyz1", "a_20261124"] {
            assert!(!is_id(id), "{id}");
        }
    }
}
