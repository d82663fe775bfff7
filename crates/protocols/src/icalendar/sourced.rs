//! What was read, with where it stands in its text: as long as nobody touches it, writing it is a copy.

use std::{
    fmt,
    ops::{Deref, DerefMut, Range},
    sync::Arc,
};

use super::{
    component::{Component, Property},
    controls,
    other::for_each_tzid,
    out::WIDTH,
};

/// TZIDs that the components of one text name and that are told apart: one bit each.
const ZONES_MAX: usize = 64;

/// Something that was read from a text, or made.
///
/// It is as good as what is in it (it derefs to that, and compares by that alone). Whoever borrows it mutably touches it:
/// from then on it is written anew instead of copied.
///
/// ```
/// use kalends_protocols::icalendar::Object;
///
/// let text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20261101T000000Z\r\nDTSTART:20261123T090000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
/// let mut object = Object::read(text)?.value.remove(0);
/// assert!(object.events[0].is_as_read());
/// object.events[0].title = "Tyres".into();
/// assert!(!object.events[0].is_as_read());
/// # Ok::<(), kalends_protocols::icalendar::Error>(())
/// ```
#[derive(Clone)]
pub struct Sourced<T> {
    value: T,
    origin: Option<Origin>,
}

impl<T> Sourced<T> {
    /// With where it was read from, if it can be copied from there.
    pub(super) fn new(value: T, origin: Option<Origin>) -> Self {
        Self { value, origin }
    }

    /// Where it can be copied from.
    pub(super) fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    /// Whether it is copied when it is written: it was read, needed no repair, and was not touched since.
    pub fn is_as_read(&self) -> bool {
        self.origin.is_some()
    }

    /// What is in it.
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T> From<T> for Sourced<T> {
    fn from(value: T) -> Self {
        Self::new(value, None)
    }
}

impl<T> Deref for Sourced<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Sourced<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.origin = None;
        &mut self.value
    }
}

impl<T: PartialEq> PartialEq for Sourced<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Sourced<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

/// Components of a text that are one thing.
#[derive(Clone)]
pub(super) struct Origin {
    source: Arc<Source>,
    part: Part,
}

impl Origin {
    /// Their text, one after another.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.places()
            .iter()
            .map(|place| &self.source.text[place.clone()])
    }

    /// How many bytes that is.
    pub(super) fn length(&self) -> usize {
        self.places().iter().map(ExactSizeIterator::len).sum()
    }

    fn places(&self) -> &[Range<usize>] {
        let Range { start, end } = self.part.places;
        &self.source.places[start as usize..end as usize]
    }
}

/// A calendar that was read.
struct Source {
    text: Arc<str>,
    /// Where components stand, those of one event in a row.
    places: Vec<Range<usize>>,
    zones: Vec<SourceZone>,
}

/// A TZID that components name.
struct SourceZone {
    tzid: String,
    /// Its VTIMEZONE, if it has one.
    timezone: Option<Component<'static>>,
}

/// Some of the places of a source, and which zones they name, one bit each.
#[derive(Clone)]
pub(super) struct Part {
    places: Range<u32>,
    zones: u64,
}

/// A source while it is put together.
pub(super) struct Gathering {
    source: Source,
}

impl Gathering {
    /// Of a calendar that stands in this text.
    pub(super) fn of(text: Arc<str>) -> Self {
        let (places, zones) = (Vec::new(), Vec::new());
        Self {
            source: Source {
                text,
                places,
                zones,
            },
        }
    }

    /// Takes up components that are one thing; none if one of them is not as RFC 5545 wants it.
    pub(super) fn add<'c, 't: 'c>(
        &mut self,
        components: impl Iterator<Item = &'c Component<'t>>,
    ) -> Option<Part> {
        let begun = self.source.places.len();
        let mut zones = 0;
        for component in components {
            let place = component.place.range()?;
            if !is_strict(&self.source.text[place.clone()]) {
                return None;
            }
            zones |= self.zones_of(component)?;
            self.source.places.push(place);
        }
        let [start, end] = [begun, self.source.places.len()].map(u32::try_from);
        Some(Part {
            places: start.ok()?..end.ok()?,
            zones,
        })
    }

    fn zones_of(&mut self, component: &Component) -> Option<u64> {
        let known = &mut self.source.zones;
        let mut named = Some(0);
        for_each_tzid(component, &mut |tzid| {
            let at = known.iter().position(|zone| zone.tzid == tzid);
            let at = at.unwrap_or_else(|| {
                known.push(SourceZone {
                    tzid: tzid.to_owned(),
                    timezone: None,
                });
                known.len() - 1
            });
            named = named.filter(|_| at < ZONES_MAX).map(|bits| bits | 1 << at);
        });
        named
    }

    /// The finished source as a way from its parts to what can be copied. `timezones` are the VTIMEZONEs that count.
    pub(super) fn finish(mut self, timezones: &[&Component]) -> impl Fn(Part) -> Origin {
        // One without observances explains nothing.
        for timezone in timezones.iter().filter(|t| !t.components.is_empty()) {
            let tzid = timezone.property("TZID").map(Property::as_text);
            let mut zones = self.source.zones.iter_mut();
            if let Some(zone) = zones.find(|zone| Some(&zone.tzid) == tzid.as_ref()) {
                zone.timezone = Some((*timezone).clone().into_owned());
            }
        }
        let source = Arc::new(self.source);
        move |part| Origin {
            source: source.clone(),
            part,
        }
    }
}

/// The zones that some origins name.
#[derive(Default)]
pub(super) struct Named<'o> {
    /// The VTIMEZONEs that they came with.
    pub(super) timezones: Vec<&'o Component<'static>>,
    /// TZIDs that came without one.
    pub(super) bare: Vec<&'o str>,
}

impl<'o> Named<'o> {
    /// All of them.
    pub(super) fn by(origins: impl Iterator<Item = &'o Origin>) -> Self {
        let mut sources: Vec<(&Arc<Source>, u64)> = Vec::new();
        for Origin { source, part } in origins {
            let mut known = sources.iter_mut().rev();
            match known.find(|(known, _)| Arc::ptr_eq(known, source)) {
                Some((_, zones)) => *zones |= part.zones,
                None => sources.push((source, part.zones)),
            }
        }
        let mut named = Self::default();
        for (source, bits) in sources {
            let zones = source.zones.iter().take(ZONES_MAX).enumerate();
            for (_, zone) in zones.filter(|(at, _)| bits & (1 << at) != 0) {
                match &zone.timezone {
                    Some(timezone) => named.timezones.push(timezone),
                    None => named.bare.push(&zone.tzid),
                }
            }
        }
        named
    }
}

/// Whether lines are as RFC 5545 3.1 wants them. That they hold no split character is known: the text is UTF-8.
fn is_strict(mut text: &str) -> bool {
    while !text.is_empty() {
        let Some(end) = memchr::memchr(b'\n', text.as_bytes()) else {
            return false;
        };
        let Some(line) = text[..end].strip_suffix('\r') else {
            return false;
        };
        if line.len() > WIDTH || controls::in_line(line) {
            return false;
        }
        text = &text[end + 1..];
    }
    true
}
