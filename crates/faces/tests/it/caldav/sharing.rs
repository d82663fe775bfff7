//! Calendars of others, as far as they have opened them.

use hub::Access;
use protocols::caldav::{PropFind, name};

use super::Dav;
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
    for level in [Access::None, Access::FreeBusy, Access::Limited] {
        other.open(level).await;
        assert!(!listed().await, "{level:?}");
        assert_eq!(dav.send("GET", &visit, &[], "").await.status, 404);
        let made = dav
            .send("PUT", &(calendar.clone() + "n.ics"), &[], NEW)
            .await;
        assert!(made.status >= 400, "{level:?}");
    }
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
