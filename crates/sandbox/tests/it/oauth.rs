//! The code flow with PKCE, as each vendor has it.

use identity::pkce_challenge;
use kalends_sandbox::{Kind, Sandbox, robot};
use network::{Network, Request, Response};
use serde_json::Value;

use crate::fixture;

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1ymWkrB2EFGX5-7ME";
const GOOGLE: &str = "https://www.googleapis.com/auth/calendar openid";
const MICROSOFT: &str = "Calendars.ReadWrite openid offline_access";

/// One stand-in with one client.
struct Flow {
    sandbox: Sandbox,
    network: Network,
    authorize: String,
    token: String,
    scope: &'static str,
    extra: &'static str,
}

impl Flow {
    async fn of(folder: &tempfile::TempDir, kind: Kind) -> Self {
        let sandbox = fixture::alone(folder, kind).await;
        let root = sandbox.twins()[0].app.public_url.clone();
        let (authorize, token, scope, extra) = match kind {
            Kind::Google => (
                "o/oauth2/v2/auth",
                "token",
                GOOGLE,
                "&access_type=offline&prompt=consent",
            ),
            _ => (
                "common/oauth2/v2.0/authorize",
                "common/oauth2/v2.0/token",
                MICROSOFT,
                "",
            ),
        };
        let network = sandbox.network().clone();
        Self {
            sandbox,
            network,
            authorize: format!("{root}{authorize}"),
            token: format!("{root}{token}"),
            scope,
            extra,
        }
    }

    fn url(&self, change: impl Fn(&mut Vec<(&str, String)>)) -> String {
        let mut pairs = vec![
            ("response_type", "code".to_owned()),
            ("client_id", self.sandbox.clients().client_id.clone()),
            (
                "redirect_uri",
                "http://127.0.0.1:8420/oauth/callback".to_owned(),
            ),
            ("scope", self.scope.to_owned()),
            ("state", "a&b".to_owned()),
            ("nonce", "n-1".to_owned()),
            ("code_challenge", pkce_challenge(VERIFIER)),
            ("code_challenge_method", "S256".to_owned()),
        ];
        change(&mut pairs);
        let mut url = network::Url::parse(&self.authorize).unwrap();
        url.query_pairs_mut().extend_pairs(pairs);
        format!("{url}{}", self.extra)
    }

    /// Signs in and allows; the code.
    async fn code(&self) -> String {
        let ada = &self.sandbox.twins()[0].people[0];
        let location = robot::consent(&self.network, &self.url(|_| {}), &ada.email, &ada.password)
            .await
            .unwrap();
        assert!(
            location.starts_with("http://127.0.0.1:8420/oauth/callback?code="),
            "{location}"
        );
        assert_eq!(robot::parameter(&location, "state").as_deref(), Some("a&b"));
        robot::parameter(&location, "code").unwrap()
    }

    async fn ask(&self, fields: &[(&str, &str)]) -> Response {
        let clients = self.sandbox.clients();
        let own = [
            ("client_id", clients.client_id.as_str()),
            ("client_secret", clients.client_secret.as_str()),
        ];
        let form = fields.iter().chain(&own).copied();
        self.network
            .send(Request::post(&self.token).form(form))
            .await
            .unwrap()
    }

    async fn exchange(&self, code: &str, verifier: &str) -> Response {
        let redirect = ("redirect_uri", "http://127.0.0.1:8420/oauth/callback");
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", verifier),
            redirect,
        ];
        self.ask(&fields).await
    }

    async fn refresh(&self, token: &str) -> Response {
        self.ask(&[("grant_type", "refresh_token"), ("refresh_token", token)])
            .await
    }
}

fn json(response: &Response) -> Value {
    response.json().unwrap()
}

#[tokio::test]
async fn google_gives_one_refresh_token_that_stays() {
    let folder = tempfile::tempdir().unwrap();
    let flow = Flow::of(&folder, Kind::Google).await;
    let twin = &flow.sandbox.twins()[0];
    let code = flow.code().await;
    let wrong = flow
        .exchange(&code, "wrong-verifier-wrong-verifier-wrong-verifier")
        .await;
    assert_eq!(
        (wrong.status, json(&wrong)["error"].clone()),
        (400, "invalid_grant".into())
    );
    let granted = flow.exchange(&code, VERIFIER).await;
    assert_eq!(granted.status, 200);
    assert_eq!(granted.header("cache-control"), Some("no-store"));
    let granted = json(&granted);
    assert_eq!(granted["scope"], GOOGLE);
    assert_eq!(granted["token_type"], "Bearer");
    assert!(granted["id_token"].is_string());
    let actor = twin
        .app
        .identity
        .authenticate_bearer(granted["access_token"].as_str().unwrap())
        .await
        .unwrap();
    assert!(actor.unwrap().may("calendar.write"));
    let refresh = granted["refresh_token"].as_str().unwrap();
    let again = flow.refresh(refresh).await;
    assert_eq!(again.status, 200);
    assert!(json(&again)["refresh_token"].is_null(), "it stays the same");
    let info = Request::get(format!("{}oauth2/v3/userinfo", twin.app.public_url));
    let info = flow
        .network
        .send(info.bearer(json(&again)["access_token"].as_str().unwrap()))
        .await
        .unwrap();
    assert_eq!(json(&info)["email"], twin.people[0].email);
    twin.expire_access_tokens().await.unwrap();
    let newest = json(&again)["access_token"].as_str().unwrap().to_owned();
    let nobody = twin.app.identity.authenticate_bearer(&newest).await;
    assert_eq!(nobody.unwrap(), None, "access tokens expire when told to");
    assert_eq!(
        flow.refresh(refresh).await.status,
        200,
        "refresh tokens go on"
    );
    let revoke = Request::post(format!("{}revoke", twin.app.public_url)).form([("token", refresh)]);
    assert_eq!(flow.network.send(revoke).await.unwrap().status, 200);
    let dead = flow.refresh(refresh).await;
    assert_eq!(dead.status, 400);
    assert_eq!(
        json(&dead)["error_description"],
        "Token has been expired or revoked."
    );
    flow.sandbox.stop().await;
}

#[tokio::test]
async fn google_gives_no_refresh_token_to_those_who_do_not_ask_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let flow = Flow {
        extra: "&access_type=offline",
        ..Flow::of(&folder, Kind::Google).await
    };
    let granted = flow.exchange(&flow.code().await, VERIFIER).await;
    assert_eq!(granted.status, 200);
    assert!(json(&granted)["refresh_token"].is_null());
    flow.sandbox.stop().await;
}

#[tokio::test]
async fn microsoft_renews_refresh_tokens_and_keeps_the_old() {
    let folder = tempfile::tempdir().unwrap();
    let flow = Flow::of(&folder, Kind::Microsoft).await;
    let code = flow.code().await;
    let granted = json(&flow.exchange(&code, VERIFIER).await);
    assert_eq!(granted["scope"], "Calendars.ReadWrite openid");
    let first = granted["refresh_token"].as_str().unwrap().to_owned();
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", first.as_str()),
        ("client_info", "1"),
    ];
    let second = json(&flow.ask(&fields).await);
    assert!(
        second["client_info"].is_string(),
        "MSAL keeps no account without it"
    );
    assert!(second["id_token"].is_string());
    assert_ne!(second["refresh_token"], first);
    // A part of what was consented to brings all of it; more than that brings nothing.
    for (scope, brings) in [("openid", "Calendars.ReadWrite openid"), ("Mail.Read", "")] {
        let asked = [fields[0], fields[1], ("scope", scope)];
        let answer = json(&flow.ask(&asked).await);
        assert_eq!(answer["scope"].as_str().unwrap_or_default(), brings);
    }
    assert_eq!(
        flow.refresh(&first).await.status,
        200,
        "the old one stays valid"
    );
    let reused = flow.exchange(&code, VERIFIER).await;
    assert_eq!(json(&reused)["error_codes"][0], 54005);
    let dead = flow.refresh(&first).await;
    assert_eq!(
        dead.status, 400,
        "a code that comes twice revokes what came of it"
    );
    assert!(
        json(&dead)["error_description"]
            .as_str()
            .unwrap()
            .starts_with("AADSTS")
    );
    flow.sandbox.stop().await;
}

#[tokio::test]
async fn the_ready_made_refresh_token_works_and_so_does_http_basic() {
    let folder = tempfile::tempdir().unwrap();
    for kind in [Kind::Google, Kind::Microsoft] {
        let flow = Flow::of(&folder, kind).await;
        let clients = flow.sandbox.clients();
        let token = flow.sandbox.twins()[0].people[1].refresh_token.as_str();
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
        let request = Request::post(&flow.token).form(form);
        let granted = flow
            .network
            .send(
                request
                    .clone()
                    .basic(&clients.client_id, &clients.client_secret),
            )
            .await
            .unwrap();
        assert_eq!(granted.status, 200);
        let refused = flow
            .network
            .send(request.basic(&clients.client_id, "wrong"))
            .await
            .unwrap();
        assert_eq!(
            (refused.status, json(&refused)["error"].clone()),
            (401, "invalid_client".into())
        );
        flow.sandbox.stop().await;
    }
}

#[tokio::test]
async fn only_registered_addresses_are_sent_anything() {
    let folder = tempfile::tempdir().unwrap();
    let flow = Flow::of(&folder, Kind::Google).await;
    let elsewhere = flow.url(|pairs| pairs[2].1 = "https://evil.example/".to_owned());
    let answer = flow.network.send(Request::get(elsewhere)).await.unwrap();
    assert_eq!((answer.status, answer.header("location")), (400, None));
    let plain = flow.url(|pairs| pairs[7].1 = "plain".to_owned());
    let answer = flow.network.send(Request::get(plain)).await.unwrap();
    assert_eq!(answer.status, 303);
    assert_eq!(
        robot::parameter(answer.header("location").unwrap(), "error").as_deref(),
        Some("invalid_request")
    );
    let public = flow.url(|pairs| {
        pairs[1].1 = "kalends-sandbox-public".to_owned();
        pairs[2].1 = "http://localhost:39999/".to_owned();
        pairs.truncate(6);
    });
    let answer = flow.network.send(Request::get(public)).await.unwrap();
    assert_eq!(
        robot::parameter(answer.header("location").unwrap(), "error").as_deref(),
        Some("invalid_request")
    );
    flow.sandbox.stop().await;
}

#[tokio::test]
async fn a_form_of_another_browser_and_a_wrong_password_get_no_code() {
    let folder = tempfile::tempdir().unwrap();
    let flow = Flow::of(&folder, Kind::Google).await;
    let ada = &flow.sandbox.twins()[0].people[0];
    let form = [
        ("proof", "made-up"),
        ("email", ada.email.as_str()),
        ("password", &ada.password),
        ("decision", "allow"),
    ];
    let answer = flow
        .network
        .send(Request::post(flow.url(|_| {})).form(form))
        .await
        .unwrap();
    assert_eq!((answer.status, answer.header("location")), (403, None));
    let wrong = robot::consent(
        &flow.network,
        &flow.url(|_| {}),
        &ada.email,
        "wrong password",
    )
    .await;
    assert!(matches!(
        wrong,
        Err(kalends_sandbox::Error::Answer { status: 403, .. })
    ));
    flow.sandbox.stop().await;
}

#[tokio::test]
async fn id_tokens_name_the_person_the_client_and_the_nonce() {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    let folder = tempfile::tempdir().unwrap();
    let flow = Flow::of(&folder, Kind::Microsoft).await;
    let twin = &flow.sandbox.twins()[0];
    let granted = json(&flow.exchange(&flow.code().await, VERIFIER).await);
    let parts: Vec<&str> = granted["id_token"].as_str().unwrap().split('.').collect();
    let read = |part: &str| -> Value {
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    let (header, claims) = (read(parts[0]), read(parts[1]));
    assert_eq!(claims["preferred_username"], twin.people[0].email);
    assert_eq!(claims["aud"], flow.sandbox.clients().client_id);
    assert_eq!(claims["nonce"], "n-1");
    let keys = Request::get(format!("{}common/discovery/v2.0/keys", twin.app.public_url));
    let keys = json(&flow.network.send(keys).await.unwrap());
    assert_eq!(keys["keys"][0]["kid"], header["kid"]);
    assert_eq!(keys["keys"][0]["e"], "AQAB");
    assert_eq!(
        BASE64_URL_SAFE_NO_PAD
            .decode(keys["keys"][0]["n"].as_str().unwrap())
            .unwrap()
            .len(),
        256
    );
    flow.sandbox.stop().await;
}

#[tokio::test]
async fn whoever_is_signed_in_only_has_to_allow() {
    let folder = tempfile::tempdir().unwrap();
    let flow = Flow::of(&folder, Kind::Google).await;
    let person = &flow.sandbox.twins()[0].people[0];
    let session = flow.sandbox.twins()[0]
        .app
        .identity
        .sign_in(&person.email, &person.password, 60);
    let session = session.await.unwrap().unwrap();
    let get =
        Request::get(flow.url(|_| {})).header("cookie", format!("google_twin_session={session}"));
    let page = flow.network.send(get).await.unwrap();
    let html = page.text().unwrap();
    assert!(html.contains("Signed in as") && !html.contains("password"));
    let form_cookie = page
        .header("set-cookie")
        .unwrap()
        .split(';')
        .next()
        .unwrap();
    let cookies = format!("google_twin_session={session}; {form_cookie}");
    let proof = html
        .split("name=proof value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let decide = async |cookies: &str, decision: &str| {
        let form = [("proof", proof), ("decision", decision)];
        let post = Request::post(flow.url(|_| {}))
            .header("cookie", cookies)
            .form(form);
        let answer = flow.network.send(post).await.unwrap();
        answer.header("location").map(str::to_owned)
    };
    let allowed = decide(&cookies, "allow").await.unwrap();
    assert!(robot::parameter(&allowed, "code").is_some());
    let denied = decide(&cookies, "deny").await.unwrap();
    assert_eq!(
        robot::parameter(&denied, "error").as_deref(),
        Some("access_denied")
    );
    assert_eq!(
        decide(form_cookie, "allow").await,
        None,
        "nobody is signed in"
    );
    let elsewhere = cookies.replace("google_twin_session", "microsoft_twin_session");
    assert_eq!(
        decide(&elsewhere, "allow").await,
        None,
        "signed in at another stand-in"
    );
    assert_eq!(
        decide(&format!("google_twin_session={session}"), "allow").await,
        None,
        "no form cookie"
    );
    flow.sandbox.stop().await;
}
