//! Programs that run in a browser, at an origin of their own.

use network::Request;
use serde_json::json;

use super::{ALL, GOOGLE, Hub, Program, REDIRECT};

const ORIGIN: &str = "https://crm.example.com";

#[tokio::test]
async fn pages_of_other_origins_ask_with_a_token_and_never_with_a_cookie() {
    let hub = Hub::start("").await;
    hub.calendar("Practice").await;
    let new = json!({"name": "CRM", "redirectUris": [REDIRECT]});
    let program = Program::register(&hub, new).await;
    let token = program.let_in(&hub, GOOGLE, ALL).await;
    let at = |path: &str| format!("{}{path}", hub.root);
    let list = at("google/calendar/v3/users/me/calendarList");

    let beforehand = |url: &str| {
        Request::options(url)
            .header("origin", ORIGIN)
            .header("access-control-request-method", "PATCH")
            .header("access-control-request-headers", "authorization,if-match")
    };
    for path in [
        "google/calendar/v3/x",
        "google/token",
        "microsoft/v1.0/me",
        "microsoft/common/oauth2/v2.0/token",
    ] {
        let answer = hub.send(beforehand(&at(path))).await;
        assert_eq!(answer.status, 204, "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(
            answer.header("access-control-allow-headers"),
            Some("authorization,if-match")
        );
        assert!(
            answer
                .header("access-control-allow-methods")
                .unwrap()
                .contains("PATCH")
        );
    }
    let asked = Request::get(&list).header("origin", ORIGIN);
    let answer = hub.send(asked.clone().bearer(&token)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    // With it a browser would send cookies along.
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    let refused = hub.send(asked.secret_header("cookie", &hub.cookie)).await;
    assert_eq!(refused.status, 401);

    for path in [
        "api/v1/me",
        "google/o/oauth2/v2/auth?client_id=x",
        "microsoft/common/oauth2/v2.0/authorize",
        "caldav/",
    ] {
        let answer = hub
            .send(Request::get(at(path)).header("origin", ORIGIN))
            .await;
        assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
    }
    hub.stop().await;
}
