//! Reports on people, and properties that name others.

use identity::NewUser;
use protocols::caldav::name;

use super::*;

async fn report(dav: &Dav, path: &str, body: &str) -> Vec<String> {
    let answer = dav.send("REPORT", path, &[("depth", "0")], body).await;
    let answer = multistatus(&answer);
    answer.responses.into_iter().map(|r| r.href).collect()
}

#[tokio::test]
async fn people_are_found_by_name_and_address() {
    let dav = Dav::start().await;
    let own = format!("/caldav/principals/{}/", dav.world.user.id);
    let search = |prop: &str, text: &str| {
        format!(
            "<d:principal-property-search xmlns:d='DAV:' xmlns:c='urn:ietf:params:xml:ns:caldav'><d:property-search><d:prop>{prop}</d:prop>\
             <d:match>{text}</d:match></d:property-search><d:prop><d:displayname/></d:prop></d:principal-property-search>"
        )
    };
    let people = "/caldav/principals/";
    for (prop, text, found) in [
        ("<d:displayname/>", "aDa", true),
        ("<c:calendar-user-address-set/>", "ada@example", true),
        ("<d:displayname/>", "nobody", false),
        ("<d:getetag/>", "ada", false),
    ] {
        let hrefs = report(&dav, people, &search(prop, text)).await;
        assert_eq!(hrefs == [own.clone()], found, "{prop} {text}");
    }
    // Without a text everybody is meant.
    let all = "<d:principal-property-search xmlns:d='DAV:'><d:prop><d:displayname/></d:prop></d:principal-property-search>";
    let answer = dav.send("REPORT", people, &[("depth", "0")], all).await;
    let answer = multistatus(&answer);
    let found = answer.responses.iter().find(|found| found.href == own);
    let called = found.and_then(|found| found.text(&name::DISPLAYNAME));
    assert_eq!(called, Some("Ada"), "{answer:?}");
    let set = "<d:principal-search-property-set xmlns:d='DAV:'/>";
    let answer = dav.send("REPORT", people, &[], set).await;
    assert!(answer.status == 200 && answer.text().unwrap().contains("displayname"));
    let deep = [("depth", "1")];
    assert_eq!(dav.send("REPORT", people, &deep, set).await.status, 400);
    let own_self = "<d:principal-match xmlns:d='DAV:'><d:self/></d:principal-match>";
    let found = report(&dav, people, own_self).await;
    assert_eq!(found, std::slice::from_ref(&own));
    let owned = "<d:principal-match xmlns:d='DAV:'><d:principal-property><d:owner/></d:principal-property></d:principal-match>";
    assert_eq!(report(&dav, &dav.home(), owned).await, [dav.calendar()]);
    let acl = "<d:acl-principal-prop-set xmlns:d='DAV:'><d:prop><d:displayname/></d:prop></d:acl-principal-prop-set>";
    assert_eq!(report(&dav, &dav.calendar(), acl).await, [own.as_str()]);
    // Those to whom it is opened are in it, as far as they are here.
    let new = identity::NewUser {
        email: "ben@example.com".into(),
        ..identity::NewUser::default()
    };
    let ben = dav.world.app.identity.create_user(new).await.unwrap().id;
    for address in ["ben@example.com", "nobody@example.com"] {
        let whom = hub::Whom::Person(address.into());
        let (hub, actor) = (&dav.world.app.hub, &dav.world.actor);
        let shared = hub.share(actor, dav.world.calendar.id, whom, hub::Access::Read);
        shared.await.unwrap();
    }
    let ben = format!("/caldav/principals/{ben}/");
    assert_eq!(report(&dav, &dav.calendar(), acl).await, [own, ben]);
}

#[tokio::test]
async fn a_property_that_names_somebody_is_expanded() {
    let dav = Dav::start().await;
    let body = "<d:expand-property xmlns:d='DAV:'><d:property name='current-user-principal'><d:property name='displayname'/>\
                </d:property><d:property name='missing'/></d:expand-property>";
    let answer = dav
        .send("REPORT", &dav.calendar(), &[("depth", "0")], body)
        .await;
    let text = answer.text().unwrap();
    assert!(
        text.contains("Ada") && text.contains("404 Not Found"),
        "{text}"
    );
}

#[tokio::test]
async fn a_library_asks_beside_an_empty_prop_and_everybody_has_a_home() {
    let dav = Dav::start().await;
    let new = NewUser {
        email: "ben@example.org".into(),
        name: "Ben".into(),
        time_zone: "Europe/Vienna".into(),
        ..NewUser::default()
    };
    let ben = dav.world.app.identity.create_user(new).await.unwrap().id;
    let body = "<d:principal-property-search xmlns:d='DAV:' xmlns:c='urn:ietf:params:xml:ns:caldav'><d:prop/>\
        <c:calendar-home-set/><d:displayname/></d:principal-property-search>";
    let people = "/caldav/principals/";
    let answer = multistatus(&dav.send("REPORT", people, &[("depth", "0")], body).await);
    for (id, called) in [(dav.world.user.id, "Ada"), (ben, "Ben")] {
        let of = format!("{people}{id}/");
        let found = answer.responses.iter().find(|found| found.href == of);
        let found = found.unwrap();
        assert_eq!(found.text(&name::DISPLAYNAME), Some(called));
        let home = found.href_of(&name::CALENDAR_HOME_SET);
        assert_eq!(home, Some(format!("/caldav/calendars/{id}/").as_str()));
    }
}
