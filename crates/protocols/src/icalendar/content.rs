//! What an event is about: title, text, status, busy, privacy, keywords and the like.

use calendar::{Event, FreeBusy, Loss, Privacy, Status, Text};
use jiff::Timestamp;

use super::{
    alarm,
    component::{Component, Property},
    html::{same_words, to_plain},
    kept::{Keeping, Kept},
    names::{Name, Table},
    people, place,
    text::{escape, trim},
    value,
};

/// Values that are there more than once where one is allowed are read once.
const ONCE: [(Name, &str, &str); 5] = [
    (Name::Summary, "SUMMARY", "title"),
    (Name::Description, "DESCRIPTION", "description"),
    (Name::Location, "LOCATION", "locations"),
    (Name::Status, "STATUS", "status"),
    (Name::Class, "CLASS", "privacy"),
];

/// Reads everything but times and recurrence into `event`.
pub fn read<'a, 't>(
    table: &Table<'a, 't>,
    event: &mut Event,
    kept: &mut Keeping<'a, 't>,
    losses: &mut Vec<Loss>,
) {
    for (kind, name, property) in ONCE {
        if table.has_several(kind) {
            losses.push(Loss::new(
                property,
                format!("{name} is there twice"),
                "the first",
            ));
        }
    }
    let value = |name| table.get(name).map(|p| trim(&p.value));
    if let Some(property) = table.get(Name::Summary) {
        event.title = property.as_text();
        kept.remember(property, "");
    }
    event.text = text(table, kept);
    event.places = place::read(table, kept);
    event.virtual_places = place::read_virtual(table, kept);
    let says = |name, word: &str| value(name).is_some_and(|v| v.eq_ignore_ascii_case(word));
    event.status = if says(Name::Status, "TENTATIVE") {
        Status::Tentative
    } else if says(Name::Status, "CANCELLED") {
        Status::Cancelled
    } else {
        Status::Confirmed
    };
    event.busy = busy(value(Name::Transp), value(Name::BusyStatus));
    event.privacy = match value(Name::Class) {
        None | Some("") => Privacy::Public,
        Some(_) if says(Name::Class, "PUBLIC") => Privacy::Public,
        Some(_) if says(Name::Class, "CONFIDENTIAL") => Privacy::Secret,
        // RFC 5545 3.8.1.3: what is not recognised is private.
        Some(_) => Privacy::Private,
    };
    event.people = people::read(table, losses);
    event.reminders = alarm::read_all(table, kept);
    event.color = table.get(Name::Color).map(Property::as_text);
    for property in table.all(Name::Categories) {
        let categories = property.as_texts().filter(|c| !c.is_empty());
        categories.for_each(|c| _ = event.categories.insert(c));
    }
    event.priority = value(Name::Priority)
        .and_then(|n| n.parse().ok())
        .filter(|n| *n <= 9)
        .unwrap_or(0);
    event.sequence = value(Name::Sequence)
        .and_then(|n| n.parse().ok())
        .unwrap_or(0);
    event.created = value(Name::Created).and_then(instant);
    event.updated = value(Name::LastModified).and_then(instant);
}

fn instant(text: &str) -> Option<Timestamp> {
    Some(value::utc(value::date_time(text)?.0))
}

/// TRANSP decides; Microsoft's property refines it while the two agree, since many clients change only TRANSP.
fn busy(transp: Option<&str>, microsoft: Option<&str>) -> FreeBusy {
    let microsoft = microsoft.map(str::to_ascii_uppercase);
    let free = match transp {
        Some(t) => t.eq_ignore_ascii_case("TRANSPARENT"),
        None => matches!(microsoft.as_deref(), Some("FREE" | "WORKINGELSEWHERE")),
    };
    match (free, microsoft.as_deref()) {
        (true, Some("WORKINGELSEWHERE")) => FreeBusy::WorkingElsewhere,
        (true, _) => FreeBusy::Free,
        (false, Some("TENTATIVE")) => FreeBusy::Tentative,
        (false, Some("OOF")) => FreeBusy::OutOfOffice,
        (false, _) => FreeBusy::Busy,
    }
}

/// Whether a property is the HTML form of the description.
pub fn is_html(property: &Property) -> bool {
    property.is("X-ALT-DESC")
        && property
            .parameter("FMTTYPE")
            .is_some_and(|t| t.to_ascii_lowercase().starts_with("text/html"))
}

/// The HTML form counts only while it says the same as DESCRIPTION: most clients change DESCRIPTION alone.
fn text<'a, 't>(table: &Table<'a, 't>, kept: &mut Keeping<'a, 't>) -> Text {
    let plain = table.get(Name::Description);
    let html = table
        .all(Name::AltDesc)
        .find(|p| is_html(p) && !p.value.is_empty());
    let Some(html) = html else {
        if let Some(plain) = plain {
            kept.remember(plain, "");
        }
        return Text::plain(plain.map(Property::as_text).unwrap_or_default());
    };
    let markup = html.as_text();
    let words = plain.map(Property::as_text).unwrap_or_default();
    let rendered = to_plain(&markup);
    kept.properties
        .extend(plain.filter(|p| p.as_text() != rendered || !p.parameters.is_empty()));
    if words.is_empty() || same_words(&rendered, &words) {
        kept.remember(html, &alternative("").parameters);
        return Text::html(markup);
    }
    kept.properties.push(html);
    Text::plain(words)
}

fn alternative(html: &str) -> Property<'_> {
    Property::text("X-ALT-DESC", html).with("FMTTYPE", "text/html")
}

fn write_text<'t>(text: &'t Text, kept: &mut Kept<'t>, out: &mut Vec<Property<'t>>) {
    if text.is_empty() {
        out.extend(kept.empty("DESCRIPTION"));
        return;
    }
    if text.html {
        let rendered = to_plain(&text.content);
        let same = |p: &Property| p.is("DESCRIPTION") && same_words(&p.as_text(), &rendered);
        let description = kept
            .take(same)
            .unwrap_or_else(|| Property::new("DESCRIPTION", escape(&rendered).into_owned()));
        out.push(description);
        out.push(kept.spelled(alternative(&text.content)));
        return;
    }
    let canonical = Property::text("DESCRIPTION", &text.content);
    let same = |p: &Property| p.is("DESCRIPTION") && p.as_text() == canonical.as_text();
    let spelled = kept.take(same);
    // An HTML form that said something else when it came goes back only beside the text that it came with.
    if spelled.is_some() {
        out.extend(kept.take(is_html));
    }
    out.push(spelled.unwrap_or(canonical));
}

/// Writes everything but times and recurrence.
pub fn write<'t>(event: &'t Event, kept: &mut Kept<'t>, component: &mut Component<'t>) {
    let out = &mut component.properties;
    if event.title.is_empty() {
        out.extend(kept.empty("SUMMARY"));
    } else {
        out.push(kept.spelled(Property::text("SUMMARY", &event.title)));
    }
    write_text(&event.text, kept, out);
    out.extend(place::write(&event.places, kept));
    out.extend(place::write_virtual(&event.virtual_places, kept));
    match event.status {
        Status::Confirmed => out.push(Property::new("STATUS", "CONFIRMED")),
        Status::Tentative => out.push(Property::new("STATUS", "TENTATIVE")),
        Status::Cancelled => out.push(Property::new("STATUS", "CANCELLED")),
    }
    let (transp, microsoft) = match event.busy {
        FreeBusy::Busy => ("OPAQUE", None),
        FreeBusy::Free => ("TRANSPARENT", None),
        FreeBusy::Tentative => ("OPAQUE", Some("TENTATIVE")),
        FreeBusy::OutOfOffice => ("OPAQUE", Some("OOF")),
        FreeBusy::WorkingElsewhere => ("TRANSPARENT", Some("WORKINGELSEWHERE")),
    };
    out.push(Property::new("TRANSP", transp));
    out.extend(microsoft.map(|m| Property::new("X-MICROSOFT-CDO-BUSYSTATUS", m)));
    match event.privacy {
        Privacy::Public => {}
        Privacy::Private => out.push(Property::new("CLASS", "PRIVATE")),
        Privacy::Secret => out.push(Property::new("CLASS", "CONFIDENTIAL")),
    }
    out.extend(people::write(&event.people));
    out.extend(event.color.as_ref().map(|c| Property::text("COLOR", c)));
    out.extend(
        event
            .categories
            .iter()
            .map(|c| Property::text("CATEGORIES", c)),
    );
    if event.priority > 0 {
        out.push(Property::new("PRIORITY", event.priority.to_string()));
    }
    write_alarms(event, kept, component);
}

fn write_alarms<'t>(event: &'t Event, kept: &mut Kept<'t>, component: &mut Component<'t>) {
    let Some(reminders) = &event.reminders else {
        return;
    };
    for reminder in reminders {
        let alarm = kept.spelled_alarm(reminder);
        component.components.push(alarm);
    }
    let kept_alarm = |c: &Component| c.is("VALARM") && alarm::read(c).is_none();
    if reminders.is_empty() && !kept.components.iter().any(kept_alarm) {
        component
            .properties
            .push(Property::new(alarm::NONE, "NONE"));
    }
}
