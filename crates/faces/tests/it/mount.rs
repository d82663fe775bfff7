//! The vendors' APIs side by side on one hub: whose people they let in.

use identity::{Actor, Identity, NewUser, SystemClock, SystemIds};
use kalends_faces::mount::{self, Open};
use network::{Network, Reach, Request, Settings};
use std::sync::Arc;

use crate::world::World;

const OPEN: Open = Open {
    google: true,
    microsoft: true,
    caldav: true,
};

fn network() -> Network {
    let settings = Settings {
        reach: Reach::AlsoLoopback,
        ..Settings::default()
    };
    Network::new(settings).unwrap()
}

/// A token and an app password of somebody who has the same mail address in another tenant of the same database.
async fn stranger(world: &World) -> (String, String) {
    let store = world.app.hub.stores().create_tenant("other").await.unwrap();
    let tenant = store.tenant();
    let identity = Identity::new(store, Arc::new(SystemClock), Arc::new(SystemIds));
    let new = NewUser {
        email: "ada@example.com".into(),
        ..NewUser::default()
    };
    let user = identity.create_user(new).await.unwrap();
    let token = identity.new_api_token(user.id, "x", [].into()).await;
    let token = token.unwrap();
    let own = identity.authenticate_bearer(&token).await.unwrap();
    assert_eq!(
        own,
        Some(Actor::person(tenant, user.id)),
        "it is good where it is from"
    );
    let password = identity.new_app_password(user.id, "x").await.unwrap();
    (token, password)
}

#[tokio::test]
async fn nobody_of_another_tenant_sees_anything() {
    let world = World::start(|app| mount::router(&app, OPEN), |_| Vec::new()).await;
    let (token, password) = stranger(&world).await;
    let own = world
        .app
        .identity
        .new_api_token(world.user.id, "x", [].into());
    let own = own.await.unwrap();
    let status = async |request: Request| network().send(request).await.unwrap().status;
    for path in [
        "/google/calendar/v3/users/me/calendarList",
        "/google/calendar/v3/calendars/practice/events",
        "/microsoft/v1.0/me",
        "/microsoft/v1.0/me/calendars",
        "/google/oauth2/v3/userinfo",
    ] {
        let get = || Request::get(world.url(path));
        assert_eq!(status(get().bearer(&own)).await, 200, "{path}");
        assert_eq!(status(get().bearer(&token)).await, 401, "{path}");
        assert_eq!(status(get()).await, 401, "{path}");
    }
    let find = || Request::propfind(world.url("/caldav/")).header("depth", "0");
    let (name, mine) = ("ada@example.com", &world.password);
    assert_eq!(status(find().basic(name, mine)).await, 207);
    assert_eq!(status(find().basic(name, &password)).await, 401);
    assert_eq!(status(find().bearer(&own)).await, 207);
    assert_eq!(status(find().bearer(&token)).await, 401);
    // An app password opens CalDAV and nothing else.
    let list = Request::get(world.url("/google/calendar/v3/users/me/calendarList"));
    assert_eq!(status(list.basic(name, mine)).await, 401);
}

#[tokio::test]
async fn a_method_that_means_another_one_and_a_batch_find_their_way_below_the_mount() {
    let world = World::start(|app| mount::router(&app, OPEN), |_| Vec::new()).await;
    let own = world
        .app
        .identity
        .new_api_token(world.user.id, "x", [].into());
    let own = own.await.unwrap();
    let events = world.url("/google/calendar/v3/calendars/practice/events");
    let means = Request::post(&events)
        .header("x-http-method-override", "GET")
        .form([("timeZone", "Asia/Tokyo")])
        .bearer(&own);
    let answer = network().send(means).await.unwrap();
    assert_eq!(answer.status, 200);
    let listed: serde_json::Value = answer.json().unwrap();
    assert_eq!(listed["timeZone"], "Asia/Tokyo");
    let part = "--b\r\nContent-Type: application/http\r\n\r\nGET /calendar/v3/colors\r\n\r\n--b--";
    let batch = Request::post(world.url("/google/batch/calendar/v3"))
        .body("multipart/mixed; boundary=b", part)
        .bearer(&own);
    let answer = network().send(batch).await.unwrap();
    assert_eq!(answer.status, 200);
    assert!(answer.text().unwrap().contains("calendar#colors"));
}
