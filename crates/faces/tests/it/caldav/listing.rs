//! Listings that are kept in memory between requests: they say what is there now.

use std::collections::BTreeMap;

use protocols::caldav::{Name, SyncCollection, name};

use super::*;

/// Objects by address, with their entity tags.
type Tags = BTreeMap<String, String>;

fn tags(answer: &Multistatus) -> Tags {
    let responses = answer.responses.iter();
    let objects = responses.filter(|one| !one.href.ends_with('/'));
    objects
        .map(|one| {
            let tag = one.text(&name::GETETAG).unwrap();
            (one.href.clone(), tag.to_owned())
        })
        .collect()
}

async fn listed(dav: &Dav, names: &[Name]) -> Tags {
    let find = PropFind::props(names.iter().cloned());
    tags(&dav.propfind(&dav.calendar(), "1", &find).await)
}

/// What is kept says the same as what is read for the occasion, in every form.
async fn agree(dav: &Dav, count: usize) {
    let read = listed(dav, &[name::GETETAG, name::GETLASTMODIFIED]).await;
    assert_eq!(read.len(), count);
    assert_eq!(listed(dav, &[name::GETETAG]).await, read);
    assert_eq!(
        listed(dav, &[name::RESOURCETYPE, name::GETETAG]).await,
        read
    );
    let sync = SyncCollection {
        token: None,
        infinite: false,
        limit: None,
        props: protocols::caldav::Props::of([name::GETETAG]),
    };
    let answer = multistatus(&dav.report(&Report::SyncCollection(sync)).await);
    assert!(answer.sync_token.is_some());
    assert_eq!(tags(&answer), read);
}

#[tokio::test]
async fn a_listing_has_what_is_there_now() {
    let dav = Dav::start().await;
    agree(&dav, 0).await;
    let at = "DTSTAMP:20261101T000000Z\r\nDTSTART:20261201T090000Z";
    for name in ["a.ics", "b.ics", "c.ics"] {
        dav.have(name, at).await;
    }
    agree(&dav, 3).await;
    let etag = dav.etag("b.ics").await;
    let changed = format!("{at}\r\nSUMMARY:Changed");
    let written = dav.put("b.ics", &changed, &[("if-match", &etag)]).await;
    assert_eq!(written.status, 204);
    agree(&dav, 3).await;
    let gone = dav.send("DELETE", &dav.object("a.ics"), &[], "").await;
    assert_eq!(gone.status, 204);
    agree(&dav, 2).await;
    let to = dav.world.url(&dav.object("%26%20<\u{fc}>.ics"));
    let to = to
        .replace('<', "%3C")
        .replace('>', "%3E")
        .replace('ü', "%C3%BC");
    let headers = [("destination", to.as_str())];
    let moved = dav.send("MOVE", &dav.object("c.ics"), &headers, "").await;
    assert_eq!(moved.status, 201, "{:?}", moved.text());
    dav.have("a.ics", at).await;
    agree(&dav, 3).await;
}
