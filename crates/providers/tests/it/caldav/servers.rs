//! The manners of particular servers, recorded: `docs/conformance/caldav-servers.md`.

use calendar::Event;
use kalends_providers::{Connector, Create, Delete};
use sync::replication::Reply;

use super::{
    at, event,
    server::{Server, reply},
    stamp, start, stored, text,
};

fn create(body: &Event) -> Create<'_> {
    Create {
        theirs: false,
        stamp: stamp(1),
        id: Some("x.ics"),
        body,
    }
}

/// A server of the kind whose calendars are below this path, and the address of its calendar.
fn of_kind(server: &Server, below: &str) -> String {
    below.clone_into(&mut server.state().below);
    server.url(&format!("{below}/home/work/"))
}

/// What DAViCal, SOGo, Stalwart and OX answer for a token that they never gave out: nothing has changed.
const NOTHING: &str =
    "<d:multistatus xmlns:d='DAV:'><d:sync-token>7000</d:sync-token></d:multistatus>";

#[tokio::test]
async fn where_unknown_tokens_are_answered_with_nothing_all_tags_are_compared_soon() {
    for below in [
        "/SOGo/dav/ada",
        "/davical/caldav.php/ada",
        "/dav/cal/ada",
        "/caldav/Y2FsOi8vMC8zMQ",
    ] {
        let (server, caldav, _) = start().await;
        let calendar = of_kind(&server, below);
        server.state().edit("a.ics", Some(&text("a")));
        let mut read = caldav.changes(at(&calendar), None).await.unwrap();
        assert_eq!(read.sightings.len(), 1);
        // It has forgotten everything, and says so to nobody.
        server.state().log.clear();
        server.state().bad_token = Some(reply(207, "", NOTHING));
        let mut rounds = 0;
        while read.all.is_none() {
            read = caldav
                .changes(at(&calendar), Some(&read.cursor))
                .await
                .unwrap();
            assert!(read.sightings.is_empty() && !read.full);
            rounds += 1;
            assert!(rounds < 30, "{below}");
        }
        assert_eq!(rounds, 20);
        let all = read.all.clone().unwrap();
        let tags: Vec<&str> = all.values().map(String::as_str).collect();
        assert_eq!(tags, ["\"1\""], "the collection itself is none of them");
        // Then it begins to count again.
        let next = caldav
            .changes(at(&calendar), Some(&read.cursor))
            .await
            .unwrap();
        assert_eq!(next.all, None);
    }
}

#[tokio::test]
async fn servers_that_tell_are_swept_rarely_and_old_cursors_go_on() {
    let (server, caldav, calendar) = start().await;
    server.state().edit("a.ics", Some(&text("a")));
    let old = "{\"sync\":\"1\"}";
    let mut read = caldav.changes(at(&calendar), Some(old)).await.unwrap();
    for _ in 0..40 {
        assert_eq!((read.all.as_ref(), read.sightings.len()), (None, 0));
        read = caldav
            .changes(at(&calendar), Some(&read.cursor))
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_uid_in_the_bin_of_nextcloud_is_told() {
    let (server, caldav, _) = start().await;
    let calendar = of_kind(&server, "/remote.php/dav/calendars/ada");
    let said = "<?xml version='1.0'?><d:error xmlns:d='DAV:' xmlns:s='http://sabredav.org/ns'>\
        <s:exception>Sabre\\DAV\\Exception\\BadRequest</s:exception>\
        <s:message>Deleted calendar object with uid already exists in this calendar collection.</s:message></d:error>";
    server.state().refuses_put = Some(reply(400, "", said));
    let body = event("Again");
    let refused = caldav.create(at(&calendar), create(&body)).await.unwrap();
    assert!(
        matches!(&refused, Reply::Refused(why) if why.contains("bin")),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_uid_that_another_calendar_has_is_this_events_trouble_alone() {
    // Cyrus names the precondition of scheduling, others answer 409 or 403 without a word.
    let cyrus = "<d:error xmlns:d='DAV:'><c:unique-scheduling-object-resource xmlns:c='urn:ietf:params:xml:ns:caldav'/></d:error>";
    for (below, status, said) in [
        ("/dav/calendars/user/ada", 403, cyrus),
        ("/dav/calendars/user/ada", 409, ""),
        ("/caldav/Y2FsOi8vMC8zMQ", 409, ""),
    ] {
        let (server, caldav, _) = start().await;
        let calendar = of_kind(&server, below);
        server.state().refuses_put = Some(reply(status, "", said));
        let body = event("Twice");
        let refused = caldav.create(at(&calendar), create(&body)).await;
        assert!(
            matches!(refused, Ok(Reply::Refused(_))),
            "{below} {status}: {refused:?}"
        );
    }
}

#[tokio::test]
async fn what_zimbra_and_sogo_rewrite_is_read_again() {
    for (below, known) in [
        ("/dav/ada", false),
        ("/SOGo/dav/ada", false),
        ("/remote.php/dav/calendars/ada", true),
    ] {
        let (server, caldav, _) = start().await;
        let calendar = of_kind(&server, below);
        let body = event("Once");
        let made = caldav.create(at(&calendar), create(&body)).await.unwrap();
        if known {
            stored(made);
        } else {
            assert_eq!(made, Reply::StoredUnread, "{below}");
        }
    }
}

#[tokio::test]
async fn a_first_sync_whose_parts_are_not_the_whole_is_completed() {
    // Stalwart cuts a long first sync, and the token of the first part skips the others.
    let (server, caldav, calendar) = start().await;
    for name in ["a", "b", "c", "d"] {
        server
            .state()
            .edit(&format!("{name}.ics"), Some(&text(name)));
    }
    server.state().part = Some(2);
    server.state().skips = true;
    let read = caldav.changes(at(&calendar), None).await.unwrap();
    assert_eq!((read.full, read.sightings.len()), (true, 4));
}

#[tokio::test]
async fn where_a_delete_is_not_compared_the_tag_is_looked_at_before_it() {
    // SOGo deletes whatever the condition says; the other one shows that the server here does so too.
    for (below, compared) in [("/SOGo/dav/ada", true), ("/dav.php/ada", false)] {
        let (server, caldav, _) = start().await;
        let calendar = of_kind(&server, below);
        server.state().blind = true;
        server.state().edit("a.ics", Some(&text("a")));
        let read = caldav.changes(at(&calendar), None).await.unwrap();
        let version = read.sightings[0].found.as_ref().unwrap().version.clone();
        let delete = || Delete {
            id: "a.ics",
            version: &version,
        };
        server.state().edit("a.ics", Some(&text("b")));
        let reply = caldav.delete(at(&calendar), delete()).await.unwrap();
        let expected = if compared {
            Reply::Stale
        } else {
            Reply::Deleted
        };
        assert_eq!(reply, expected, "{below}");
        assert_eq!(server.state().objects.contains_key("a.ics"), compared);
        server.state().edit("a.ics", None);
        let reply = caldav.delete(at(&calendar), delete()).await.unwrap();
        assert_eq!(reply, Reply::Missing, "{below}");
    }
}

#[tokio::test]
async fn what_has_not_changed_is_deleted_there_all_the_same() {
    let (server, caldav, _) = start().await;
    let calendar = of_kind(&server, "/SOGo/dav/ada");
    server.state().blind = true;
    server.state().edit("a.ics", Some(&text("a")));
    let read = caldav.changes(at(&calendar), None).await.unwrap();
    let version = read.sightings[0].found.as_ref().unwrap().version.clone();
    let delete = Delete {
        id: "a.ics",
        version: &version,
    };
    let reply = caldav.delete(at(&calendar), delete).await.unwrap();
    assert_eq!(reply, Reply::Deleted);
}
