//! DAV bodies as clients and servers send them.

use kalends_protocols::caldav::{
    CalendarData, CalendarQuery, CompFilter, Element, Error, FreeBusyQuery, Multiget, Multistatus,
    Name, ParamFilter, PropFilter, PropFind, PropertyUpdate, Props, QueryZone, Report, Response,
    SyncCollection, TextMatch, TimeRange, multistatus::names_condition, name,
};

fn range() -> TimeRange {
    TimeRange::between(
        "2026-11-01T00:00:00Z".parse().unwrap(),
        "2026-12-01T00:00:00Z".parse().unwrap(),
    )
}

fn again(report: &Report) -> Report {
    Report::parse(report.write().write().as_bytes()).unwrap()
}

#[test]
fn reports_come_back() {
    let props = Props {
        names: vec![name::GETETAG, name::CALENDAR_DATA],
        calendar_data: CalendarData {
            expand: Some(range()),
            ..CalendarData::default()
        },
        ..Props::default()
    };
    let mut filter = CompFilter::events(Some(range()));
    filter.comps[0].props.push(PropFilter {
        name: "ATTENDEE".into(),
        text_match: Some(TextMatch {
            text: "mailto:<ada>".into(),
            negate: true,
            exact: true,
            ..TextMatch::default()
        }),
        params: vec![ParamFilter {
            name: "PARTSTAT".into(),
            is_not_defined: true,
            text_match: None,
        }],
        ..PropFilter::default()
    });
    for report in [
        Report::CalendarQuery(CalendarQuery {
            props: props.clone(),
            filter,
            zone: Some(QueryZone::Id("Europe/Berlin".to_owned())),
        }),
        Report::Multiget(Multiget {
            props: props.clone(),
            hrefs: vec!["/a%20b/1.ics".into(), "/2.ics".into()],
        }),
        Report::SyncCollection(SyncCollection {
            token: Some("http://example.com/sync/1?a&b".into()),
            infinite: false,
            limit: Some(10),
            props: props.clone(),
        }),
        Report::SyncCollection(SyncCollection {
            token: None,
            infinite: true,
            limit: None,
            props,
        }),
        Report::FreeBusyQuery(FreeBusyQuery { range: range() }),
    ] {
        assert_eq!(again(&report), report);
    }
}

#[test]
fn a_query_of_rfc_4791() {
    // RFC 4791 7.8.1, in the prefixes of that text.
    let report = Report::parse(
        br#"<?xml version="1.0" encoding="utf-8" ?>
<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
  <D:prop>
    <D:getetag/>
    <C:calendar-data>
      <C:comp name="VCALENDAR"><C:prop name="VERSION"/></C:comp>
    </C:calendar-data>
  </D:prop>
  <C:filter>
    <C:comp-filter name="VCALENDAR">
      <C:comp-filter name="VEVENT">
        <C:time-range start="20060104T000000Z" end="20060105T000000Z"/>
      </C:comp-filter>
    </C:comp-filter>
  </C:filter>
</C:calendar-query>"#,
    );
    let Ok(Report::CalendarQuery(query)) = report else {
        panic!("{report:?}");
    };
    assert_eq!(query.props.names, [name::GETETAG, name::CALENDAR_DATA]);
    let range = query.filter.comps[0].time_range.unwrap();
    assert_eq!(range.start.unwrap().to_string(), "2006-01-04T00:00:00Z");
}

#[test]
fn bad_requests_are_explained() {
    for (body, message) in [
        (
            "<c:calendar-query xmlns:c='urn:ietf:params:xml:ns:caldav'/>",
            "<calendar-query>: a filter with a comp-filter is needed",
        ),
        (
            "<c:free-busy-query xmlns:c='urn:ietf:params:xml:ns:caldav'><c:time-range start='20260101' end='20260102T000000Z'/></c:free-busy-query>",
            "<free-busy-query>: a start and a later end in UTC are needed, such as 20261123T000000Z",
        ),
        (
            "<c:free-busy-query xmlns:c='urn:ietf:params:xml:ns:caldav'><c:time-range start='20260102T000000Z' end='20260101T000000Z'/></c:free-busy-query>",
            "<free-busy-query>: a start and a later end in UTC are needed, such as 20261123T000000Z",
        ),
    ] {
        assert_eq!(
            Report::parse(body.as_bytes()).unwrap_err().to_string(),
            message
        );
    }
    assert!(matches!(
        Multistatus::parse(b"<html></html>"),
        Err(Error::Root { .. })
    ));
}

#[test]
fn an_unknown_report_is_kept_as_it_came() {
    let body = b"<d:principal-search-property-set xmlns:d='DAV:'/>";
    assert!(matches!(Report::parse(body), Ok(Report::Other(_))));
}

#[test]
fn propfinds_come_back() {
    for find in [
        PropFind::Names,
        PropFind::All(vec![name::GETCTAG]),
        PropFind::props([name::CURRENT_USER_PRINCIPAL, Name::new("urn:x", "y")]),
    ] {
        let body = find.write().write();
        assert_eq!(PropFind::parse(body.as_bytes()).unwrap(), find);
    }
    assert_eq!(PropFind::parse(b" \r\n").unwrap(), PropFind::All(vec![]));
}

#[test]
fn property_updates_come_back() {
    let update = PropertyUpdate {
        set: vec![
            Element::text(name::DISPLAYNAME, "Praxis & Co"),
            Element::text(name::CALENDAR_COLOR, "#FF2D55FF"),
        ],
        remove: vec![name::CALENDAR_ORDER],
    };
    let body = update.write().write();
    assert_eq!(PropertyUpdate::parse(body.as_bytes()).unwrap(), update);
    let body = update.write_mkcalendar().write();
    assert_eq!(
        PropertyUpdate::parse_mkcalendar(body.as_bytes()).unwrap(),
        update
    );
    assert_eq!(
        PropertyUpdate::parse_mkcalendar(b"").unwrap(),
        PropertyUpdate::default()
    );
}

#[test]
fn a_sync_answer_of_icloud() {
    let answer = Multistatus::parse(
        br#"<?xml version='1.0' encoding='UTF-8'?><multistatus xmlns='DAV:'>
  <response><href>/1234/calendars/home/</href><propstat><prop><getetag>"C=5"</getetag></prop><status>HTTP/1.1 200 OK</status></propstat></response>
  <response><href>/1234/calendars/home/A.ics</href><propstat><prop><getetag xmlns='DAV:'>"l1"</getetag></prop><status>HTTP/1.1 200 OK</status></propstat>
    <propstat><prop><calendar-data xmlns="urn:ietf:params:xml:ns:caldav"/></prop><status>HTTP/1.1 404 Not Found</status></propstat></response>
  <response><href>/1234/calendars/home/B.ics</href><status>HTTP/1.1 404 Not Found</status></response>
  <sync-token>HwoQEgwAAAh4yw</sync-token></multistatus>"#,
    )
    .unwrap();
    assert_eq!(answer.sync_token.as_deref(), Some("HwoQEgwAAAh4yw"));
    assert_eq!(answer.responses[1].text(&name::GETETAG), Some("\"l1\""));
    assert_eq!(answer.responses[1].prop(&name::CALENDAR_DATA), None);
    assert!(answer.responses[2].is_gone());
    let body = answer.write().write();
    assert_eq!(Multistatus::parse(body.as_bytes()).unwrap(), answer);
}

/// Row 74: a calendar of 100,000 events has more elements than are held at once.
#[test]
fn row_74_a_listing_of_a_hundred_thousand_is_read_one_by_one() {
    let response = |n: u32| {
        format!(
            "<response><href>/c/{n}.ics</href><propstat><prop><getetag>\"{n}\"</getetag></prop>\
             <status>HTTP/1.1 200 OK</status></propstat></response>"
        )
    };
    let responses: Vec<String> = (0..100_000).map(response).collect();
    let body = format!(
        "<multistatus xmlns='DAV:'>{}<sync-token>next</sync-token></multistatus>",
        responses.concat()
    );
    let mut count = 0;
    let token = Multistatus::parse_each(body.as_bytes(), |response| {
        assert_eq!(response.href, format!("/c/{count}.ics"));
        assert!(response.text(&name::GETETAG).is_some());
        count += 1;
    });
    assert_eq!((token, count), (Ok(Some("next".to_owned())), 100_000));
    let whole = Element::parse(body.as_bytes());
    assert!(matches!(whole, Err(Error::TooLarge { .. })), "held whole");
    let wide = format!(
        "<multistatus xmlns='DAV:'><response>{}</response></multistatus>",
        "<href>/</href>".repeat(500_001)
    );
    let wide = Multistatus::parse_each(wide.as_bytes(), |_| {});
    assert!(matches!(wide, Err(Error::TooLarge { .. })), "{wide:?}");
    let other = Multistatus::parse_each(b"<html><response/></html>", |_| {});
    assert!(matches!(other, Err(Error::Root { .. })), "{other:?}");
}

#[test]
fn calendar_data_keeps_its_line_ends() {
    let text = "BEGIN:VCALENDAR\r\nX:<&>\r\nEND:VCALENDAR\r\n";
    let found = vec![Element::text(name::CALENDAR_DATA, text)];
    let answer = Multistatus {
        responses: vec![Response::props("/1.ics", found, [name::GETETAG])],
        sync_token: None,
    };
    let body = answer.write().write();
    let read = Multistatus::parse(body.as_bytes()).unwrap();
    assert_eq!(
        read.responses[0].prop(&name::CALENDAR_DATA).unwrap().text,
        text
    );
    assert_eq!(read, answer);
}

#[test]
fn one_response_may_stand_for_several_resources() {
    let answer = Multistatus::parse(b"<m:multistatus xmlns:m='DAV:'><m:response><m:href>/a</m:href><m:href>/b</m:href><m:status>HTTP/1.1 410 Gone</m:status></m:response></m:multistatus>").unwrap();
    assert_eq!(answer.responses.len(), 2);
    assert!(answer.responses.iter().all(Response::is_gone));
}

#[test]
fn preconditions_are_recognised() {
    let body = b"<error xmlns='DAV:'><valid-sync-token/></error>";
    assert!(names_condition(body, &name::VALID_SYNC_TOKEN));
    assert!(!names_condition(
        b"<error xmlns='DAV:'/>",
        &name::VALID_SYNC_TOKEN
    ));
    assert!(!names_condition(b"Forbidden", &name::VALID_SYNC_TOKEN));
}
