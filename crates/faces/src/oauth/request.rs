//! An authorization request: read, and checked as far as it can be before anybody is asked.

use identity::oauth::Client;
use url::Url;

use super::{
    Face, Vendor,
    answer::{Answer, Mode},
    google, microsoft,
    scopes::{self, Scopes},
};

/// Longest query that is read, in bytes.
const QUERY_MAX: usize = 8 * 1024;
/// The length of an S256 challenge: 32 bytes in base64url.
const CHALLENGE_LEN: usize = 43;

/// Parameters of an authorization request (RFC 6749 4.1.1, RFC 7636 4.3, OpenID Connect Core 3.1.2.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parameters {
    pub client_id: String,
    pub redirect_uri: String,
    pub response_type: String,
    pub response_mode: String,
    /// The same, once it is known that it is one.
    pub mode: Mode,
    pub scope: String,
    pub state: Option<String>,
    pub challenge: Option<String>,
    pub challenge_method: Option<String>,
    pub nonce: Option<String>,
    pub access_type: String,
    pub prompt: String,
    pub login_hint: String,
}

/// A request that a person can be asked about.
pub(super) struct Asked {
    /// As it came. The form goes to the same address: whatever stands in front of us, the browser knows its path.
    pub query: String,
    pub parameters: Parameters,
    pub client: Client,
    pub scopes: Scopes,
}

/// Why nobody is asked.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The request cannot be trusted to name where its sender is: the person is told.
    Page { error: &'static str, text: String },
    /// The client is told (RFC 6749 4.1.2.1).
    Back(Answer),
}

impl Parameters {
    /// Reads a query string. A parameter that comes twice is refused (RFC 6749 3.1).
    pub fn read(query: &str) -> Result<Self, Trouble> {
        let bad = |text: String| Trouble::Page {
            error: "invalid_request",
            text,
        };
        if query.len() > QUERY_MAX {
            return Err(bad("The request is too long.".to_owned()));
        }
        let mut read = Self::default();
        let mut seen = Vec::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            if seen.contains(&name) {
                return Err(bad(format!("The parameter {name} comes twice.")));
            }
            read.set(&name, value.into_owned());
            seen.push(name);
        }
        Ok(read)
    }

    fn set(&mut self, name: &str, value: String) {
        match name {
            "client_id" => self.client_id = value,
            "redirect_uri" => self.redirect_uri = value,
            "response_type" => self.response_type = value,
            "response_mode" => self.response_mode = value,
            "scope" => self.scope = value,
            "state" => self.state = Some(value),
            "code_challenge" => self.challenge = Some(value),
            "code_challenge_method" => self.challenge_method = Some(value),
            "nonce" => self.nonce = Some(value),
            "access_type" => self.access_type = value,
            "prompt" => self.prompt = value,
            "login_hint" => self.login_hint = value,
            // RFC 6749 3.1: unknown parameters are ignored.
            _ => {}
        }
    }

    /// Whether the request asks for this prompt (OpenID Connect Core 3.1.2.1).
    pub fn prompts(&self, wanted: &str) -> bool {
        self.prompt.split(' ').any(|prompt| prompt == wanted)
    }

    /// Whose the redirect URI is: a host, or a program's own scheme.
    pub fn receiver(&self) -> String {
        let url = Url::parse(&self.redirect_uri).ok();
        let named = url.map(|url| url.host_str().unwrap_or(url.scheme()).to_owned());
        named.unwrap_or_default()
    }

    /// Where the browser goes with an error.
    pub fn back(&self, error: &str, description: &str) -> Trouble {
        let pairs = [("error", error), ("error_description", description)];
        Trouble::Back(self.answer(&pairs))
    }

    /// An answer of these parameters and the state.
    pub fn answer(&self, pairs: &[(&str, &str)]) -> Answer {
        let state = self.state.as_deref().map(|state| ("state", state));
        let pairs = pairs.iter().copied().chain(state);
        let owned = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Answer {
            redirect_uri: self.redirect_uri.clone(),
            mode: self.mode,
            pairs: owned.collect(),
        }
    }
}

/// Checks a request, first who asks and where the answer goes, then what is asked.
pub(super) async fn check(face: &Face, query: &str) -> Result<Asked, CheckError> {
    let mut parameters = Parameters::read(query)?;
    let client = face.app.identity.client(&parameters.client_id).await?;
    let Some(client) = client else {
        return Err(unknown_client(face.vendor, &parameters.client_id).into());
    };
    if !redirects_to(&client, &parameters.redirect_uri) {
        return Err(wrong_redirect(face.vendor, &parameters.redirect_uri).into());
    }
    let mode = Mode::named(&parameters.response_mode)
        .filter(|mode| face.vendor == Vendor::Microsoft || *mode == Mode::Query);
    parameters.mode = mode.unwrap_or_default();
    if parameters.response_type != "code" {
        return Err(parameters
            .back(
                "unsupported_response_type",
                "Only response_type=code is supported.",
            )
            .into());
    }
    if mode.is_none() {
        return Err(parameters
            .back("invalid_request", "This response_mode is not supported.")
            .into());
    }
    check_challenge(&parameters, &client)?;
    let (scopes, changes): (_, fn(&str) -> bool) = match face.vendor {
        Vendor::Google => (google::scopes(&parameters), google::changes),
        Vendor::Microsoft => (microsoft::scopes(&parameters.scope), microsoft::changes),
    };
    match scopes {
        Some(scopes) if scopes::registered(&client, &scopes, changes) => Ok(Asked {
            query: query.to_owned(),
            parameters,
            client,
            scopes,
        }),
        _ => Err(parameters
            .back(
                "invalid_scope",
                "A scope is missing, unknown, malformed, or none that this client may ask for.",
            )
            .into()),
    }
}

/// Trouble with the request, or with our database.
#[derive(Debug)]
pub(super) enum CheckError {
    Trouble(Trouble),
    Identity(identity::Error),
}

impl From<Trouble> for CheckError {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

impl From<identity::Error> for CheckError {
    fn from(error: identity::Error) -> Self {
        Self::Identity(error)
    }
}

fn check_challenge(parameters: &Parameters, client: &Client) -> Result<(), Trouble> {
    let refuse = |text| Err(parameters.back("invalid_request", text));
    match (
        &parameters.challenge,
        parameters.challenge_method.as_deref(),
    ) {
        (None, None) if client.secret_hash.is_none() => {
            refuse("A public client sends a code_challenge.")
        }
        (None, None) => Ok(()),
        (Some(challenge), Some("S256")) if challenge.len() == CHALLENGE_LEN => Ok(()),
        (Some(_), Some("S256")) => refuse("The code_challenge is not one of S256."),
        _ => refuse("Only code_challenge_method=S256 is supported."),
    }
}

/// Whether a code may be sent there: exactly as registered, but for the port of a program on the person's own machine
/// (RFC 8252 7.3).
fn redirects_to(client: &Client, uri: &str) -> bool {
    let exact = client
        .redirect_uris
        .iter()
        .any(|registered| registered == uri);
    exact
        || (client.secret_hash.is_none()
            && client.redirect_uris.iter().any(|r| same_loopback(r, uri)))
}

fn same_loopback(registered: &str, asked: &str) -> bool {
    let (Ok(registered), Ok(mut asked)) = (Url::parse(registered), Url::parse(asked)) else {
        return false;
    };
    let loopback = matches!(
        registered.host_str(),
        Some("127.0.0.1" | "[::1]" | "localhost")
    );
    loopback
        && registered.scheme() == "http"
        && asked.set_port(registered.port()).is_ok()
        && asked == registered
}

fn unknown_client(vendor: Vendor, id: &str) -> Trouble {
    match vendor {
        Vendor::Google => Trouble::Page {
            error: "invalid_client",
            text: "Error 401: invalid_client. The OAuth client was not found.".to_owned(),
        },
        Vendor::Microsoft => Trouble::Page {
            error: "unauthorized_client",
            text: format!(
                "AADSTS700016: Application with identifier '{id}' was not found in the directory."
            ),
        },
    }
}

fn wrong_redirect(vendor: Vendor, uri: &str) -> Trouble {
    let text = match vendor {
        Vendor::Google => format!(
            "Error 400: redirect_uri_mismatch. The redirect URI in the request, {uri}, does not match the ones authorized for the OAuth client."
        ),
        Vendor::Microsoft => format!(
            "AADSTS50011: The redirect URI '{uri}' specified in the request does not match the redirect URIs configured for the application."
        ),
    };
    Trouble::Page {
        error: "redirect_uri_mismatch",
        text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(secret: bool, uris: &[&str]) -> Client {
        Client {
            id: "c".to_owned(),
            secret_hash: secret.then_some([0; 32]),
            name: "C".to_owned(),
            redirect_uris: uris.iter().map(|&uri| uri.to_owned()).collect(),
            scopes: Vec::new(),
            created: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn only_a_public_client_on_loopback_chooses_its_port() {
        let public = client(false, &["http://localhost", "http://127.0.0.1/back"]);
        for (uri, right) in [
            ("http://localhost", true),
            ("http://localhost:4711", true),
            ("http://localhost:4711/", true),
            ("http://127.0.0.1:9/back", true),
            ("http://127.0.0.1:9/other", false),
            ("https://localhost:4711", false),
            ("http://localhost.example.com:4711", false),
            ("http://user@localhost:4711", false),
            ("http://localhost:4711/?x=1", false),
        ] {
            assert_eq!(redirects_to(&public, uri), right, "{uri}");
        }
        let web = client(true, &["http://localhost/back"]);
        assert!(redirects_to(&web, "http://localhost/back"));
        assert!(
            !redirects_to(&web, "http://localhost:1/back"),
            "a confidential client is registered exactly"
        );
    }

    #[test]
    fn a_parameter_comes_once() {
        assert!(Parameters::read("state=a&scope=b").is_ok());
        assert!(matches!(
            Parameters::read("state=a&state=b"),
            Err(Trouble::Page { .. })
        ));
    }
}
