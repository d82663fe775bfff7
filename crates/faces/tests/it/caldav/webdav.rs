//! What WebDAV asks of every server: properties that clients set, COPY and MOVE, preferences, access.

use protocols::caldav::{Element, Name, PropFind, PropertyUpdate, name};

use super::*;

const LUNCH: &str = "DTSTAMP:20261101T000000Z\r\nDTSTART:20261123T120000Z\r\nSUMMARY:Lunch";

async fn proppatch(dav: &Dav, path: &str, update: &PropertyUpdate) -> Vec<u16> {
    let answer = dav
        .send("PROPPATCH", path, &[], &update.write().write())
        .await;
    let answer = multistatus(&answer);
    answer.responses[0]
        .propstats
        .iter()
        .map(|s| s.status)
        .collect()
}

#[tokio::test]
async fn properties_that_mean_nothing_to_us_are_kept_as_they_came() {
    let dav = Dav::start().await;
    let mood = Name::new("urn:x", "mood");
    let value = Element::text(mood.clone(), "good & <fine>").attribute("xml:lang", "en");
    let update = PropertyUpdate {
        set: vec![value.clone()],
        remove: Vec::new(),
    };
    assert_eq!(proppatch(&dav, &dav.calendar(), &update).await, [200]);
    let find = PropFind::props([mood.clone()]);
    let found = async || {
        let found = dav.propfind(&dav.calendar(), "0", &find).await;
        found.responses[0].prop(&mood).cloned()
    };
    assert_eq!(found().await, Some(value));
    let update = PropertyUpdate {
        set: Vec::new(),
        remove: vec![mood.clone(), Name::new("urn:x", "never-set")],
    };
    assert_eq!(proppatch(&dav, &dav.calendar(), &update).await, [200]);
    assert_eq!(found().await, None);
    let too_long = PropertyUpdate {
        set: vec![Element::text(mood, "x".repeat(70_000))],
        remove: Vec::new(),
    };
    assert_eq!(proppatch(&dav, &dav.calendar(), &too_long).await, [403]);
}

#[tokio::test]
async fn without_a_depth_nothing_is_listed() {
    let dav = Dav::start().await;
    for path in ["/caldav/".to_owned(), dav.home(), dav.calendar()] {
        let refused = dav.send("PROPFIND", &path, &[], "").await;
        assert_eq!(conditions(&refused), ["propfind-finite-depth"], "{path}");
    }
}

#[tokio::test]
async fn preferences_are_heard() {
    let dav = Dav::start().await;
    dav.have("1.ics", LUNCH).await;
    let find = PropFind::props([name::RESOURCETYPE]).write().write();
    let headers = [("depth", "1"), ("prefer", "depth-noroot")];
    let listed = multistatus(&dav.send("PROPFIND", &dav.calendar(), &headers, &find).await);
    assert_eq!(listed.responses.len(), 1);
    let update = PropertyUpdate {
        set: vec![Element::text(name::CALENDAR_DESCRIPTION, "x")],
        remove: Vec::new(),
    };
    let minimal = [("prefer", "return=minimal")];
    let body = update.write().write();
    let answer = dav
        .send("PROPPATCH", &dav.calendar(), &minimal, &body)
        .await;
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    let whole = [("prefer", "return=representation")];
    let written = dav
        .put("1.ics", &LUNCH.replace("Lunch", "Tea"), &whole)
        .await;
    assert_eq!(written.status, 200);
    assert_eq!(
        written.header("content-location"),
        Some(&*dav.object("1.ics"))
    );
    assert!(written.text().unwrap().contains("Tea"));
    let stale = [("prefer", "return=representation"), ("if-match", "\"x\"")];
    let refused = dav.put("1.ics", LUNCH, &stale).await;
    assert_eq!(refused.status, 412);
    assert!(refused.text().unwrap().contains("Tea"));
}

#[tokio::test]
async fn a_name_is_chosen_for_those_who_have_none() {
    let dav = Dav::start().await;
    let find = PropFind::props([name::ADD_MEMBER]);
    let found = dav.propfind(&dav.calendar(), "0", &find).await;
    let place = found.responses[0]
        .href_of(&name::ADD_MEMBER)
        .unwrap()
        .to_owned();
    let body = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:n\r\n{LUNCH}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    let made = dav.send("POST", &place, &[], &body).await;
    assert_eq!(made.status, 201);
    let at = made.header("location").unwrap().to_owned();
    assert_eq!(dav.send("GET", &at, &[], "").await.text().unwrap(), body);
}

#[tokio::test]
async fn objects_and_calendars_are_copied_and_moved() {
    let dav = Dav::start().await;
    let other = dav.home() + "other/";
    dav.send("MKCALENDAR", &other, &[], "").await;
    dav.have("1.ics", LUNCH).await;
    let go = async |method: &str, from: &str, to: &str, overwrite: &str| {
        let headers = [("destination", to), ("overwrite", overwrite)];
        dav.send(method, from, &headers, "").await.status
    };
    let (one, there) = (dav.object("1.ics"), other.clone() + "1.ics");
    assert_eq!(go("COPY", &one, &dav.object("2.ics"), "T").await, 403);
    assert_eq!(go("COPY", &one, &there, "T").await, 201);
    assert_eq!(go("COPY", &one, &there, "F").await, 412);
    assert_eq!(go("COPY", &one, &there, "T").await, 204);
    assert_eq!(go("MOVE", &one, &there, "T").await, 403);
    let text = dav.send("GET", &there, &[], "").await;
    dav.send("DELETE", &there, &[], "").await;
    let tag = dav.etag("1.ics").await;
    let renamed = dav.object("renamed.ics");
    assert_eq!(go("MOVE", &one, &renamed, "T").await, 201);
    assert_eq!(dav.etag("renamed.ics").await, tag);
    assert_eq!(dav.send("GET", &one, &[], "").await.status, 404);
    assert_eq!(go("MOVE", &renamed, &there, "T").await, 201);
    assert_eq!(dav.send("GET", &renamed, &[], "").await.status, 404);
    assert_eq!(dav.send("GET", &there, &[], "").await.body, text.body);
    let elsewhere = dav.home() + "elsewhere/";
    assert_eq!(go("MOVE", &other, &elsewhere, "T").await, 201);
    assert_eq!(
        dav.send("GET", &(elsewhere + "1.ics"), &[], "")
            .await
            .status,
        200
    );
    assert_eq!(
        go("COPY", &dav.calendar(), &(dav.home() + "copy/"), "T").await,
        403
    );
    assert_eq!(
        go("MOVE", &dav.home(), &(dav.home() + "x/"), "T").await,
        403
    );
}

#[tokio::test]
async fn whom_a_calendar_is_shared_with_is_said_and_changed() {
    let dav = Dav::start().await;
    let entry = |who: &str, what: &str| {
        format!(
            "<d:acl xmlns:d='DAV:'><d:ace><d:principal>{who}</d:principal><d:grant><d:privilege>{what}</d:privilege>\
             </d:grant></d:ace></d:acl>"
        )
    };
    let shares = async || {
        let hub = &dav.world.app.hub;
        let all = hub
            .shares(&dav.world.actor, dav.world.calendar.id)
            .await
            .unwrap();
        all.iter().map(|view| view.share.access).collect::<Vec<_>>()
    };
    let everybody = "<d:authenticated/>";
    let calendar = dav.calendar();
    let said = dav
        .send("ACL", &calendar, &[], &entry(everybody, "<d:read/>"))
        .await;
    assert_eq!(said.status, 200);
    assert_eq!(shares().await, [hub::Access::Read]);
    let find = PropFind::props([
        name::ACL,
        name::SUPPORTED_PRIVILEGE_SET,
        name::ACL_RESTRICTIONS,
    ]);
    let found = dav.propfind(&calendar, "0", &find).await;
    assert_eq!(
        found.responses[0].prop(&name::ACL).unwrap().children.len(),
        2
    );
    for (body, condition) in [
        (entry(everybody, "<d:fly/>"), "not-supported-privilege"),
        (
            entry("<d:href>/nobody/</d:href>", "<d:read/>"),
            "recognized-principal",
        ),
        (
            entry(everybody, "<d:read/>").replace("grant>", "deny>"),
            "grant-only",
        ),
    ] {
        let refused = dav.send("ACL", &calendar, &[], &body).await;
        assert_eq!(conditions(&refused), [condition]);
    }
    assert_eq!(shares().await, [hub::Access::Read]);
    dav.send("ACL", &calendar, &[], "<d:acl xmlns:d='DAV:'/>")
        .await;
    assert!(shares().await.is_empty());
    assert_eq!(
        dav.send("ACL", &dav.home(), &[], &entry(everybody, "<d:read/>"))
            .await
            .status,
        405
    );
}
