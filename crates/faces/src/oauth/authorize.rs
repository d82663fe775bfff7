//! The authorization endpoint (RFC 6749 3.1): asks the person, then sends them back with a code.

use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use identity::{Actor, User, oauth::CodeRequest, pkce_challenge, same_secret};

use super::{
    Face, Vendor, page,
    page::Consent,
    request::{self, Asked, CheckError, Trouble},
    token::Form,
};
use crate::auth::{SESSION_COOKIE, cookie};

/// How long a sign-in on these pages lasts, in seconds.
const SESSION_SECONDS: i64 = 8 * 3_600;

/// A sign-in that was right: who, and the session's token if it is new.
struct SignedIn {
    user: User,
    token: Option<String>,
}

/// `GET`: the page that asks.
pub(super) async fn ask(
    State(face): State<Face>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let asked = match checked(&face, query.as_deref()).await {
        Ok(asked) => asked,
        Err(error) => return failed(error),
    };
    let signed_in = match face.session(&headers).await {
        Ok(signed_in) => signed_in,
        Err(error) => return failed(error.into()),
    };
    let parameters = &asked.parameters;
    if parameters.prompts("none") {
        let error = if signed_in.is_some() {
            "consent_required"
        } else {
            "login_required"
        };
        return failed(
            parameters
                .back(
                    error,
                    "The person has to be asked, and prompt=none forbids it.",
                )
                .into(),
        );
    }
    // Whoever wants to choose an account, or to be sure of the person, signs in anew. A hub has one person, and the page
    // says whom.
    let chooses = parameters.prompts("select_account") && !face.at_hub;
    let again = parameters.prompts("login") || chooses;
    let email = signed_in.filter(|_| !again).map(|s| s.user.email);
    face.page(&asked, &headers, email.as_deref(), None)
}

/// `POST`: the person's decision.
pub(super) async fn decide(
    State(face): State<Face>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let asked = match checked(&face, query.as_deref()).await {
        Ok(asked) => asked,
        Err(error) => return failed(error),
    };
    let Ok(form) = Form::read(&body) else {
        return failed(
            Trouble::Page {
                error: "invalid_request",
                text: "The form cannot be read.".to_owned(),
            }
            .into(),
        );
    };
    let own = cookie(&headers, face.form_cookie()).map(proof_of);
    if !own
        .zip(form.get("proof"))
        .is_some_and(|(own, given)| same_secret(&own, given))
    {
        let wrong = "This form was not made for this browser, or is too old. Please try again.";
        return face.page(&asked, &headers, None, Some(wrong));
    }
    match form.get("decision") {
        Some("allow") => {}
        Some("deny") => {
            return failed(
                asked
                    .parameters
                    .back("access_denied", "The person denied access.")
                    .into(),
            );
        }
        _ => {
            return face.page(&asked, &headers, None, Some("Please allow or deny."));
        }
    }
    match face.person(&headers, &form).await {
        Ok(Some(signed_in)) => face.send_back(asked, signed_in).await,
        Ok(None) => {
            let wrong = "This e-mail address and password do not belong together.";
            face.page(&asked, &headers, None, Some(wrong))
        }
        Err(error) => failed(error.into()),
    }
}

async fn checked(face: &Face, query: Option<&str>) -> Result<Asked, CheckError> {
    request::check(face, query.unwrap_or_default()).await
}

fn failed(error: CheckError) -> Response {
    match error {
        CheckError::Trouble(Trouble::Back(answer)) => answer.into_response(),
        CheckError::Trouble(Trouble::Page { error, text }) => {
            page::respond(StatusCode::BAD_REQUEST, page::trouble(error, &text))
        }
        CheckError::Identity(error) => {
            tracing::error!(%error, "nobody could be asked for consent");
            let text = "Something went wrong here; please try again.";
            page::respond(
                StatusCode::INTERNAL_SERVER_ERROR,
                page::trouble("server_error", text),
            )
        }
    }
}

/// What a form must show of its browser's cookie. One cannot be made from the other by a page that reads neither.
fn proof_of(cookie: &str) -> String {
    pkce_challenge(&format!("consent form {cookie}"))
}

impl Face {
    /// Cookies are shared by all ports of a host, so each vendor's stand-in has its own names.
    fn session_cookie(&self) -> &'static str {
        match self.vendor {
            _ if self.at_hub => SESSION_COOKIE,
            Vendor::Google => "google_twin_session",
            Vendor::Microsoft => "microsoft_twin_session",
        }
    }

    fn form_cookie(&self) -> &'static str {
        match self.vendor {
            _ if self.at_hub => "kalends_consent",
            Vendor::Google => "google_twin_form",
            Vendor::Microsoft => "microsoft_twin_form",
        }
    }

    fn set_cookie(&self, name: &str, value: &str) -> String {
        let secure = if self.app.public_url.starts_with("https://") {
            "; Secure"
        } else {
            ""
        };
        format!("{name}={value}; Path=/; Max-Age={SESSION_SECONDS}; HttpOnly; SameSite=Lax{secure}")
    }

    /// Who is signed in here.
    async fn session(&self, headers: &HeaderMap) -> Result<Option<SignedIn>, identity::Error> {
        let Some(token) = cookie(headers, self.session_cookie()) else {
            return Ok(None);
        };
        self.signed_in(token, false).await
    }

    async fn signed_in(&self, token: &str, new: bool) -> Result<Option<SignedIn>, identity::Error> {
        let actor: Option<Actor> = self.app.identity.authenticate_session(token).await?;
        let Some(actor) = actor else { return Ok(None) };
        let user = self.app.identity.user_of(&actor).await?;
        Ok(user.map(|user| SignedIn {
            user,
            token: new.then(|| token.to_owned()),
        }))
    }

    /// Who decides: the person of the form's password, or the one who is signed in.
    async fn person(
        &self,
        headers: &HeaderMap,
        form: &Form,
    ) -> Result<Option<SignedIn>, identity::Error> {
        let (Some(email), Some(password)) = (form.get("email"), form.get("password")) else {
            return self.session(headers).await;
        };
        match self
            .app
            .identity
            .sign_in(email, password, SESSION_SECONDS)
            .await?
        {
            Some(token) => self.signed_in(&token, true).await,
            None => Ok(None),
        }
    }

    fn page(
        &self,
        asked: &Asked,
        headers: &HeaderMap,
        signed_in: Option<&str>,
        wrong: Option<&str>,
    ) -> Response {
        let known = cookie(headers, self.form_cookie()).map(str::to_owned);
        let secret = known.unwrap_or_else(|| self.app.hub.ids().token());
        let html = Consent {
            action: &format!("?{}", asked.query),
            proof: &proof_of(&secret),
            client: &asked.client.name,
            receiver: &asked.parameters.receiver(),
            plainly: asked.scopes.plainly(),
            scopes: &asked.scopes.shown(),
            signed_in,
            hint: &asked.parameters.login_hint,
            wrong,
        }
        .html();
        let status = if wrong.is_some() {
            StatusCode::FORBIDDEN
        } else {
            StatusCode::OK
        };
        let mut response = page::respond(status, html);
        if let Ok(value) = HeaderValue::from_str(&self.set_cookie(self.form_cookie(), &secret)) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
        response
    }

    async fn send_back(&self, asked: Asked, signed_in: SignedIn) -> Response {
        let shown = asked.scopes.shown().join(" ");
        let Asked {
            parameters,
            client,
            scopes,
            ..
        } = asked;
        let request = CodeRequest {
            client: client.id,
            user: signed_in.user.id,
            redirect_uri: parameters.redirect_uri.clone(),
            challenge: parameters.challenge.clone(),
            scopes: scopes.kept(),
            nonce: parameters.nonce.clone(),
        };
        let code = match self.app.identity.issue_code(request).await {
            Ok(code) => code,
            Err(error) => return failed(error.into()),
        };
        let mut pairs = vec![("code", code.as_str())];
        if self.vendor == Vendor::Google {
            pairs.push(("scope", &shown));
        }
        let back = parameters.answer(&pairs);
        match &signed_in.token {
            Some(token) => {
                let cookie = self.set_cookie(self.session_cookie(), token);
                (AppendHeaders([(header::SET_COOKIE, cookie)]), back).into_response()
            }
            None => back.into_response(),
        }
    }
}
