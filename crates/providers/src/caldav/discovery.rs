//! From the address that a person gave to the list of calendars (RFC 6764, RFC 5397, RFC 4791 6.2.1).

use network::Url;
use protocols::{
    caldav::{Element, PropFind, Response, name},
    icalendar::parse,
    zones::zone_named,
};

use super::client::{Client, Read, multistatus};
use crate::{Calendar, Failure};

/// Home collections of one account that are looked at.
const HOMES_MAX: usize = 5;

/// A collection that has calendars in it, or a calendar itself, with the depth at which to ask it.
type Home = (Url, &'static str);

impl Client {
    /// All calendars of the account that hold events.
    pub(super) async fn list_calendars(&self) -> Result<Vec<Calendar>, Failure> {
        let mut calendars: Vec<Calendar> = Vec::new();
        for (home, depth) in self.homes().await? {
            let find = PropFind::props([
                name::RESOURCETYPE,
                name::DISPLAYNAME,
                name::CALENDAR_COLOR,
                name::CALENDAR_TIMEZONE,
                name::SUPPORTED_CALENDAR_COMPONENT_SET,
                name::CURRENT_USER_PRIVILEGE_SET,
                name::SOURCE,
            ]);
            let response = self
                .ask(Read::Propfind, &home, depth, &find.write())
                .await?;
            let listing = multistatus(&response)?;
            let found = listing.responses.iter();
            calendars.extend(found.filter_map(|r| calendar(&response.url, r)));
        }
        if let Some(main) = calendars.iter_mut().find(|c| c.writable) {
            main.primary = true;
        }
        Ok(calendars)
    }

    /// The collections in which the account's calendars are; or the calendar itself, if that was the address.
    async fn homes(&self) -> Result<Vec<Home>, Failure> {
        let well_known = self.root.join("/.well-known/caldav").ok();
        let given = Some(self.root.clone());
        // Whoever gave a path means it; whoever gave a host means what the host says of itself.
        let order = if self.root.path() == "/" {
            [well_known, given]
        } else {
            [given, well_known]
        };
        let mut last = None;
        for start in order.into_iter().flatten() {
            match self.homes_from(&start).await {
                Ok(homes) if !homes.is_empty() => return Ok(homes),
                Ok(_) => {}
                Err(failure @ (Failure::Reauthorise(_) | Failure::Later { .. })) => {
                    return Err(failure);
                }
                Err(failure) => last = Some(failure),
            }
        }
        Err(last.unwrap_or_else(|| {
            Failure::Protocol(
                "there is no calendar home at this address; give the address of the CalDAV server or of a calendar"
                    .to_owned(),
            )
        }))
    }

    async fn homes_from(&self, start: &Url) -> Result<Vec<Home>, Failure> {
        let find = PropFind::props([
            name::CURRENT_USER_PRINCIPAL,
            name::CALENDAR_HOME_SET,
            name::RESOURCETYPE,
        ]);
        let response = self.ask(Read::Propfind, start, "0", &find.write()).await?;
        let answer = multistatus(&response)?;
        let Some(first) = answer.responses.first() else {
            return Ok(Vec::new());
        };
        // Whoever gave one calendar means only that one.
        if is_calendar(first) {
            return Ok(vec![(response.url, "0")]);
        }
        let homes = self.home_set(&response.url, first);
        if !homes.is_empty() {
            return Ok(homes);
        }
        let Some(principal) = first.href_of(&name::CURRENT_USER_PRINCIPAL) else {
            return Ok(Vec::new());
        };
        let Some(principal) = self.trusted(&response.url, principal) else {
            return Ok(Vec::new());
        };
        let find = PropFind::props([name::CALENDAR_HOME_SET]);
        let response = self
            .ask(Read::Propfind, &principal, "0", &find.write())
            .await?;
        let answer = multistatus(&response)?;
        let first = answer.responses.first();
        Ok(first
            .map(|r| self.home_set(&response.url, r))
            .unwrap_or_default())
    }

    fn home_set(&self, base: &Url, response: &Response) -> Vec<Home> {
        let Some(set) = response.prop(&name::CALENDAR_HOME_SET) else {
            return Vec::new();
        };
        set.all(name::HREF)
            .filter_map(|href| self.trusted(base, href.trimmed()))
            .take(HOMES_MAX)
            .map(|home| (home, "1"))
            .collect()
    }

    /// An address that the server gave. The password goes there, so it is never from https to http, and to another
    /// host only over https.
    pub(super) fn trusted(&self, base: &Url, href: &str) -> Option<Url> {
        let url = base.join(href).ok()?;
        let same = url.origin() == self.root.origin();
        (same || url.scheme() == "https").then_some(url)
    }
}

fn is_calendar(response: &Response) -> bool {
    let kind = response.prop(&name::RESOURCETYPE);
    kind.is_some_and(|k| k.child(&name::CALENDAR).is_some())
}

fn calendar(base: &Url, response: &Response) -> Option<Calendar> {
    if !is_calendar(response) || !holds_events(response) {
        return None;
    }
    let url = base.join(&response.href).ok()?;
    let name = response.text(&name::DISPLAYNAME).map(str::to_owned);
    Some(Calendar {
        name: name.unwrap_or_else(|| last_segment(&url)),
        id: url.into(),
        color: response.text(&name::CALENDAR_COLOR).and_then(color),
        time_zone: response.text(&name::CALENDAR_TIMEZONE).and_then(time_zone),
        writable: writable(response),
        primary: false,
    })
}

/// A server that does not say what a calendar holds lets it hold everything (RFC 4791 5.2.3).
fn holds_events(response: &Response) -> bool {
    let set = response.prop(&name::SUPPORTED_CALENDAR_COMPONENT_SET);
    set.is_none_or(|set| {
        let mut names = set.all(name::COMP).filter_map(|c| c.get("name"));
        set.children.is_empty() || names.any(|n| n.eq_ignore_ascii_case("VEVENT"))
    })
}

/// A server that does not tell privileges lets us try. A subscribed calendar has a source and is only read; Radicale gives
/// every calendar a source, with an empty address in it.
fn writable(response: &Response) -> bool {
    let told = |source: &Element| source.children.iter().any(|href| !href.is_empty());
    if response
        .prop(&name::SOURCE)
        .is_some_and(|source| !source.trimmed().is_empty() || told(source))
    {
        return false;
    }
    let Some(set) = response.prop(&name::CURRENT_USER_PRIVILEGE_SET) else {
        return true;
    };
    let privileges = set.all(name::PRIVILEGE).flat_map(|p| &p.children);
    let writes = ["write", "write-content", "bind", "all"];
    privileges
        .filter(|p| p.name.namespace == name::DAV)
        .any(|p| writes.contains(&p.name.local.as_ref()))
}

/// `#RRGGBB` of Apple's `#RRGGBBAA`.
fn color(text: &str) -> Option<String> {
    let hex = text.strip_prefix('#')?;
    let valid = matches!(hex.len(), 6 | 8) && hex.bytes().all(|b| b.is_ascii_hexdigit());
    valid.then(|| format!("#{}", hex[..6].to_ascii_lowercase()))
}

/// The IANA name of a VTIMEZONE.
fn time_zone(text: &str) -> Option<String> {
    let parsed = parse::parse(text).ok()?;
    let calendar = parsed.components.first()?;
    let zone = calendar.components.iter().find(|c| c.is("VTIMEZONE"))?;
    let tzid = zone.property("TZID")?.as_text();
    Some(zone_named(&tzid)?.name().to_owned())
}

fn last_segment(url: &Url) -> String {
    let mut segments = url.path_segments().into_iter().flatten();
    let last = segments.rfind(|s| !s.is_empty());
    last.unwrap_or("calendar").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_of_calendars_in_their_dialects() {
        assert_eq!(color("#FF2D55FF").as_deref(), Some("#ff2d55"));
        assert_eq!(color("#FF2D55").as_deref(), Some("#ff2d55"));
        assert_eq!(color("red"), None);
        assert_eq!(color("#ÿÿÿ"), None);
        let zone = "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:W. Europe Standard Time\nEND:VTIMEZONE\nEND:VCALENDAR";
        assert_eq!(time_zone(zone).as_deref(), Some("Europe/Berlin"));
        assert_eq!(time_zone("?"), None);
    }

    #[test]
    fn a_calendar_with_a_source_is_only_read() {
        let source = |children: Vec<Element>| {
            let source = Element::parent(name::SOURCE, children);
            Response::props("/", vec![source], [])
        };
        let webcal = Element::text(name::HREF, "webcal://example.org/holidays.ics");
        assert!(!writable(&source(vec![webcal])));
        let empty = Element::new(name::HREF);
        assert!(writable(&source(vec![empty])), "as Radicale says it");
        assert!(writable(&source(Vec::new())));
        assert!(writable(&Response::default()));
    }

    #[test]
    fn a_calendar_of_tasks_is_none_of_ours() {
        let set = |comp: &str| {
            let comp = Element::new(name::COMP).attribute("name", comp);
            let set = Element::parent(name::SUPPORTED_CALENDAR_COMPONENT_SET, [comp]);
            Response::props("/", vec![set], [])
        };
        assert!(holds_events(&set("vevent")));
        assert!(!holds_events(&set("VTODO")));
        assert!(holds_events(&Response::default()));
    }
}
