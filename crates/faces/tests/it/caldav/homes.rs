//! Synchronization of the whole home (RFC 6578), as those see it who do not ask for each calendar.

use protocols::caldav::{PropFind, PropertyUpdate, name};

use super::*;

const LUNCH: &str = "DTSTAMP:20261101T000000Z\r\nDTSTART:20261123T120000Z\r\nSUMMARY:Lunch";

/// What is told as changed, what as gone, and the next token.
async fn sync(dav: &Dav, token: &str, level: &str) -> (Vec<String>, Vec<String>, String) {
    let body = format!(
        "<d:sync-collection xmlns:d='DAV:'><d:sync-token>{token}</d:sync-token><d:sync-level>{level}</d:sync-level>\
         <d:prop><d:getetag/></d:prop></d:sync-collection>"
    );
    let answer = dav
        .send("REPORT", &dav.home(), &[("depth", "0")], &body)
        .await;
    let answer = multistatus(&answer);
    let (gone, told): (Vec<_>, Vec<_>) = answer
        .responses
        .into_iter()
        .partition(protocols::caldav::Response::is_gone);
    let names = |all: Vec<protocols::caldav::Response>| {
        let home = dav.home();
        let mut names: Vec<_> = all.iter().map(|r| r.href.replace(&home, "")).collect();
        names.sort();
        names
    };
    (names(told), names(gone), answer.sync_token.unwrap())
}

#[tokio::test]
async fn calendars_that_go_and_come_are_told() {
    let dav = Dav::start().await;
    let options = dav.send("OPTIONS", &dav.home(), &[], "").await;
    assert!(
        options
            .header("dav")
            .unwrap()
            .contains("calendarserver-home-sync")
    );
    let make = async |name: &str| {
        let path = dav.home() + name;
        assert_eq!(dav.send("MKCALENDAR", &path, &[], "").await.status, 201);
    };
    make("a/").await;
    make("b/").await;
    let (all, gone, first) = sync(&dav, "", "1").await;
    assert_eq!(all, ["a/", "b/", "inbox/", "outbox/", "practice/"]);
    assert!(gone.is_empty());
    dav.send("DELETE", &(dav.home() + "a/"), &[], "").await;
    let (told, gone, second) = sync(&dav, &first, "1").await;
    assert_eq!((told.len(), gone), (0, vec!["a/".to_owned()]));
    make("a/").await;
    for token in [&first, &second] {
        let (told, gone, _) = sync(&dav, token, "infinity").await;
        assert_eq!((told, gone), (vec!["a/".to_owned()], Vec::new()));
    }
    let to = dav.world.url(&(dav.home() + "c/"));
    let moved = dav
        .send("MOVE", &(dav.home() + "b/"), &[("destination", &to)], "")
        .await;
    assert_eq!(moved.status, 201);
    let (told, gone, _) = sync(&dav, &second, "1").await;
    assert_eq!(
        (told, gone),
        (
            vec!["a/".to_owned(), "c/".to_owned()],
            vec!["b/".to_owned()]
        )
    );
}

#[tokio::test]
async fn into_which_calendar_invitations_come_is_the_inboxs() {
    let dav = Dav::start().await;
    let other = dav.home() + "other/";
    dav.send("MKCALENDAR", &other, &[], "").await;
    let (_, _, token) = sync(&dav, "", "1").await;
    let url = Element::text(name::HREF, other);
    let update = PropertyUpdate {
        set: vec![Element::parent(name::SCHEDULE_DEFAULT_CALENDAR_URL, [url])],
        remove: Vec::new(),
    };
    let inbox = dav.home() + "inbox/";
    let body = update.write().write();
    assert_eq!(dav.send("PROPPATCH", &inbox, &[], &body).await.status, 207);
    let (told, gone, _) = sync(&dav, &token, "1").await;
    assert_eq!((told, gone), (vec!["inbox/".to_owned()], Vec::new()));
}

#[tokio::test]
async fn what_is_written_again_is_another_version() {
    let dav = Dav::start().await;
    dav.have("1.ics", LUNCH).await;
    let find = PropFind::props([name::GETCTAG]);
    let state = async || {
        let found = dav.propfind(&dav.calendar(), "0", &find).await;
        let ctag = found.responses[0].text(&name::GETCTAG).unwrap().to_owned();
        (dav.etag("1.ics").await, ctag)
    };
    let (tag, ctag) = state().await;
    let (_, _, token) = sync(&dav, "", "infinite").await;
    assert_eq!(dav.put("1.ics", LUNCH, &[]).await.status, 204);
    let now = state().await;
    assert!(now.0 != tag && now.1 != ctag, "{now:?}");
    let (told, _, _) = sync(&dav, &token, "infinite").await;
    assert_eq!(told, ["practice/", "practice/1.ics"]);
}
