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
    let own = format!("/caldav/principals/{}/", dav.world.user.id);
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
        (entry(everybody, "<d:all/>"), "no-ace-conflict"),
        (
            entry("<d:href>mailto:eva@example.com</d:href>", "<d:read/>").replace(
                "</d:acl>",
                &entry(everybody, "<d:read/>")
                    .replace("grant>", "deny>")
                    .replace("<d:acl xmlns:d='DAV:'>", ""),
            ),
            "no-ace-conflict",
        ),
        (
            entry(&format!("<d:href>{own}</d:href>"), "<d:read/>").replace("grant>", "deny>"),
            "no-protected-ace-conflict",
        ),
    ] {
        let refused = dav.send("ACL", &calendar, &[], &body).await;
        assert_eq!(conditions(&refused), [condition]);
    }
    assert_eq!(shares().await, [hub::Access::Read]);
    // What is granted in parts is not granted as a whole.
    let eva = "<d:href>mailto:eva@example.com</d:href>";
    let parts =
        "<d:read/></d:privilege><d:privilege><d:bind/></d:privilege><d:privilege><d:unbind/>";
    dav.send("ACL", &calendar, &[], &entry(eva, parts)).await;
    assert_eq!(shares().await, [hub::Access::Read]);
    // What is said of a calendar can be sent back as it is.
    let found = dav.propfind(&calendar, "0", &find).await;
    let said = found.responses[0].prop(&name::ACL).unwrap().write();
    let parts = said.replace(
        "<d:read/>",
        "<d:read/></d:privilege><d:privilege><d:write/>",
    );
    assert_eq!(dav.send("ACL", &calendar, &[], &parts).await.status, 200);
    assert_eq!(shares().await, [hub::Access::Write]);
    // What nobody is granted can be denied.
    let denial = entry(eva, "<d:read/>").replace("grant>", "deny>");
    assert_eq!(dav.send("ACL", &calendar, &[], &denial).await.status, 200);
    assert!(shares().await.is_empty());
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

#[tokio::test]
async fn instructions_on_one_property_are_done_in_order() {
    let dav = Dav::start().await;
    let mood = "<d:prop><mood xmlns='urn:x'>good</mood></d:prop>";
    let body = |parts: &str| format!("<d:propertyupdate xmlns:d='DAV:'>{parts}</d:propertyupdate>");
    let (set, remove) = (
        format!("<d:set>{mood}</d:set>"),
        format!("<d:remove>{mood}</d:remove>"),
    );
    let find = PropFind::props([Name::new("urn:x", "mood")]);
    for (parts, there) in [
        (remove.clone() + &set, true),
        (set.clone() + &remove, false),
    ] {
        let answer = dav
            .send("PROPPATCH", &dav.calendar(), &[], &body(&parts))
            .await;
        let answer = multistatus(&answer);
        assert_eq!(answer.responses[0].propstats.len(), 1, "{parts}");
        let found = dav.propfind(&dav.calendar(), "0", &find).await;
        let found = found.responses[0].prop(&Name::new("urn:x", "mood"));
        assert_eq!(found.is_some(), there, "{parts}");
    }
}

#[tokio::test]
async fn whether_a_calendar_makes_busy_can_be_unsaid() {
    let dav = Dav::start().await;
    let transparent = Element::new(Name::new(name::CALDAV, "transparent"));
    let set = Element::parent(name::SCHEDULE_CALENDAR_TRANSP, [transparent]);
    let update = PropertyUpdate {
        set: vec![set.clone()],
        remove: Vec::new(),
    };
    let find = PropFind::props([name::SCHEDULE_CALENDAR_TRANSP]);
    let said = async || {
        let found = dav.propfind(&dav.calendar(), "0", &find).await;
        found.responses[0]
            .prop(&name::SCHEDULE_CALENDAR_TRANSP)
            .cloned()
    };
    assert_eq!(proppatch(&dav, &dav.calendar(), &update).await, [200]);
    assert_eq!(said().await, Some(set));
    let update = PropertyUpdate {
        set: Vec::new(),
        remove: vec![name::SCHEDULE_CALENDAR_TRANSP],
    };
    assert_eq!(proppatch(&dav, &dav.calendar(), &update).await, [200]);
    assert_eq!(said().await.unwrap().children[0].name.local, "opaque");
}

#[tokio::test]
async fn a_collection_that_cannot_be_made_is_explained() {
    let dav = Dav::start().await;
    let body = |kind: &str, color: &str| {
        format!(
            "<d:mkcol xmlns:d='DAV:'><d:set><d:prop><d:resourcetype><d:collection/>{kind}</d:resourcetype>\
             <d:displayname>X</d:displayname>{color}</d:prop></d:set></d:mkcol>"
        )
    };
    let calendar = "<c:calendar xmlns:c='urn:ietf:params:xml:ns:caldav'/>";
    let color = "<i:calendar-color xmlns:i='http://apple.com/ns/ical/'>mauve</i:calendar-color>";
    let place = dav.home() + "new/";
    for (body, why, refused) in [
        (body("", ""), true, name::RESOURCETYPE),
        (body(calendar, color), false, name::CALENDAR_COLOR),
    ] {
        let answer = dav.send("MKCOL", &place, &[], &body).await;
        assert_eq!(answer.status, 403);
        let root = Element::parse(&answer.body).unwrap();
        assert_eq!(root.name, name::MKCOL_RESPONSE);
        let stats: Vec<&Element> = root.all(name::PROPSTAT).collect();
        let bad = stats
            .iter()
            .find(|s| s.child(&name::STATUS).unwrap().trimmed().contains("403"));
        assert_eq!(
            bad.unwrap().child(&name::PROP).unwrap().children[0].name,
            refused
        );
        assert_eq!(bad.unwrap().child(&name::ERROR).is_some(), why);
        assert_eq!(
            dav.send("PROPFIND", &place, &[("depth", "0")], "")
                .await
                .status,
            404
        );
    }
}

#[tokio::test]
async fn what_a_client_says_must_hold_is_looked_at() {
    let dav = Dav::start().await;
    dav.have("1.ics", LUNCH).await;
    let tag = dav.etag("1.ics").await;
    let token = async || {
        let find = PropFind::props([name::SYNC_TOKEN]);
        let found = dav.propfind(&dav.calendar(), "0", &find).await;
        found.responses[0]
            .text(&name::SYNC_TOKEN)
            .unwrap()
            .to_owned()
    };
    let (old, calendar) = (token().await, dav.calendar());
    for (condition, status) in [
        ("([\"other\"])".to_owned(), 412),
        ("(<urn:uuid:a-lock>)".to_owned(), 412),
        (format!("(Not [{tag}])"), 412),
        (format!("([{tag}] <urn:uuid:a-lock>)"), 412),
        ("garbage".to_owned(), 400),
        (format!("([{tag}]) (<urn:uuid:a-lock>)"), 204),
        (format!("<{calendar}> (<{old}>)"), 412),
        ("(Not <urn:uuid:a-lock>)".to_owned(), 204),
        (format!("<{calendar}> (<{}>)", token().await), 412),
    ] {
        let answer = dav.put("1.ics", LUNCH, &[("if", &condition)]).await;
        assert_eq!(answer.status, status, "{condition}");
    }
    let condition = format!("<{calendar}> (<{}>)", token().await);
    let answer = dav.put("1.ics", LUNCH, &[("if", &condition)]).await;
    assert_eq!(answer.status, 204);
}
