//! Calendars of tasks.

use protocols::caldav::name;

use super::*;

const MAKE: &str = "<c:mkcalendar xmlns:c='urn:ietf:params:xml:ns:caldav' xmlns:d='DAV:'><d:set><d:prop><c:supported-calendar-component-set>\
                    <c:comp name='VTODO'/></c:supported-calendar-component-set></d:prop></d:set></c:mkcalendar>";

fn task(uid: &str, lines: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTODO\r\nUID:{uid}\r\nDTSTAMP:20261101T000000Z\r\n{lines}\r\n\
         END:VTODO\r\nEND:VCALENDAR\r\n"
    )
}

async fn with_tasks() -> (Dav, String) {
    let dav = Dav::start().await;
    let tasks = dav.home() + "tasks/";
    assert_eq!(dav.send("MKCALENDAR", &tasks, &[], MAKE).await.status, 201);
    (dav, tasks)
}

/// The names that a report brings, those that are gone with a minus.
async fn names(dav: &Dav, path: &str, body: &str) -> (Vec<String>, Option<String>) {
    let answer = multistatus(&dav.send("REPORT", path, &[("depth", "1")], body).await);
    let name = |found: &protocols::caldav::Response| {
        let name = found.href.rsplit('/').next().unwrap();
        if found.is_gone() {
            format!("-{name}")
        } else {
            name.to_owned()
        }
    };
    let mut names: Vec<String> = answer.responses.iter().map(name).collect();
    names.sort_unstable();
    (names, answer.sync_token)
}

fn sync(token: &str) -> String {
    format!(
        "<d:sync-collection xmlns:d='DAV:'><d:sync-token>{token}</d:sync-token><d:sync-level>1</d:sync-level>\
         <d:prop><d:getetag/></d:prop></d:sync-collection>"
    )
}

#[tokio::test]
async fn tasks_are_kept_as_they_came_in_calendars_for_them() {
    let (dav, tasks) = with_tasks().await;
    let text = task("a", "SUMMARY:Order gloves\r\nX-OWN:1");
    let made = dav
        .send("PUT", &(tasks.clone() + "a.ics"), &[], &text)
        .await;
    assert_eq!(made.status, 201);
    let read = dav.send("GET", &(tasks.clone() + "a.ics"), &[], "").await;
    assert_eq!(read.text().unwrap(), text);
    assert_eq!(read.header("etag"), made.header("etag"));
    let again = dav
        .send("PUT", &(tasks.clone() + "b.ics"), &[], &text)
        .await;
    assert_eq!(conditions(&again), ["no-uid-conflict"]);
    let event = text.replace("VTODO", "VEVENT");
    let refused = dav
        .send("PUT", &(tasks.clone() + "c.ics"), &[], &event)
        .await;
    assert_eq!(conditions(&refused), ["supported-calendar-component"]);
    let stale = [("if-match", "\"x\"")];
    let refused = dav
        .send("PUT", &(tasks.clone() + "a.ics"), &stale, &text)
        .await;
    assert_eq!(refused.status, 412);
    // They go to no calendar of events, and to another of tasks they may.
    let to = [("destination", dav.object("a.ics"))];
    let to: Vec<(&str, &str)> = to
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let moved = dav
        .send("MOVE", &(tasks.clone() + "none.ics"), &to, "")
        .await;
    assert_eq!(moved.status, 404);
    let renamed = tasks.clone() + "renamed.ics";
    let moved = dav
        .send(
            "MOVE",
            &(tasks.clone() + "a.ics"),
            &[("destination", &renamed)],
            "",
        )
        .await;
    assert_eq!(moved.status, 201);
    assert_eq!(
        dav.send("GET", &(tasks + "a.ics"), &[], "").await.status,
        404
    );
    assert_eq!(
        dav.send("GET", &renamed, &[], "").await.text().unwrap(),
        text
    );
}

#[tokio::test]
async fn a_query_looks_at_when_tasks_are_due() {
    let (dav, tasks) = with_tasks().await;
    for (name, lines) in [
        ("due", "DUE:20261123T120000Z"),
        ("span", "DTSTART:20261120T080000Z\r\nDUE:20261122T080000Z"),
        (
            "weekly",
            "DTSTART:20261102T080000Z\r\nDUE:20261102T090000Z\r\nRRULE:FREQ=WEEKLY;COUNT=10",
        ),
        ("whenever", "SUMMARY:Whenever"),
        ("done", "COMPLETED:20261001T080000Z"),
    ] {
        let path = format!("{tasks}{name}");
        let made = dav.send("PUT", &path, &[], &task(name, lines)).await;
        assert_eq!(made.status, 201, "{name}");
    }
    let query = |start: &str, end: &str| {
        format!(
            "<c:calendar-query xmlns:c='urn:ietf:params:xml:ns:caldav' xmlns:d='DAV:'><d:prop><d:getetag/></d:prop><c:filter>\
             <c:comp-filter name='VCALENDAR'><c:comp-filter name='VTODO'><c:time-range start='{start}' end='{end}'/>\
             </c:comp-filter></c:comp-filter></c:filter></c:calendar-query>"
        )
    };
    for (start, end, expected) in [
        (
            "20261123T000000Z",
            "20261124T000000Z",
            vec!["due", "weekly", "whenever"],
        ),
        (
            "20261121T000000Z",
            "20261121T010000Z",
            vec!["span", "whenever"],
        ),
        (
            "20261001T000000Z",
            "20261002T000000Z",
            vec!["done", "whenever"],
        ),
        ("20280101T000000Z", "20280102T000000Z", vec!["whenever"]),
    ] {
        let (found, _) = names(&dav, &tasks, &query(start, end)).await;
        assert_eq!(found, expected, "{start}");
    }
}

#[tokio::test]
async fn one_sync_tells_of_tasks_and_events() {
    let (dav, tasks) = with_tasks().await;
    dav.send(
        "PUT",
        &(tasks.clone() + "a.ics"),
        &[],
        &task("a", "SUMMARY:A"),
    )
    .await;
    let (all, token) = names(&dav, &tasks, &sync("")).await;
    assert_eq!(all, ["a.ics"]);
    let token = token.unwrap();
    assert!(names(&dav, &tasks, &sync(&token)).await.0.is_empty());
    dav.send("DELETE", &(tasks.clone() + "a.ics"), &[], "")
        .await;
    dav.send(
        "PUT",
        &(tasks.clone() + "b.ics"),
        &[],
        &task("b", "SUMMARY:B"),
    )
    .await;
    assert_eq!(
        names(&dav, &tasks, &sync(&token)).await.0,
        ["-a.ics", "b.ics"]
    );
    // Of the home the calendar changed, and with it all that is in it.
    let home = sync(&token).replace(">1<", ">infinite<");
    let (found, _) = names(&dav, &dav.home(), &home).await;
    assert_eq!(found, ["", "-a.ics", "b.ics"]);
    dav.send("DELETE", &tasks, &[], "").await;
    // Nothing is left to be said of it but that it has gone.
    let answer = multistatus(&dav.send("REPORT", &dav.home(), &[], &home).await);
    let gone: Vec<_> = answer
        .responses
        .iter()
        .map(|r| (&*r.href, r.status))
        .collect();
    assert_eq!(gone, [(&*tasks, Some(404))]);
}

#[tokio::test]
async fn a_series_of_tasks_is_expanded() {
    let (dav, tasks) = with_tasks().await;
    let zone = "TZID=Europe/Zurich";
    let text = task(
        "weekly",
        &format!(
            "SUMMARY:Order gloves\r\nDTSTART;{zone}:20270301T090000\r\nDUE;{zone}:20270301T100000\r\n\
             RRULE:FREQ=WEEKLY;COUNT=8\r\nEXDATE;{zone}:20270308T090000"
        ),
    );
    let late = format!(
        "BEGIN:VTODO\r\nUID:weekly\r\nDTSTAMP:20261101T000000Z\r\nRECURRENCE-ID;{zone}:20270315T090000\r\n\
         DTSTART;{zone}:20270316T090000\r\nSUMMARY:Order masks\r\nEND:VTODO\r\nEND:VCALENDAR"
    );
    let text = text.replace("END:VCALENDAR", &late);
    let made = dav
        .send("PUT", &(tasks.clone() + "weekly.ics"), &[], &text)
        .await;
    assert!(made.status == 201, "{:?}", made.text());
    let range = "start='20270305T000000Z' end='20270331T000000Z'";
    let query = format!(
        "<c:calendar-query xmlns:c='urn:ietf:params:xml:ns:caldav' xmlns:d='DAV:'><d:prop><c:calendar-data><c:expand {range}/>\
         </c:calendar-data></d:prop><c:filter><c:comp-filter name='VCALENDAR'><c:comp-filter name='VTODO'><c:time-range {range}/>\
         </c:comp-filter></c:comp-filter></c:filter></c:calendar-query>"
    );
    let answer = dav.send("REPORT", &tasks, &[("depth", "1")], &query).await;
    let answer = multistatus(&answer);
    let data = answer.responses[0].text(&name::CALENDAR_DATA).unwrap();
    let starting = |name: &str| -> Vec<&str> {
        let lines = data.lines().filter_map(|line| line.strip_prefix(name));
        lines.collect()
    };
    // The second is cancelled, the third has moved, and the clocks go forward before the fifth.
    let mut planned = starting("RECURRENCE-ID:");
    planned.sort_unstable();
    assert_eq!(
        planned,
        ["20270315T080000Z", "20270322T080000Z", "20270329T070000Z"]
    );
    let mut starts = starting("DTSTART:");
    starts.sort_unstable();
    assert_eq!(
        starts,
        ["20270316T080000Z", "20270322T080000Z", "20270329T070000Z"]
    );
    assert_eq!(starting("SUMMARY:Order masks").len(), 1);
    assert!(!data.contains("RRULE") && !data.contains("TZID"), "{data}");
}

#[tokio::test]
async fn a_calendar_that_was_made_for_nothing_in_particular_holds_everything() {
    let dav = Dav::start().await;
    let mixed = dav.home() + "mixed/";
    assert_eq!(dav.send("MKCALENDAR", &mixed, &[], "").await.status, 201);
    let text = task("a", "SUMMARY:Order gloves");
    let event = task("b", "DTSTART:20270301T090000Z").replace("VTODO", "VEVENT");
    for (object, text) in [("a.ics", text), ("b.ics", event)] {
        let made = dav.send("PUT", &(mixed.clone() + object), &[], &text).await;
        assert_eq!(made.status, 201, "{:?}", made.text());
    }
    let (there, _) = names(&dav, &mixed, &sync("")).await;
    assert_eq!(there, ["a.ics", "b.ics"]);
}
