//! The collection of files that a stand-in has for test suites of WebDAV. litmus says more of it (`cargo xtask interop --clients litmus`).

use std::collections::BTreeSet;

use protocols::caldav::{Element, Name, PropFind, PropertyUpdate, name};

use super::{Dav, multistatus};

const TREE: &str = "/scratch/a/";
const FILE: &str = "/scratch/a/f%C3%A9";
const OWN: Name = Name::new("urn:example", "colour");

async fn with_a_file() -> Dav {
    let dav = Dav::start_with_scratch().await;
    assert_eq!(dav.send("MKCOL", TREE, &[], "").await.status, 201);
    assert_eq!(dav.send("PUT", FILE, &[], "one").await.status, 201);
    dav
}

#[tokio::test]
async fn a_scratch_keeps_files_in_collections() {
    let dav = with_a_file().await;
    let status = async |method: &str, path: &str, headers: &[(&str, &str)], body: &str| {
        dav.send(method, path, headers, body).await.status
    };
    assert_eq!(status("MKCOL", TREE, &[], "").await, 405);
    assert_eq!(status("MKCOL", "/scratch/b", &[], "body").await, 415);
    assert_eq!(status("PUT", "/scratch/none/f", &[], "x").await, 409);
    assert_eq!(status("PUT", TREE, &[], "x").await, 405);
    let got = dav.send("GET", FILE, &[], "").await;
    assert_eq!(got.text().unwrap(), "one");
    let tag = got.header("etag").unwrap().to_owned();
    let stale = format!("({tag} [\"no\"])");
    assert_eq!(status("PUT", FILE, &[("if", &stale)], "x").await, 400);
    assert_eq!(status("PUT", FILE, &[("if", "([\"no\"])")], "x").await, 412);
    assert_eq!(status("PUT", FILE, &[("if-match", &tag)], "two").await, 204);
    assert_eq!(status("PUT", FILE, &[("if-match", &tag)], "x").await, 412);
    let to = [("destination", "/scratch/b")];
    assert_eq!(
        status("COPY", TREE, &[("destination", FILE)], "").await,
        403
    );
    assert_eq!(status("COPY", TREE, &to, "").await, 201);
    let kept = [("destination", "/scratch/b"), ("overwrite", "F")];
    assert_eq!(status("MOVE", TREE, &kept, "").await, 412);
    assert_eq!(status("MOVE", TREE, &to, "").await, 204);
    assert_eq!(status("GET", FILE, &[], "").await, 404);
    let there = dav.send("GET", "/scratch/b/f%C3%A9", &[], "").await;
    assert_eq!(there.text().unwrap(), "two");
    assert_eq!(status("DELETE", "/scratch/", &[], "").await, 403);
    assert_eq!(status("DELETE", "/scratch/b/", &[], "").await, 204);
    assert_eq!(status("GET", "/scratch/b/f%C3%A9", &[], "").await, 404);
}

#[tokio::test]
async fn a_scratch_keeps_properties_all_of_them_or_none() {
    let dav = with_a_file().await;
    let patch = async |set: Vec<Element>, remove: Vec<Name>| {
        let body = PropertyUpdate { set, remove }.write().write();
        multistatus(&dav.send("PROPPATCH", FILE, &[], &body).await)
    };
    let asked = PropFind::All(Vec::new());
    let own = async || {
        let told = dav.propfind(TREE, "1", &asked).await;
        let file = told.responses.iter().find(|r| r.href == FILE).unwrap();
        file.text(&OWN).map(str::to_owned)
    };
    let red = || Element::text(OWN, "red");
    patch(vec![red()], vec![]).await;
    assert_eq!(own().await.as_deref(), Some("red"));
    let blue = Element::text(OWN, "blue");
    let tag = Element::text(name::GETETAG, "\"mine\"");
    let refused = patch(vec![blue, tag], vec![]).await;
    let statuses = refused.responses[0].propstats.iter().map(|p| p.status);
    // In whichever order.
    assert_eq!(statuses.collect::<BTreeSet<_>>(), [403, 424].into());
    assert_eq!(own().await.as_deref(), Some("red"));
    patch(vec![], vec![OWN]).await;
    assert_eq!(own().await, None);
}

#[tokio::test]
async fn nobody_else_has_a_scratch() {
    let dav = Dav::start().await;
    assert_eq!(dav.send("MKCOL", TREE, &[], "").await.status, 404);
    let dav = with_a_file().await;
    let unknown = network::Request::new("GET".parse().unwrap(), dav.world.url(FILE));
    assert_eq!(dav.network.send(unknown).await.unwrap().status, 401);
}
