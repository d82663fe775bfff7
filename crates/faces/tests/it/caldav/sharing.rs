//! Calendars of others, as far as they have opened them.

use hub::{Access, Precondition};
use protocols::caldav::{Element, PropFind, name};

use super::{Dav, conditions};
use crate::anothers::Other;

const NEW: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:n\r\nSUMMARY:New\r\n\
                   DTSTAMP:20261101T000000Z\r\nDTSTART:20261124T150000Z\r\nDTEND:20261124T160000Z\r\nEND:VEVENT\r\n\
                   END:VCALENDAR\r\n";

#[tokio::test]
async fn a_shared_calendar_is_one_among_the_others() {
    let dav = Dav::start().await;
    let app = &dav.world.app;
    let store = app.hub.store(dav.world.actor.tenant).await.unwrap();
    let other = Other::new(&app.hub, &app.identity, &store).await;
    let calendar = dav.home() + "cleo@example.com/";
    let visit = format!("{calendar}{}.ics", other.visit);
    let listed = async || {
        let home = dav
            .send("PROPFIND", &dav.home(), &[("depth", "1")], "")
            .await;
        home.text().unwrap().contains("cleo@example.com")
    };
    other.open(Access::None).await;
    assert!(!listed().await);
    assert_eq!(dav.send("GET", &visit, &[], "").await.status, 404);
    let made = dav
        .send("PUT", &(calendar.clone() + "n.ics"), &[], NEW)
        .await;
    assert_eq!(made.status, 409);
    other.open(Access::Read).await;
    assert!(listed().await);
    let read = dav.send("GET", &visit, &[], "").await;
    assert!(read.text().unwrap().contains("SUMMARY:Visit"));
    let query = "<C:calendar-query xmlns:C=\"urn:ietf:params:xml:ns:caldav\" xmlns:D=\"DAV:\"><D:prop><C:calendar-data/>\
                 </D:prop><C:filter><C:comp-filter name=\"VCALENDAR\"/></C:filter></C:calendar-query>";
    let all = dav
        .send("REPORT", &calendar, &[("depth", "1")], query)
        .await;
    let all = all.text().unwrap().to_owned();
    assert_eq!(all.matches("BEGIN:VEVENT").count(), 2);
    assert!(!all.contains("SUMMARY:Doctor") && all.contains("CLASS:PRIVATE"));
    assert_eq!(dav.send("DELETE", &visit, &[], "").await.status, 403);
    let new = calendar.clone() + "n.ics";
    let refused = dav.send("PUT", &new, &[], NEW).await;
    assert_eq!(refused.status, 403);
    // What would be needed is said (RFC 3744 7.1.1).
    let needed = refused.text().unwrap();
    let whole = format!("<d:href>{calendar}</d:href><d:privilege><d:bind/>");
    assert!(needed.contains(&whole), "{needed}");
    assert_eq!(dav.send("DELETE", &calendar, &[], "").await.status, 403);
    let may = async || {
        let find = PropFind::props([name::CURRENT_USER_PRIVILEGE_SET]);
        let found = dav.propfind(&calendar, "0", &find).await;
        let set = found.responses[0].prop(&name::CURRENT_USER_PRIVILEGE_SET);
        let all = set.unwrap().all(name::PRIVILEGE);
        let all = all.map(|p| p.children[0].name.local.to_string());
        all.collect::<Vec<_>>()
    };
    let reads = ["read", "read-current-user-privilege-set", "read-free-busy"];
    assert_eq!(may().await, reads);
    other.open(Access::Write).await;
    // Its properties are its owner's.
    let mut writes = may().await;
    writes.retain(|p| !reads.contains(&p.as_str()));
    assert_eq!(writes, ["write-content", "bind", "unbind"]);
    assert_eq!(dav.send("PUT", &new, &[], NEW).await.status, 201);
    assert_eq!(dav.send("DELETE", &visit, &[], "").await.status, 204);
    other.close().await;
    assert_eq!(dav.send("GET", &new, &[], "").await.status, 404);
    assert!(!listed().await);
}

const FREE_BUSY: &str = "<C:free-busy-query xmlns:C=\"urn:ietf:params:xml:ns:caldav\"><C:time-range \
                         start=\"20261124T000000Z\" end=\"20261125T000000Z\"/></C:free-busy-query>";
const NAMESPACES: &str = "xmlns:C=\"urn:ietf:params:xml:ns:caldav\" xmlns:D=\"DAV:\"";

fn home_sync(token: &str) -> String {
    format!(
        "<D:sync-collection {NAMESPACES}><D:sync-token>{token}</D:sync-token><D:sync-level>infinite</D:sync-level>\
         <D:prop><D:getetag/><C:calendar-data/></D:prop></D:sync-collection>"
    )
}

#[tokio::test]
async fn who_sees_busy_time_alone_asks_for_busy_time_alone() {
    let dav = Dav::start().await;
    let app = &dav.world.app;
    let store = app.hub.store(dav.world.actor.tenant).await.unwrap();
    let other = Other::new(&app.hub, &app.identity, &store).await;
    let calendar = dav.home() + "cleo@example.com/";
    for level in [Access::FreeBusy, Access::Limited] {
        other.open(level).await;
        // It is in the home, and says what it is for.
        let home = dav
            .send("PROPFIND", &dav.home(), &[("depth", "1")], "")
            .await;
        assert!(home.text().unwrap().contains("cleo@example.com"));
        let asked = PropFind::props([
            name::CURRENT_USER_PRIVILEGE_SET,
            name::SUPPORTED_REPORT_SET,
            name::GETCTAG,
            name::SYNC_TOKEN,
            name::GETETAG,
        ]);
        let found = dav.propfind(&calendar, "0", &asked).await;
        let found = &found.responses[0];
        let locals = |all: Vec<&Element>| {
            let locals = all.iter().map(|e| e.children[0].name.local.to_string());
            locals.collect::<Vec<_>>()
        };
        let may = found.prop(&name::CURRENT_USER_PRIVILEGE_SET).unwrap();
        assert_eq!(
            locals(may.all(name::PRIVILEGE).collect()),
            ["read-free-busy"]
        );
        let reports = found.prop(&name::SUPPORTED_REPORT_SET).unwrap();
        let reports = reports.all(name::SUPPORTED_REPORT);
        let reports = reports.map(|r| &r.children[0]).collect();
        assert_eq!(locals(reports), ["free-busy-query"]);
        for changing in [name::GETCTAG, name::SYNC_TOKEN, name::GETETAG] {
            assert!(found.prop(&changing).is_none(), "{changing:?}");
        }
        let everything = dav.send("PROPFIND", &calendar, &[("depth", "0")], "").await;
        let everything = everything.text().unwrap();
        assert!(everything.contains("Cleo's") && !everything.contains("getctag"));
        // When, and not what.
        let busy = dav.send("REPORT", &calendar, &[("depth", "1")], FREE_BUSY);
        let busy = busy.await;
        assert_eq!(busy.status, 200);
        let busy = busy.text().unwrap();
        for time in [
            "20261124T080000Z/20261124T090000Z",
            "20261124T100000Z/20261124T110000Z",
        ] {
            assert!(busy.contains(time), "{busy}");
        }
        assert!(!busy.contains("Visit") && !busy.contains("Doctor"));
        let all = dav
            .send("REPORT", &dav.home(), &[("depth", "1")], FREE_BUSY)
            .await;
        assert!(all.text().unwrap().contains("20261124T080000Z"));
    }
}

#[tokio::test]
async fn who_sees_busy_time_alone_reaches_nothing_else() {
    let dav = Dav::start().await;
    let app = &dav.world.app;
    let store = app.hub.store(dav.world.actor.tenant).await.unwrap();
    let other = Other::new(&app.hub, &app.identity, &store).await;
    other.open(Access::FreeBusy).await;
    let calendar = dav.home() + "cleo@example.com/";
    let visit = format!("{calendar}{}.ics", other.visit);
    let query = format!(
        "<C:calendar-query {NAMESPACES}><D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name=\"VCALENDAR\"/>\
         </C:filter></C:calendar-query>"
    );
    let multiget = format!(
        "<C:calendar-multiget {NAMESPACES}><D:prop><C:calendar-data/></D:prop><D:href>{visit}</D:href>\
         </C:calendar-multiget>"
    );
    let sync = home_sync("").replace("infinite", "1");
    let (nothing, new) = (calendar.clone() + "nothing.ics", calendar.clone() + "n.ics");
    let asked: [(&str, &str, &str); 13] = [
        ("GET", &calendar, ""),
        ("GET", &visit, ""),
        ("GET", &nothing, ""),
        ("PROPFIND", &calendar, ""),
        ("PROPFIND", &visit, ""),
        ("PROPFIND", &nothing, ""),
        ("REPORT", &calendar, &query),
        ("REPORT", &calendar, &multiget),
        ("REPORT", &calendar, &sync),
        ("PUT", &new, NEW),
        ("DELETE", &visit, ""),
        ("DELETE", &calendar, ""),
        ("MKCALENDAR", &calendar, ""),
    ];
    for (method, path, body) in asked {
        let refused = dav.send(method, path, &[("depth", "1")], body).await;
        assert_eq!(refused.status, 403, "{method} {path}");
        assert_eq!(conditions(&refused), ["need-privileges"], "{method} {path}");
    }
    // Nor by way of something else: what is there is like what is not.
    let mut answers = Vec::new();
    for path in [&visit, &nothing] {
        let found = dav
            .send("REPORT", &dav.home(), &[], &multiget.replace(&visit, path))
            .await;
        let copy = [("destination", &*dav.world.url(path)), ("overwrite", "F")];
        dav.have("own.ics", OWN).await;
        let copied = dav.send("COPY", &dav.object("own.ics"), &copy, "").await;
        let condition = [("if", &*format!("<{}> ([\"x\"])", dav.world.url(path)))];
        let read = dav
            .send("GET", &dav.object("own.ics"), &condition, "")
            .await;
        dav.send("DELETE", &dav.object("own.ics"), &[], "").await;
        let text = found.text().unwrap().replace(path, "");
        answers.push((text, copied.status, read.status));
    }
    assert_eq!(answers[0], answers[1]);
    assert!(answers[0].0.contains("404") && answers[0].1 == 403);
    // Who follows the home is told of the calendar, never of what is in it.
    let sync = async |token: &str| {
        let told = dav
            .send("REPORT", &dav.home(), &[], &home_sync(token))
            .await;
        super::multistatus(&told)
    };
    let told = sync("").await;
    let named = |told: &protocols::caldav::Multistatus| {
        let hrefs = told.responses.iter().map(|r| r.href.clone());
        hrefs
            .filter(|href| href.contains("cleo"))
            .collect::<Vec<_>>()
    };
    assert_eq!(named(&told), [calendar]);
    let gone = app
        .hub
        .delete_event(&other.actor, other.visit, Precondition::None);
    gone.await.unwrap();
    let told = sync(&told.sync_token.unwrap()).await;
    assert!(named(&told).is_empty(), "{told:?}");
}

const OWN: &str = "DTSTAMP:20261101T000000Z\r\nDTSTART:20261123T120000Z\r\nSUMMARY:Lunch";
