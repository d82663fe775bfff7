//! The four reports.

use protocols::caldav::{
    CalendarData, CalendarQuery, CompFilter, FreeBusyQuery, Multiget, PropFilter, Props,
    Response as Found, SyncCollection, TextMatch, TimeRange, name,
};

use super::*;

fn range(from: &str, to: &str) -> TimeRange {
    TimeRange::between(from.parse().unwrap(), to.parse().unwrap())
}

const WEEKLY: &str = "DTSTART;TZID=Europe/Berlin:20261123T090000\r\nDTEND;TZID=Europe/Berlin:20261123T100000\r\nRRULE:FREQ=WEEKLY;COUNT=5\r\nEXDATE;TZID=Europe/Berlin:20261130T090000\r\nSUMMARY:Check-up";
const LEAVE: &str = "DTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20261227\r\nSUMMARY:Leave\r\nTRANSP:TRANSPARENT";

fn props() -> Props {
    Props::of([name::GETETAG, name::CALENDAR_DATA])
}

fn names(found: &[Found]) -> Vec<&str> {
    let mut names: Vec<&str> = found
        .iter()
        .map(|r| r.href.rsplit('/').next().unwrap())
        .collect();
    names.sort_unstable();
    names
}

async fn with_events() -> Dav {
    let dav = Dav::start().await;
    dav.have("weekly.ics", WEEKLY).await;
    dav.have("leave.ics", LEAVE).await;
    dav
}

#[tokio::test]
async fn a_query_looks_at_occurrences() {
    let dav = with_events().await;
    let query = |range, props: Props| {
        Report::CalendarQuery(CalendarQuery {
            props,
            filter: CompFilter::events(range),
            zone: None,
        })
    };
    for (from, to, expected) in [
        (
            "2026-11-23T00:00:00Z",
            "2026-11-24T00:00:00Z",
            vec!["weekly.ics"],
        ),
        ("2026-11-29T00:00:00Z", "2026-12-02T00:00:00Z", vec![]),
        (
            "2026-12-21T00:00:00Z",
            "2027-01-01T00:00:00Z",
            vec!["leave.ics", "weekly.ics"],
        ),
        // The day before in UTC is already Christmas Eve in Berlin.
        (
            "2026-12-23T22:00:00Z",
            "2026-12-23T23:30:00Z",
            vec!["leave.ics"],
        ),
        ("2026-12-23T22:00:00Z", "2026-12-23T22:30:00Z", vec![]),
    ] {
        let answer = dav.report(&query(Some(range(from, to)), props())).await;
        assert_eq!(names(&multistatus(&answer).responses), expected, "{from}");
    }
    let all = multistatus(&dav.report(&query(None, props())).await);
    assert_eq!(all.responses.len(), 2);
    let data = all.responses[0].prop(&name::CALENDAR_DATA).unwrap();
    assert!(data.text.contains("\r\n"));

    let mut expanded = props();
    let month = range("2026-11-01T00:00:00Z", "2026-12-10T00:00:00Z");
    expanded.calendar_data = CalendarData {
        expand: Some(month),
        ..CalendarData::default()
    };
    let answer = multistatus(&dav.report(&query(Some(month), expanded)).await);
    let data = &answer.responses[0].prop(&name::CALENDAR_DATA).unwrap().text;
    assert_eq!(data.matches("BEGIN:VEVENT").count(), 2, "{data}");
    assert!(data.contains("RECURRENCE-ID:20261207T080000Z") && !data.contains("RRULE"));
}

#[tokio::test]
async fn a_query_looks_at_properties() {
    let dav = with_events().await;
    let filter = |property: PropFilter| {
        let mut filter = CompFilter::events(None);
        filter.comps[0].props.push(property);
        Report::CalendarQuery(CalendarQuery {
            props: props(),
            filter,
            zone: None,
        })
    };
    let contains = |text: &str, negate| PropFilter {
        name: "SUMMARY".into(),
        text_match: Some(TextMatch {
            text: text.into(),
            negate,
            ..TextMatch::default()
        }),
        ..PropFilter::default()
    };
    let absent = PropFilter {
        name: "RRULE".into(),
        is_not_defined: true,
        ..PropFilter::default()
    };
    for (property, expected) in [
        (contains("CHECK", false), ["weekly.ics"]),
        (contains("check", true), ["leave.ics"]),
        (absent, ["leave.ics"]),
    ] {
        let answer = multistatus(&dav.report(&filter(property)).await);
        assert_eq!(names(&answer.responses), expected);
    }
    let mut tasks = CompFilter::named("VCALENDAR");
    tasks.comps.push(CompFilter::named("VTODO"));
    let tasks = Report::CalendarQuery(CalendarQuery {
        props: props(),
        filter: tasks,
        zone: None,
    });
    assert!(multistatus(&dav.report(&tasks).await).responses.is_empty());
}

#[tokio::test]
async fn a_query_looks_at_the_calendar_around_the_events() {
    let dav = with_events().await;
    let query = |filter| {
        let props = props();
        Report::CalendarQuery(CalendarQuery {
            props,
            filter,
            zone: None,
        })
    };
    // A SUMMARY is the event's, and not the calendar's.
    for (name, expected) in [("VERSION", 2), ("SUMMARY", 0)] {
        let mut filter = CompFilter::events(None);
        filter.props.push(PropFilter {
            name: name.into(),
            ..PropFilter::default()
        });
        let answer = multistatus(&dav.report(&query(filter)).await);
        assert_eq!(answer.responses.len(), expected, "{name}");
    }
    let timed = CompFilter {
        time_range: Some(range("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")),
        ..CompFilter::named("VCALENDAR")
    };
    let refused = dav.report(&query(timed)).await;
    assert_eq!(refused.status, 403);
    assert_eq!(conditions(&refused), ["valid-filter"]);
}

#[tokio::test]
async fn a_query_compares_texts_in_two_ways_and_refuses_others() {
    let dav = with_events().await;
    let query = |collation: &str| {
        let body = format!(
            "<c:calendar-query xmlns:c='urn:ietf:params:xml:ns:caldav' xmlns:d='DAV:'><d:prop><d:getetag/></d:prop><c:filter>\
             <c:comp-filter name='VCALENDAR'><c:comp-filter name='VEVENT'><c:prop-filter name='SUMMARY'>\
             <c:text-match collation='{collation}'>CHECK</c:text-match></c:prop-filter></c:comp-filter></c:comp-filter>\
             </c:filter></c:calendar-query>"
        );
        let dav = &dav;
        async move {
            dav.send("REPORT", &dav.calendar(), &[("depth", "1")], &body)
                .await
        }
    };
    let find = PropFind::props([name::SUPPORTED_COLLATION_SET]);
    let shown = dav.propfind(&dav.calendar(), "0", &find).await;
    let known = shown.responses[0].prop(&name::SUPPORTED_COLLATION_SET);
    let known = known.unwrap().children.iter().map(Element::trimmed);
    let mut counts = Vec::new();
    for collation in known {
        let answer = multistatus(&query(collation).await);
        counts.push((collation, answer.responses.len()));
    }
    assert_eq!(counts, [("i;ascii-casemap", 1), ("i;octet", 0)]);
    let refused = query("i;unicode-casemap").await;
    assert_eq!(refused.status, 403);
    assert_eq!(conditions(&refused), ["supported-collation"]);
}

#[tokio::test]
async fn a_query_finds_events_by_when_their_alarms_go_off() {
    let dav = Dav::start().await;
    let alarm = |trigger: &str| {
        format!("BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:x\r\nTRIGGER{trigger}\r\nEND:VALARM")
    };
    for (name, lines, trigger) in [
        ("weekly.ics", WEEKLY, ":-P1D"),
        ("end.ics", LEAVE, ";RELATED=END:PT1H"),
        ("at.ics", LEAVE, ";VALUE=DATE-TIME:20261101T120000Z"),
        (
            "endless.ics",
            "DTSTART:20261102T100000Z\r\nRRULE:FREQ=DAILY",
            ":-PT30M",
        ),
    ] {
        dav.have(name, &format!("{lines}\r\n{}", alarm(trigger)))
            .await;
    }
    dav.have("silent.ics", WEEKLY).await;
    for (from, to, expected) in [
        // The day before the third week's; the second is not held, so nothing rings before it.
        (
            "2026-12-06T08:00:00Z",
            "2026-12-06T08:00:01Z",
            vec!["weekly.ics"],
        ),
        ("2026-11-29T07:00:00Z", "2026-11-29T09:00:00Z", vec![]),
        // An hour after the leave has ended in Berlin.
        (
            "2026-12-27T00:00:00Z",
            "2026-12-27T00:00:01Z",
            vec!["end.ics"],
        ),
        (
            "2026-11-01T12:00:00Z",
            "2026-11-01T12:00:01Z",
            vec!["at.ics"],
        ),
        (
            "2030-05-01T09:30:00Z",
            "2030-05-01T09:31:00Z",
            vec!["endless.ics"],
        ),
        ("2030-05-01T09:31:00Z", "2030-05-01T10:30:00Z", vec![]),
    ] {
        let mut filter = CompFilter::events(None);
        filter.comps[0].comps.push(CompFilter {
            time_range: Some(range(from, to)),
            ..CompFilter::named("VALARM")
        });
        let props = Props::of([name::GETETAG]);
        let query = Report::CalendarQuery(CalendarQuery {
            props,
            filter,
            zone: None,
        });
        let answer = multistatus(&dav.report(&query).await);
        assert_eq!(names(&answer.responses), expected, "{from}");
    }
}

#[tokio::test]
async fn multiget_answers_in_the_clients_spelling() {
    let dav = with_events().await;
    let hrefs = vec![
        dav.world.url(&dav.object("weekly.ics")),
        dav.object("leave%2Eics"),
        dav.object("none.ics"),
        "/elsewhere/1.ics".to_owned(),
    ];
    let report = Report::Multiget(Multiget {
        props: props(),
        hrefs: hrefs.clone(),
    });
    let answer = multistatus(&dav.report(&report).await);
    let found: Vec<_> = answer
        .responses
        .iter()
        .map(|r| (r.href.clone(), r.is_gone()))
        .collect();
    let expected: Vec<_> = hrefs.into_iter().zip([false, false, true, true]).collect();
    assert_eq!(found, expected);
    assert!(answer.responses[0].text(&name::GETETAG).is_some());
}

async fn sync(dav: &Dav, token: Option<&str>, limit: Option<u32>) -> Response {
    let report = Report::SyncCollection(SyncCollection {
        token: token.map(str::to_owned),
        infinite: false,
        limit,
        props: Props::of([name::GETETAG]),
    });
    dav.report(&report).await
}

#[tokio::test]
async fn sync_tells_each_change_once() {
    let dav = with_events().await;
    let all = multistatus(&sync(&dav, None, None).await);
    assert_eq!(names(&all.responses), ["leave.ics", "weekly.ics"]);
    let token = all.sync_token.unwrap();
    let none = multistatus(&sync(&dav, Some(&token), None).await);
    assert!(none.responses.is_empty());
    dav.put("leave.ics", LEAVE, &[]).await;
    dav.put("leave.ics", &LEAVE.replace("Leave", "Holiday"), &[])
        .await;
    dav.have("new.ics", LEAVE).await;
    dav.send("DELETE", &dav.object("weekly.ics"), &[], "").await;
    let some = multistatus(&sync(&dav, Some(&token), None).await);
    assert_eq!(
        names(&some.responses),
        ["leave.ics", "new.ics", "weekly.ics"]
    );
    let gone: Vec<_> = some
        .responses
        .iter()
        .filter(|r| r.is_gone())
        .map(|r| r.href.clone())
        .collect();
    assert_eq!(gone, [dav.object("weekly.ics")]);

    // In parts, nothing is lost.
    let mut token = token;
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..10 {
        let part = multistatus(&sync(&dav, Some(&token), Some(1)).await);
        let cut = part.responses.iter().any(|r| r.status == Some(507));
        seen.extend(
            part.responses
                .iter()
                .filter(|r| r.status != Some(507))
                .map(|r| r.href.clone()),
        );
        token = part.sync_token.unwrap();
        if !cut {
            break;
        }
    }
    assert_eq!(seen.len(), 3, "{seen:?}");
}

#[tokio::test]
async fn a_first_sync_in_parts_brings_everything_and_what_changed_meanwhile() {
    let dav = with_events().await;
    for name in ["a.ics", "b.ics", "c.ics"] {
        dav.have(name, LEAVE).await;
    }
    let (mut token, mut sizes, mut seen) = (None, Vec::new(), Vec::new());
    loop {
        let part = multistatus(&sync(&dav, token.as_deref(), Some(2)).await);
        let (cut, told): (Vec<_>, Vec<_>) =
            part.responses.iter().partition(|r| r.status == Some(507));
        sizes.push(told.len());
        seen.extend(told.iter().map(|r| r.href.clone()));
        token = part.sync_token;
        if sizes.len() == 1 {
            // It was told already, and is told again when the listing has ended.
            dav.put("weekly.ics", LEAVE, &[]).await;
        }
        if cut.is_empty() {
            break;
        }
        assert_eq!(cut[0].href, dav.calendar());
        assert_eq!(cut[0].errors, [name::NUMBER_OF_MATCHES_WITHIN_LIMITS]);
    }
    assert_eq!(sizes, [2, 2, 1]);
    seen.sort_unstable();
    let all = ["a.ics", "b.ics", "c.ics", "leave.ics", "weekly.ics"];
    assert_eq!(seen, all.map(|name| dav.object(name)));
    let later = multistatus(&sync(&dav, token.as_deref(), None).await);
    assert_eq!(names(&later.responses), ["weekly.ics"]);
}

#[tokio::test]
async fn tokens_that_are_not_ours_or_too_old_are_refused() {
    let dav = with_events().await;
    let token = multistatus(&sync(&dav, None, None).await)
        .sync_token
        .unwrap();
    let latest = dav.world.app.hub.position(&dav.world.actor).await.unwrap();
    dav.world.app.expire_sync_tokens(latest);
    for token in [
        token.as_str(),
        "data:,kalends-999999",
        "data:,kalends--1",
        "data:,kalends-1:x",
        "data:,kalends-1:00000000-0000-7000-8000-000000000000",
        "x",
    ] {
        let response = sync(&dav, Some(token), None).await;
        assert_eq!(response.status, 403, "{token}");
        assert_eq!(conditions(&response), ["valid-sync-token"]);
    }
}

#[tokio::test]
async fn free_busy_says_when_and_not_what() {
    let dav = with_events().await;
    dav.have("away.ics", "DTSTART:20261123T083000Z\r\nDTEND:20261123T110000Z\r\nSUMMARY:Secret\r\nX-MICROSOFT-CDO-BUSYSTATUS:OOF").await;
    dav.have(
        "next.ics",
        "DTSTART:20261123T090000Z\r\nDTEND:20261123T093000Z",
    )
    .await;
    let report = Report::FreeBusyQuery(FreeBusyQuery {
        range: range("2026-11-23T00:00:00Z", "2026-12-25T00:00:00Z"),
    });
    let response = dav.report(&report).await;
    let text = response.text().unwrap();
    let lines: Vec<&str> = text.lines().filter(|l| l.starts_with("FREEBUSY")).collect();
    assert_eq!(
        lines,
        [
            "FREEBUSY;FBTYPE=BUSY:20261123T080000Z/20261123T093000Z",
            "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20261123T083000Z/20261123T110000Z",
            "FREEBUSY;FBTYPE=BUSY:20261207T080000Z/20261207T090000Z",
            "FREEBUSY;FBTYPE=BUSY:20261214T080000Z/20261214T090000Z",
            "FREEBUSY;FBTYPE=BUSY:20261221T080000Z/20261221T090000Z",
        ]
    );
    assert!(!text.contains("Secret") && !text.contains("Leave"));
}

#[tokio::test]
async fn other_reports_are_refused() {
    let dav = Dav::start().await;
    let body = "<d:version-tree xmlns:d='DAV:'/>";
    for path in [dav.calendar(), dav.home()] {
        let response = dav.send("REPORT", &path, &[], body).await;
        assert_eq!(conditions(&response), ["supported-report"]);
    }
    assert_eq!(
        dav.send("REPORT", &dav.calendar(), &[], "<a").await.status,
        400
    );
}
