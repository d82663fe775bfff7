//! What an event is about: title, text, status, busy, privacy, keywords and the like.

use calendar::{Event, FreeBusy, Loss, Privacy, Status, Text};
use jiff::Timestamp;

use super::{
    alarm,
    component::{Component, Property},
    html::{same_words, to_plain},
    kept::{Keeping, Kept},
    names::{Name, Table},
    out::Out,
    people, place,
    text::{escape, trim, unescape},
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
    let same = same_words(&rendered, &words);
    // An empty one beside HTML that says something is written with what the HTML says.
    let tells = |p: &&Property| p.as_text() != rendered || !p.parameters.is_empty();
    kept.properties
        .extend(plain.filter(|p| tells(p) && (same || !words.is_empty())));
    if words.is_empty() || same {
        kept.remember(html, &alternative("").parameters);
        return Text::html(markup);
    }
    kept.properties.push(html);
    Text::plain(words)
}

fn alternative(html: &str) -> Property<'_> {
    Property::text("X-ALT-DESC", html).with("FMTTYPE", "text/html")
}

fn write_text<'t>(text: &'t Text, kept: &mut Kept<'t>, out: &mut Out) {
    if text.is_empty() {
        kept.write_empty("DESCRIPTION", out);
        return;
    }
    if text.html {
        let rendered = to_plain(&text.content);
        let same = |p: &Property| p.is("DESCRIPTION") && same_words(&p.as_text(), &rendered);
        match kept.take(same) {
            Some(description) => out.property(&description),
            None => out.start("DESCRIPTION").text(&rendered),
        }
        kept.write_spelled(&alternative(&text.content), out);
        return;
    }
    let spelled = if kept.has("DESCRIPTION") {
        let words = unescape(&escape(&text.content)).into_owned();
        kept.take(|p| p.is("DESCRIPTION") && p.as_text() == words)
    } else {
        None
    };
    let Some(spelled) = spelled else {
        out.start("DESCRIPTION").text(&text.content);
        return;
    };
    // An HTML form that said something else when it came goes back only beside the text that it came with.
    if let Some(html) = kept.take(is_html) {
        out.property(&html);
    }
    out.property(&spelled);
}

/// Writes everything but times, recurrence and alarms.
pub fn write<'t>(event: &'t Event, kept: &mut Kept<'t>, out: &mut Out) {
    if event.title.is_empty() {
        kept.write_empty("SUMMARY", out);
    } else {
        kept.write_text("SUMMARY", &event.title, out);
    }
    write_text(&event.text, kept, out);
    place::write(&event.places, kept, out);
    place::write_virtual(&event.virtual_places, kept, out);
    out.start("STATUS").value(match event.status {
        Status::Confirmed => "CONFIRMED",
        Status::Tentative => "TENTATIVE",
        Status::Cancelled => "CANCELLED",
    });
    let (transp, microsoft) = match event.busy {
        FreeBusy::Busy => ("OPAQUE", None),
        FreeBusy::Free => ("TRANSPARENT", None),
        FreeBusy::Tentative => ("OPAQUE", Some("TENTATIVE")),
        FreeBusy::OutOfOffice => ("OPAQUE", Some("OOF")),
        FreeBusy::WorkingElsewhere => ("TRANSPARENT", Some("WORKINGELSEWHERE")),
    };
    out.start("TRANSP").value(transp);
    if let Some(microsoft) = microsoft {
        out.start("X-MICROSOFT-CDO-BUSYSTATUS").value(microsoft);
    }
    match event.privacy {
        Privacy::Public => {}
        Privacy::Private => out.start("CLASS").value("PRIVATE"),
        Privacy::Secret => out.start("CLASS").value("CONFIDENTIAL"),
    }
    people::write(&event.people, out);
    if let Some(color) = &event.color {
        out.start("COLOR").text(color);
    }
    for category in &event.categories {
        out.start("CATEGORIES").text(category);
    }
    if event.priority > 0 {
        out.start("PRIORITY").number(event.priority.into());
    }
    let kept_alarm = |c: &Component| c.is("VALARM") && alarm::read(c).is_none();
    let no_alarms = event.reminders.as_ref().is_some_and(Vec::is_empty);
    if no_alarms && !kept.components.iter().any(kept_alarm) {
        out.start(alarm::NONE).value("NONE");
    }
}

/// Writes the alarms, behind all properties.
pub fn write_alarms(event: &Event, kept: &mut Kept, out: &mut Out) {
    for reminder in event.reminders.iter().flatten() {
        match kept.spelled_alarm(reminder) {
            Some(alarm) => out.component(&alarm),
            None => alarm::write(reminder, out),
        }
    }
}
