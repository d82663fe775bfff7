//! What a client wrote comes back to the octet, as long as the event is that one.

use protocols::caldav::{Multiget, Name, Props, Response as Found, name};

use super::*;

/// In an order and with a fold of its own.
const OWN: &str = "BEGIN:VCALENDAR\r\nPRODID:-//Somebody//Else//EN\r\nVERSION:2.0\r\nX-WR-OWN:1\r\nBEGIN:VEVENT\r\nSUMMARY;X-P=1:Lun\r\n ch\r\n\
                   DTSTART:20261123T120000Z\r\nDURATION:PT1H\r\nUID:1.ics\r\nDTSTAMP:20261101T000000Z\r\nX-MOOD:good\r\n\
                   TRANSP:OPAQUE\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

#[tokio::test]
async fn what_was_put_comes_back_to_the_octet_under_its_tag() {
    let dav = Dav::start().await;
    let path = dav.object("1.ics");
    let made = dav.send("PUT", &path, &[], OWN).await;
    let tag = made.header("etag").unwrap().to_owned();
    let read = dav.send("GET", &path, &[], "").await;
    assert_eq!(
        (read.text().unwrap(), read.header("etag")),
        (OWN, Some(&*tag))
    );
    // Nothing of the event is different, but its text is: another text is another tag.
    let other = OWN.replace("X-WR-OWN:1", "X-WR-OWN:2");
    let second = dav.send("PUT", &path, &[("if-match", &tag)], &other).await;
    assert_eq!(second.status, 204);
    assert_ne!(second.header("etag"), Some(&*tag));
    assert_eq!(dav.send("GET", &path, &[], "").await.text().unwrap(), other);
}

/// Somebody changes an event in the hub, where there are no texts.
async fn dinner(dav: &Dav, name: &str) {
    let hub = &dav.world.app.hub;
    let id = dav.world.calendar.id;
    let found = hub.event_by_name(&dav.world.actor, id, name).await;
    let edit = |event: &mut calendar::Event| {
        "Dinner".clone_into(&mut event.title);
        Ok(())
    };
    let none = hub::Precondition::None;
    hub.edit_event(&dav.world.actor, found.unwrap().unwrap().id, none, edit)
        .await
        .unwrap();
}

#[tokio::test]
async fn when_the_event_is_changed_elsewhere_the_rest_is_still_there() {
    let dav = Dav::start().await;
    let path = dav.object("1.ics");
    let tag = dav.send("PUT", &path, &[], OWN).await;
    dinner(&dav, "1.ics").await;
    let read = dav.send("GET", &path, &[], "").await;
    let text = read.text().unwrap();
    assert!(text.contains("SUMMARY") && text.contains("Dinner") && text.contains("X-MOOD:good"));
    assert_ne!(read.header("etag"), tag.header("etag"));
}

#[tokio::test]
async fn a_text_that_lacks_something_is_completed_and_has_no_tag_yet() {
    let dav = Dav::start().await;
    let text = OWN
        .replace(
            "DTSTART:20261123T120000Z",
            "DTSTART;TZID=Europe/Berlin:20261123T120000",
        )
        .replace("DTSTAMP:20261101T000000Z\r\n", "");
    let made = dav.send("PUT", &dav.object("1.ics"), &[], &text).await;
    assert_eq!((made.status, made.header("etag")), (201, None));
    let read = dav.send("GET", &dav.object("1.ics"), &[], "").await;
    let read = read.text().unwrap();
    for part in [
        "BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin",
        "DTSTAMP:",
        "X-WR-OWN:1",
        "SUMMARY;X-P=1:Lunch",
    ] {
        assert!(read.contains(part), "{part}\n{read}");
    }
    let nowhere = text.replace("Europe/Berlin", "Nowhere/At All");
    let refused = dav.send("PUT", &dav.object("1.ics"), &[], &nowhere).await;
    assert_eq!(conditions(&refused), ["valid-timezone"]);
}

#[tokio::test]
async fn parts_of_the_data_are_given_as_wanted() {
    let dav = Dav::start().await;
    dav.send("PUT", &dav.object("1.ics"), &[], OWN).await;
    let ask = |inner: &str| {
        format!(
            "<c:calendar-multiget xmlns:c='urn:ietf:params:xml:ns:caldav' xmlns:d='DAV:'><d:prop><d:getetag/>\
             <c:calendar-data>{inner}</c:calendar-data></d:prop><d:href>{}</d:href></c:calendar-multiget>",
            dav.object("1.ics")
        )
    };
    let part = "<c:comp name='VCALENDAR'><c:prop name='VERSION'/><c:prop name='PRODID'/><c:comp name='VEVENT'>\
                <c:prop name='UID'/><c:prop name='DTSTAMP'/><c:prop name='DTSTART'/></c:comp></c:comp>";
    let report = dav.send("REPORT", &dav.calendar(), &[], &ask(part)).await;
    let text = report.text().unwrap();
    assert!(text.contains("UID:1.ics") && !text.contains("SUMMARY") && !text.contains("X-MOOD"));
    let foreign = ask("").replace(
        "<c:calendar-data>",
        "<c:calendar-data content-type='text/html'>",
    );
    let refused = dav.send("REPORT", &dav.calendar(), &[], &foreign).await;
    assert_eq!(conditions(&refused), ["supported-calendar-data"]);
}

/// Texts alone are answered without reading events; beside something else that is asked for they are the same.
#[tokio::test]
async fn texts_alone_are_the_same_as_beside_anything_else() {
    let dav = Dav::start().await;
    let names = ["1.ics", "2.ics", "none.ics"];
    for name in &names[..2] {
        let text = OWN.replace("1.ics", name);
        dav.send("PUT", &dav.object(name), &[], &text).await;
    }
    let hrefs: Vec<String> = names.iter().map(|name| dav.object(name)).collect();
    let ask = async |names: &[Name]| {
        let (props, hrefs) = (Props::of(names.iter().cloned()), hrefs.clone());
        let answer = dav
            .report(&Report::Multiget(Multiget { props, hrefs }))
            .await;
        let told = |found: &Found| {
            let text = |name| found.text(name).map(str::to_owned);
            (text(&name::GETETAG), text(&name::CALENDAR_DATA))
        };
        let found = multistatus(&answer).responses;
        found.iter().map(told).collect::<Vec<_>>()
    };
    let alone = [name::GETETAG, name::CALENDAR_DATA];
    let beside = [name::GETETAG, name::CALENDAR_DATA, name::GETCONTENTTYPE];
    let before = ask(&alone).await;
    assert_eq!(before, ask(&beside).await);
    assert_eq!(before[0].1.as_deref(), Some(OWN.trim_end()));
    assert_eq!((&before[2].0, &before[2].1), (&None, &None));
    dinner(&dav, "1.ics").await;
    dav.send("DELETE", &dav.object("2.ics"), &[], "").await;
    let after = ask(&alone).await;
    assert_eq!(after, ask(&beside).await);
    assert!(after[0].1.as_ref().unwrap().contains("Dinner") && after[1].0.is_none());
    assert_ne!(before[0].0, after[0].0);
}
