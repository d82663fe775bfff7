//! What an inbox says of calendars: into which invitations come (RFC 6638 9.2), and which make somebody busy.

use hub::{Access, CalendarView, calendars::CalendarEdit};
use protocols::caldav::{Element, Name, PropertyUpdate, name};

use super::super::{
    answer::Result,
    components, dead,
    properties::href,
    request::Request,
    resource::{Resource, calendar_href, path_of},
};

/// What an inbox says of calendars.
pub(in super::super) struct Arrivals {
    default: Option<CalendarView>,
    own: Vec<CalendarView>,
}

impl Arrivals {
    pub(in super::super) async fn of(request: &Request) -> Result<Self> {
        let hub = &request.app.hub;
        let mut own = hub.calendars(&request.actor).await?;
        own.retain(|calendar| {
            calendar.access >= Access::Owner && !calendar.shared && holds_events(calendar)
        });
        Ok(Self {
            default: hub.default_calendar(&request.actor).await?,
            own,
        })
    }

    /// `schedule-default-calendar-URL`; nothing in it while there is none.
    pub(in super::super) fn default_calendar(&self, request: &Request) -> Element {
        let name = name::SCHEDULE_DEFAULT_CALENDAR_URL;
        match &self.default {
            Some(calendar) => href(name, calendar_href(request, &calendar.slug)),
            None => Element::new(name),
        }
    }

    /// `calendar-free-busy-set`, which older clients read: the calendars that are not transparent.
    pub(in super::super) fn free_busy_set(&self, request: &Request) -> Element {
        let opaque = self.own.iter().filter(|c| !components::is_transparent(c));
        let hrefs = opaque
            .map(|calendar| Element::text(name::HREF, calendar_href(request, &calendar.slug)));
        Element::parent(name::CALENDAR_FREE_BUSY_SET, hrefs)
    }
}

/// PROPPATCH of an inbox; the names of what is refused. All or nothing.
pub(in super::super) async fn update(
    request: &Request,
    update: &PropertyUpdate,
) -> Result<Vec<Name>> {
    let mut refused: Vec<Name> = update.remove.clone();
    let (mut default, mut busy) = (None, None);
    for property in &update.set {
        if property.name == name::SCHEDULE_DEFAULT_CALENDAR_URL {
            match calendars(request, property).await?.as_deref() {
                Some([one]) if one.connection.is_none() && holds_events(one) => {
                    default = Some(one.id);
                }
                _ => refused.push(property.name.clone()),
            }
        } else if property.name == name::CALENDAR_FREE_BUSY_SET {
            match calendars(request, property).await? {
                Some(all) => busy = Some(all),
                None => refused.push(property.name.clone()),
            }
        } else {
            refused.push(property.name.clone());
        }
    }
    if !refused.is_empty() {
        return Ok(refused);
    }
    if let Some(id) = default {
        request
            .app
            .hub
            .set_default_calendar(&request.actor, id)
            .await?;
    }
    if let Some(busy) = busy {
        let arrivals = Arrivals::of(request).await?;
        for calendar in &arrivals.own {
            let transparent = !busy.iter().any(|opaque| opaque.id == calendar.id);
            if transparent != components::is_transparent(calendar) {
                set_transparent(request, calendar, transparent).await?;
            }
        }
    }
    Ok(refused)
}

fn holds_events(calendar: &CalendarView) -> bool {
    components::held(calendar)
        .iter()
        .any(|held| held == "VEVENT")
}

/// The calendars that a property names, each the person's own; `None` if one is not there.
async fn calendars(request: &Request, property: &Element) -> Result<Option<Vec<CalendarView>>> {
    let mut found = Vec::new();
    for href in property.all(name::HREF) {
        let Some(path) = path_of(href.trimmed()) else {
            return Ok(None);
        };
        match Resource::at(request, path).await {
            Ok(Resource::Calendar(calendar)) if !calendar.shared => found.push(calendar),
            _ => return Ok(None),
        }
    }
    Ok(Some(found))
}

async fn set_transparent(
    request: &Request,
    calendar: &CalendarView,
    transparent: bool,
) -> Result<()> {
    let word = if transparent { "transparent" } else { "opaque" };
    let value = Element::new(Name::new(name::CALDAV, word));
    let property = Element::parent(name::SCHEDULE_CALENDAR_TRANSP, [value]);
    let (mut all, mut edit) = (dead::all(calendar), CalendarEdit::default());
    dead::set(&mut all, &property);
    dead::edit(calendar, &all, &mut edit);
    let hub = &request.app.hub;
    hub.update_calendar(&request.actor, calendar.id, edit)
        .await?;
    Ok(())
}
