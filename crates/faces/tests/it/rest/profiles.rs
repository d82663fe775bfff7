//! Configuration profiles of Apple's devices.

use axum::body::to_bytes;
use serde_json::json;

use super::world::{World, text};

/// Asks for a profile, as the form of a page does. Status, headers of interest and text.
async fn profile(world: &World, id: &str, form: &str) -> (u16, [String; 3], String) {
    let path = format!("/api/v1/app-passwords/{id}/kalends.mobileconfig");
    let ask = world.ask("POST", &path);
    let ask = ask.header("content-type", "application/x-www-form-urlencoded");
    let answer = ask.text(form).open().await;
    let headers = ["content-type", "content-disposition", "cache-control"];
    let headers = headers.map(|name| {
        let value = answer.headers().get(name);
        value.map_or(String::new(), |v| v.to_str().unwrap().to_owned())
    });
    let status = answer.status().as_u16();
    let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    (status, headers, String::from_utf8(bytes.to_vec()).unwrap())
}

/// What stands behind a key, without its element.
fn value<'a>(list: &'a str, key: &str) -> Vec<&'a str> {
    let begin = format!("<key>{key}</key>\n<");
    let found = list.split(&begin[..]).skip(1);
    found
        .map(|rest| {
            let (_, rest) = rest.split_once('>').unwrap();
            rest.split('<').next().unwrap()
        })
        .collect()
}

#[tokio::test]
async fn a_profile_has_what_a_device_asks_for() {
    for world in World::all().await {
        let form = json!({"name": "Ada's <iPhone> & more"});
        let made = world.post("/api/v1/app-passwords", &form).await.ok();
        let id = text(&made["id"]);
        let sent = "password=p%26a%3Cs%5Ds%2B+x";
        let (status, headers, list) = profile(&world, &id, sent).await;
        assert_eq!(status, 200, "{list}");
        assert_eq!(headers[0], "application/x-apple-aspen-config");
        assert_eq!(headers[1], "attachment; filename=\"kalends.mobileconfig\"");
        assert_eq!(headers[2], "no-store");
        for (key, expected) in [
            ("CalDAVHostName", vec!["hub.example"]),
            ("CalDAVPort", vec!["443"]),
            ("CalDAVUsername", vec!["ada@example.com"]),
            ("CalDAVPassword", vec!["p&amp;a&lt;s]s+ x"]),
            (
                "PayloadType",
                vec!["com.apple.caldav.account", "Configuration"],
            ),
            ("PayloadVersion", vec!["1", "1"]),
        ] {
            assert_eq!(value(&list, key), expected, "{key}\n{list}");
        }
        let principal = format!("/caldav/principals/{}/", world.user.id);
        assert_eq!(value(&list, "CalDAVPrincipalURL"), [principal]);
        assert!(list.contains("<key>CalDAVUseSSL</key>\n<true/>"));
        assert!(list.contains("Kalends: Ada's &lt;iPhone&gt; &amp; more"));
        let ids = value(&list, "PayloadUUID");
        assert!(ids.len() == 2 && ids[0] != ids[1], "{ids:?}");
        // Another time it is the same one, and the password is kept nowhere.
        assert_eq!(profile(&world, &id, sent).await.2, list);
        let listed = world.get("/api/v1/app-passwords").await.to_string();
        assert!(
            !listed.contains("p&a") && !listed.contains("password"),
            "{listed}"
        );
    }
}

#[tokio::test]
async fn profiles_are_for_ones_own_devices() {
    for world in World::all().await {
        let form = json!({"name": "iPhone"});
        let made = world.post("/api/v1/app-passwords", &form).await.ok();
        let id = text(&made["id"]);
        for wrong in [
            "",
            "password=",
            "secret=x",
            &format!("password={}", "x".repeat(201)),
        ] {
            let (status, ..) = profile(&world, &id, wrong).await;
            assert_eq!(status, 400, "{wrong}");
        }
        let other = world.user.id.to_string();
        assert_eq!(profile(&world, &other, "password=x").await.0, 404);
        let path = format!("/api/v1/app-passwords/{id}/kalends.mobileconfig");
        let nobody = world
            .ask("POST", &path)
            .cookie("")
            .text("password=x")
            .send();
        assert_eq!(nobody.await.problem().0, 401);
    }
}
