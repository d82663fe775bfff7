//! What clients ask when they set up an account (traces of Apple's, Thunderbird, DAVx5).

use network::Request;
use protocols::caldav::{Element, Name, PropFind, PropertyUpdate, name};

use super::*;
use crate::official;

#[tokio::test]
async fn without_credentials_a_client_is_asked_for_them() {
    let dav = Dav::start().await;
    for request in [
        Request::propfind(dav.world.url("/caldav/")),
        Request::propfind(dav.world.url("/caldav/")).basic("ada@example.com", "wrong"),
        Request::propfind(dav.world.url("/caldav/")).basic("ben@example.com", &dav.world.password),
        Request::propfind(dav.world.url("/caldav/")).header("cookie", "kalends_session=x"),
    ] {
        let response = dav.network.send(request).await.unwrap();
        assert_eq!(response.status, 401);
        assert!(
            response
                .header("www-authenticate")
                .unwrap()
                .starts_with("Basic")
        );
    }
    let well_known = Request::propfind(dav.world.url("/.well-known/caldav"));
    let response = dav.network.send(well_known).await.unwrap();
    assert_eq!(
        (response.status, response.header("location")),
        (301, Some("/caldav/"))
    );
}

#[tokio::test]
async fn python_caldav_works_unmodified() {
    let dav = Dav::start().await;
    let root = dav.world.url("/");
    let arguments = [&*root, "ada@example.com", &dav.world.password];
    official::run("python-caldav", "caldav/client.py", &arguments).await;
}

#[tokio::test]
async fn an_account_is_found_step_by_step() {
    let dav = Dav::start().await;
    let options = dav.send("OPTIONS", "/caldav/", &[], "").await;
    assert!(options.header("dav").unwrap().contains("calendar-access"));
    assert!(options.header("allow").unwrap().contains("REPORT"));

    let find = PropFind::props([name::CURRENT_USER_PRINCIPAL, name::RESOURCETYPE]);
    let host = dav.propfind("/", "0", &find).await;
    let root = dav.propfind("/caldav/", "0", &find).await;
    assert_eq!(
        (&*host.responses[0].href, &*root.responses[0].href),
        ("/", "/caldav/")
    );
    assert_eq!(host.responses[0].propstats, root.responses[0].propstats);
    let principal = root.responses[0]
        .href_of(&name::CURRENT_USER_PRINCIPAL)
        .unwrap();
    let find = PropFind::props([
        name::CALENDAR_HOME_SET,
        name::CALENDAR_USER_ADDRESS_SET,
        name::DISPLAYNAME,
    ]);
    let person = dav.propfind(principal, "0", &find).await;
    assert_eq!(person.responses[0].text(&name::DISPLAYNAME), Some("Ada"));
    assert_eq!(
        person.responses[0].href_of(&name::CALENDAR_USER_ADDRESS_SET),
        Some("mailto:ada@example.com")
    );
    let home = person.responses[0]
        .href_of(&name::CALENDAR_HOME_SET)
        .unwrap();
    assert!(home.ends_with('/'));

    let find = PropFind::props([
        name::RESOURCETYPE,
        name::DISPLAYNAME,
        name::CALENDAR_COLOR,
        name::CALENDAR_TIMEZONE,
        name::SUPPORTED_CALENDAR_COMPONENT_SET,
        name::SUPPORTED_REPORT_SET,
        name::CURRENT_USER_PRIVILEGE_SET,
        name::SYNC_TOKEN,
        name::GETCTAG,
        Name::new("urn:x", "unheard-of"),
    ]);
    let listing = dav.propfind(home, "1", &find).await;
    let calendar = listing.responses.iter().find(|r| r.href == dav.calendar());
    let calendar = calendar.unwrap();
    let kind = calendar.prop(&name::RESOURCETYPE).unwrap();
    assert!(kind.child(&name::CALENDAR).is_some() && kind.child(&name::COLLECTION).is_some());
    assert_eq!(calendar.text(&name::DISPLAYNAME), Some("Praxis & Söhne"));
    assert_eq!(calendar.text(&name::CALENDAR_COLOR), Some("#FF2D55FF"));
    assert!(
        calendar
            .text(&name::CALENDAR_TIMEZONE)
            .unwrap()
            .contains("TZID:Europe/Berlin")
    );
    assert!(
        calendar
            .prop(&name::SUPPORTED_REPORT_SET)
            .unwrap()
            .children
            .len()
            >= 4
    );
    assert!(calendar.text(&name::SYNC_TOKEN).is_some() && calendar.text(&name::GETCTAG).is_some());
    let missing = calendar.propstats.iter().find(|s| s.status == 404).unwrap();
    assert_eq!(
        missing.props,
        [Element::new(Name::new("urn:x", "unheard-of"))]
    );

    let body = find.write().write();
    let brief = [("depth", "0"), ("prefer", "return=minimal")];
    let brief = multistatus(&dav.send("PROPFIND", &dav.calendar(), &brief, &body).await);
    assert!(brief.responses[0].propstats.iter().all(|s| s.status == 200));
}

#[tokio::test]
async fn all_and_names_are_answered() {
    let dav = Dav::start().await;
    dav.have("1.ics", "DTSTART:20261123T090000Z").await;
    let all = multistatus(
        &dav.send("PROPFIND", &dav.calendar(), &[("depth", "1")], "")
            .await,
    );
    assert_eq!(all.responses.len(), 2);
    assert!(all.responses[1].text(&name::GETETAG).is_some());
    let length: usize = all.responses[1]
        .text(&name::GETCONTENTLENGTH)
        .unwrap()
        .parse()
        .unwrap();
    let text = dav.send("GET", &dav.object("1.ics"), &[], "").await;
    assert_eq!(length, text.body.len());
    let names = dav.propfind(&dav.calendar(), "0", &PropFind::Names).await;
    let props = &names.responses[0].propstats[0].props;
    assert!(
        props.iter().any(|p| p.name == name::SYNC_TOKEN) && props.iter().all(Element::is_empty)
    );
}

#[tokio::test]
async fn nobody_sees_the_homes_of_others() {
    let dav = Dav::start().await;
    let other = dav.home().replace(
        &dav.world.user.id.to_string(),
        "0190d3c1-0000-7000-8000-000000000000",
    );
    for path in [other.as_str(), "/caldav/nothing/", "/caldav/calendars/%FF/"] {
        let response = dav.send("PROPFIND", path, &[], "").await;
        assert_eq!(response.status, 404, "{path}");
    }
    let missing = dav.send("PROPFIND", &(dav.home() + "none/"), &[], "").await;
    assert_eq!(missing.status, 404);
}

#[tokio::test]
async fn calendars_are_made_renamed_and_removed() {
    let dav = Dav::start().await;
    let path = dav.home() + "team%20two/";
    let update = PropertyUpdate {
        set: vec![
            Element::text(name::DISPLAYNAME, "Team 2"),
            Element::text(name::CALENDAR_COLOR, "#00FF00FF"),
            Element::text(name::CALENDAR_ORDER, "3"),
        ],
        remove: Vec::new(),
    };
    let body = update.write_mkcalendar().write();
    assert_eq!(dav.send("MKCALENDAR", &path, &[], &body).await.status, 201);
    let again = dav.send("MKCALENDAR", &path, &[], &body).await;
    assert_eq!(
        (again.status, conditions(&again)),
        (403, vec!["resource-must-be-null".to_owned()])
    );

    let rename = PropertyUpdate {
        set: vec![Element::text(name::DISPLAYNAME, "Team Two")],
        remove: Vec::new(),
    };
    let answer = multistatus(
        &dav.send("PROPPATCH", &path, &[], &rename.write().write())
            .await,
    );
    assert_eq!(answer.responses[0].propstats[0].status, 200);
    let find = PropFind::props([
        name::DISPLAYNAME,
        name::CALENDAR_COLOR,
        name::CALENDAR_ORDER,
    ]);
    let shown = dav.propfind(&path, "0", &find).await;
    let order = shown.responses[0].text(&name::CALENDAR_ORDER);
    assert!(order.is_some_and(|order| order.parse::<i64>().is_ok()));
    assert_eq!(
        shown.responses[0].text(&name::DISPLAYNAME),
        Some("Team Two")
    );
    assert_eq!(
        shown.responses[0].text(&name::CALENDAR_COLOR),
        Some("#00FF00FF")
    );

    let mixed = PropertyUpdate {
        set: vec![
            Element::text(name::DISPLAYNAME, "Not this"),
            Element::text(name::GETCTAG, "x"),
        ],
        remove: Vec::new(),
    };
    let answer = multistatus(
        &dav.send("PROPPATCH", &path, &[], &mixed.write().write())
            .await,
    );
    let statuses: Vec<u16> = answer.responses[0]
        .propstats
        .iter()
        .map(|s| s.status)
        .collect();
    assert_eq!(statuses, [424, 403]);
    let shown = dav.propfind(&path, "0", &find).await;
    assert_eq!(
        shown.responses[0].text(&name::DISPLAYNAME),
        Some("Team Two")
    );

    assert_eq!(dav.send("DELETE", &path, &[], "").await.status, 204);
    assert_eq!(dav.send("PROPFIND", &path, &[], "").await.status, 404);
    let tasks = "<c:mkcalendar xmlns:c='urn:ietf:params:xml:ns:caldav' xmlns:d='DAV:'><d:set><d:prop><c:supported-calendar-component-set><c:comp name='VTODO'/></c:supported-calendar-component-set></d:prop></d:set></c:mkcalendar>";
    assert_eq!(dav.send("MKCALENDAR", &path, &[], tasks).await.status, 201);
    let unknown = tasks.replace("VTODO", "VWHATEVER");
    let path = dav.home() + "others/";
    let refused = dav.send("MKCALENDAR", &path, &[], &unknown).await;
    assert_eq!(conditions(&refused), ["supported-calendar-component"]);
}
