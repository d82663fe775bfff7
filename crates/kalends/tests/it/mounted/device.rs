//! A phone that speaks CalDAV, with an app password of its own.

use network::{Request, Response};
use serde_json::{Value, json};

use super::hub::Hub;

const FIND: &str = r#"<?xml version="1.0"?><propfind xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">
    <prop><current-user-principal/><c:calendar-home-set/><displayname/></prop></propfind>"#;
const QUERY: &str = r#"<?xml version="1.0"?><c:calendar-query xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">
    <prop><c:calendar-data/></prop><c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT"/></c:comp-filter>
    </c:filter></c:calendar-query>"#;

struct Phone<'a> {
    hub: &'a Hub,
    user: String,
    password: String,
}

impl Phone<'_> {
    async fn send(
        &self,
        of: impl Fn(String) -> Request,
        path: &str,
        depth: &str,
        body: &str,
    ) -> Response {
        let url = format!("{}{}", self.hub.root, path.trim_start_matches('/'));
        let request = of(url)
            .basic(&self.user, &self.password)
            .header("depth", depth)
            .body("application/xml", body.to_owned());
        self.hub.send(request).await
    }

    /// The address within a property of an answer.
    async fn find(&self, path: &str, property: &str) -> String {
        let answer = self.send(Request::propfind, path, "0", FIND).await;
        assert_eq!(answer.status, 207, "{path}");
        let text = answer.text().unwrap();
        let (_, rest) = text.split_once(property).unwrap();
        let (_, rest) = rest.split_once("href>").unwrap();
        rest.split_once('<').unwrap().0.to_owned()
    }
}

/// It finds its way from the host's name to the events, and no further once its password is taken away.
pub async fn sees_and_is_locked_out(hub: &Hub, titles: &[&str]) {
    let request = hub.rest(Request::post, "app-passwords");
    let made = hub.ok(request.json(&json!({"name": "iPhone"}))).await;
    let text = |key: &str| made[key].as_str().unwrap().to_owned();
    assert_eq!(text("server"), format!("{}caldav/", hub.root));
    let phone = Phone {
        hub,
        user: text("username"),
        password: text("password"),
    };
    let begin = Request::get(format!("{}.well-known/caldav", hub.root));
    let begin = hub.send(begin).await;
    assert_eq!(begin.status, 301);
    let root = begin.header("location").unwrap();
    let principal = phone.find(root, "current-user-principal").await;
    // Some know the host and nothing else; browsers get the web app there.
    assert_eq!(phone.find("", "current-user-principal").await, principal);
    let page = hub.send(Request::get(&hub.root)).await;
    assert!(
        page.header("content-type")
            .unwrap()
            .starts_with("text/html")
    );
    let home = phone.find(&principal, "calendar-home-set").await;
    let calendars = phone.send(Request::propfind, &home, "1", FIND).await;
    let listed = calendars.text().unwrap();
    let (before, _) = listed.split_once("Practice").unwrap();
    // The last address before the name that is one below the home.
    let calendar = before
        .split("href>")
        .filter(|part| part.starts_with(&home) && part.len() > home.len() + 1)
        .last()
        .and_then(|part| part.split('<').next())
        .unwrap();
    let found = phone.send(Request::report, calendar, "1", QUERY).await;
    let found = found.text().unwrap().to_owned();
    for title in titles {
        assert!(found.contains(&format!("SUMMARY:{title}")), "{found}");
    }

    // The password is for CalDAV, and is known by when it was used.
    let rest = Request::get(format!("{}api/v1/events", hub.root));
    let rest = hub.send(rest.basic(&phone.user, &phone.password)).await;
    assert_eq!(rest.status, 401);
    let listed: Value = hub.ok(hub.rest(Request::get, "app-passwords")).await;
    assert_eq!(listed[0]["name"], "iPhone");
    assert!(listed[0]["lastUsed"].is_string(), "{listed}");
    assert!(!listed.to_string().contains(&phone.password));
    let id = made["id"].as_str().unwrap();
    let removed = hub.rest(Request::delete, &format!("app-passwords/{id}"));
    assert_eq!(hub.send(removed).await.status, 204);
    let refused = phone.send(Request::propfind, root, "0", FIND).await;
    assert_eq!(refused.status, 401);
}
