//! How an answer of Entra ID reaches the program: by a form, or behind `#`. Google's goes into the query.

use identity::pkce_challenge;
use kalends_sandbox::{Kind, robot};
use network::{Request, Url};

use crate::fixture;

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1ymWkrB2EFGX5-7ME";
const BACK: &str = "http://127.0.0.1:8420/oauth/callback";

fn url(authorize: &str, client: &str, scope: &str, more: &[(&str, &str)]) -> String {
    let challenge = pkce_challenge(VERIFIER);
    let pairs = [
        ("response_type", "code"),
        ("client_id", client),
        ("redirect_uri", BACK),
        ("scope", scope),
        ("state", "a&b"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    let mut url = Url::parse(authorize).unwrap();
    url.query_pairs_mut().extend_pairs(pairs).extend_pairs(more);
    url.into()
}

#[tokio::test]
async fn an_answer_is_posted_by_the_browser_or_behind_the_hash() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = fixture::alone(&folder, Kind::Microsoft).await;
    let twin = &sandbox.twins()[0];
    let (ada, network) = (&twin.people[0], sandbox.network());
    let authorize = format!("{}common/oauth2/v2.0/authorize", twin.app.public_url);
    let client = &sandbox.clients().client_id;
    let url = |more: &[(&str, &str)]| url(&authorize, client, "Calendars.Read openid", more);

    let post = url(&[("response_mode", "form_post")]);
    let location = robot::consent(network, &post, &ada.email, &ada.password).await;
    let location = location.unwrap();
    assert!(location.starts_with(&format!("{BACK}?code=")), "{location}");
    assert_eq!(robot::parameter(&location, "state").as_deref(), Some("a&b"));

    let hash = url(&[("response_mode", "fragment")]);
    let location = robot::consent(network, &hash, &ada.email, &ada.password).await;
    let location = location.unwrap();
    assert!(location.starts_with(&format!("{BACK}#code=")), "{location}");

    // Refusals go the same way; the page runs this one script, and nobody else is told where it came from.
    let refused = url(&[("response_mode", "form_post"), ("prompt", "none")]);
    let page = network.send(Request::get(&refused)).await.unwrap();
    assert_eq!((page.status, page.header("location")), (200, None));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("script-src 'sha256-") && policy.contains("default-src 'none'"));
    let to = robot::posted(page.text().unwrap()).unwrap();
    assert_eq!(
        robot::parameter(&to, "error").as_deref(),
        Some("login_required")
    );
    let odd = network
        .send(Request::get(url(&[("response_mode", "pigeon")])))
        .await;
    let odd = odd.unwrap();
    let to = odd.header("location").unwrap();
    assert_eq!(
        robot::parameter(to, "error").as_deref(),
        Some("invalid_request")
    );
    sandbox.stop().await;
}

#[tokio::test]
async fn google_has_the_query_only() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = fixture::alone(&folder, Kind::Google).await;
    let authorize = format!("{}o/oauth2/v2/auth", sandbox.twins()[0].app.public_url);
    let client = &sandbox.clients().client_id;
    let asked = url(
        &authorize,
        client,
        "openid",
        &[("response_mode", "form_post")],
    );
    let answer = sandbox.network().send(Request::get(asked)).await.unwrap();
    let to = answer.header("location").unwrap();
    assert_eq!(
        robot::parameter(to, "error").as_deref(),
        Some("invalid_request")
    );
    sandbox.stop().await;
}
