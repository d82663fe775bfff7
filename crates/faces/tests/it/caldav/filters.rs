//! Times of properties in filters (RFC 4791 9.7.2), and zones that a query brings along.

use protocols::caldav::{
    CalendarQuery, CompFilter, PropFilter, Props, QueryZone, Report, TimeRange, name,
};

use super::*;

async fn found(dav: &Dav, property: &str, (from, to): (&str, &str)) -> Vec<String> {
    let mut filter = CompFilter::events(None);
    filter.comps[0].props.push(PropFilter {
        time_range: Some(TimeRange {
            start: Some(from.parse().unwrap()),
            end: Some(to.parse().unwrap()),
        }),
        name: property.to_owned(),
        ..PropFilter::default()
    });
    let query = Report::CalendarQuery(CalendarQuery {
        props: Props::of([name::GETETAG]),
        filter,
        zone: None,
    });
    let answer = multistatus(&dav.report(&query).await);
    answer.responses.into_iter().map(|r| r.href).collect()
}

#[tokio::test]
async fn times_of_properties_are_in_their_zones() {
    let dav = Dav::start().await;
    dav.have(
        "1.ics",
        "DTSTAMP:20261101T000000Z\r\nDTSTART;TZID=America/New_York:20261123T120000\r\n\
         EXDATE;TZID=America/New_York:20261124T120000,20261125T120000\r\nRRULE:FREQ=DAILY",
    )
    .await;
    dav.have(
        "2.ics",
        "DTSTAMP:20261101T000000Z\r\nDTSTART;VALUE=DATE:20261123",
    )
    .await;
    let (one, two) = (dav.object("1.ics"), dav.object("2.ics"));
    for (property, from, to, expected) in [
        // Noon in New York is 17:00 in UTC.
        (
            "DTSTART",
            "2026-11-23T16:59:00Z",
            "2026-11-23T17:01:00Z",
            vec![one.clone(), two.clone()],
        ),
        (
            "DTSTART",
            "2026-11-24T11:00:00Z",
            "2026-11-24T13:00:00Z",
            vec![],
        ),
        (
            "DTSTART",
            "2026-11-23T03:00:00Z",
            "2026-11-23T04:00:00Z",
            vec![two.clone()],
        ),
        // Any of a list.
        (
            "EXDATE",
            "2026-11-25T17:00:00Z",
            "2026-11-25T17:01:00Z",
            vec![one.clone()],
        ),
        (
            "EXDATE",
            "2026-11-25T12:00:00Z",
            "2026-11-25T12:01:00Z",
            vec![],
        ),
    ] {
        assert_eq!(
            found(&dav, property, (from, to)).await,
            expected,
            "{property} {from}"
        );
    }
}

#[tokio::test]
async fn a_zone_that_comes_along_is_in_a_whole_calendar() {
    let dav = Dav::start().await;
    let zone = "BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n\
                TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";
    for (head, status) in [("VERSION:2.0\r\nPRODID:x\r\n", 207), ("", 403)] {
        let text = format!("BEGIN:VCALENDAR\r\n{head}{zone}END:VCALENDAR\r\n");
        let query = Report::CalendarQuery(CalendarQuery {
            props: Props::of([name::GETETAG]),
            filter: CompFilter::events(None),
            zone: Some(QueryZone::Text(text)),
        });
        let answer = dav.report(&query).await;
        assert_eq!(answer.status, status);
        if status == 403 {
            assert_eq!(conditions(&answer), ["valid-calendar-data"]);
        }
    }
}
