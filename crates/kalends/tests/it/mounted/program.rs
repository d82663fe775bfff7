//! A program that uses calendars: registered, let in by a person at their browser, and given a token.

use identity::pkce_challenge;
use network::{Request, Url};
use serde_json::Value;

use super::hub::{Hub, REDIRECT};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1ymWkrB2EFGX5-7ME";

/// Where a vendor says how its OAuth is reached.
pub const GOOGLE: &str = "google/.well-known/openid-configuration";
/// The same of the other.
pub const MICROSOFT: &str = "microsoft/common/v2.0/.well-known/openid-configuration";

/// A registered program.
pub struct Program {
    pub id: String,
    pub secret: String,
}

impl Program {
    pub async fn register(hub: &Hub, new: Value) -> Self {
        let request = hub.rest(Request::post, "apps");
        let made = hub.ok(request.json(&new)).await;
        let text = |key: &str| made[key].as_str().unwrap().to_owned();
        let (id, secret) = (text("id"), text("secret"));
        let list = hub.ok(hub.rest(Request::get, "apps")).await;
        assert!(
            !list.to_string().contains(&secret),
            "the secret is told once"
        );
        Self { id, secret }
    }

    /// What an authorization server says of itself; each of its addresses leads back to the hub, below the same path.
    async fn discover(hub: &Hub, document: &str) -> Value {
        let known = hub
            .ok(Request::get(format!("{}{document}", hub.root)))
            .await;
        let prefix = format!("{}{}/", hub.root, document.split('/').next().unwrap());
        let addresses = known.as_object().unwrap().iter();
        for (name, value) in
            addresses.filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri")
        {
            assert!(
                value.as_str().unwrap().starts_with(&prefix),
                "{name} {value}"
            );
        }
        hub.ok(Request::get(known["jwks_uri"].as_str().unwrap()))
            .await;
        known
    }

    /// Asks for consent; where the browser is sent, with a code or an error. Whoever is signed in at the hub is asked and
    /// nothing more.
    pub async fn ask(&self, hub: &Hub, document: &str, scope: &str) -> String {
        let known = Self::discover(hub, document).await;
        let mut url = Url::parse(known["authorization_endpoint"].as_str().unwrap()).unwrap();
        url.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", &self.id),
            ("redirect_uri", REDIRECT),
            ("scope", scope),
            ("state", "s"),
            ("code_challenge", &pkce_challenge(VERIFIER)),
            ("code_challenge_method", "S256"),
            ("access_type", "offline"),
            ("prompt", "consent"),
        ]);
        Self::consent(hub, url.as_str()).await
    }

    /// Opens an authorization address in the browser of whoever is signed in at the hub, and allows what it asks; where the
    /// browser is sent.
    pub async fn consent(hub: &Hub, url: &str) -> String {
        let request = Request::get(url).secret_header("cookie", &hub.cookie);
        let page = hub.send(request).await;
        if let Some(location) = page.header("location") {
            return location.to_owned();
        }
        let html = page.text().unwrap();
        assert!(
            html.contains("Signed in as <b>owner@localhost</b>"),
            "{html}"
        );
        // Browsers hold the redirect after the form to `form-action`, too.
        let policy = page.header("content-security-policy").unwrap();
        assert!(!policy.contains("form-action"), "{policy}");
        let form = page
            .header("set-cookie")
            .unwrap()
            .split(';')
            .next()
            .unwrap();
        let between = |before: &str| {
            let (_, rest) = html.split_once(before).unwrap();
            rest.split_once('"').unwrap().0.replace("&amp;", "&")
        };
        let target = page.url.join(&between("action=\"")).unwrap();
        let proof = between("name=proof value=\"");
        let cookies = format!("{}; {form}", hub.cookie);
        let decided = Request::post(target.as_str())
            .secret_header("cookie", cookies)
            .form([("proof", proof.as_str()), ("decision", "allow")]);
        let answer = hub.send(decided).await;
        assert_eq!(answer.status, 303, "{:?}", answer.text());
        answer.header("location").unwrap().to_owned()
    }

    /// Is let in; an access token.
    pub async fn let_in(&self, hub: &Hub, document: &str, scope: &str) -> String {
        let location = self.ask(hub, document, scope).await;
        assert!(
            location.starts_with("https://crm.example.com/oauth/back?from=kalends&code="),
            "{location}"
        );
        let url = Url::parse(&location).unwrap();
        let code = url
            .query_pairs()
            .find(|(name, _)| name == "code")
            .unwrap()
            .1
            .into_owned();
        let known = Self::discover(hub, document).await;
        let exchange = Request::post(known["token_endpoint"].as_str().unwrap()).form([
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT),
            ("client_id", &self.id),
            ("client_secret", &self.secret),
            ("code_verifier", VERIFIER),
        ]);
        let granted = hub.ok(exchange).await;
        granted["access_token"].as_str().unwrap().to_owned()
    }
}
