//! Which client asks for a token, and whether it proves it: HTTP Basic, or credentials in the body (RFC 6749 2.3.1).

use axum::http::{HeaderMap, header};
use identity::oauth::Client;
use percent_encoding::percent_decode_str;

use super::{Face, refusal::Refusal, token::Form};
use crate::auth::basic;

/// The client that a request comes from.
pub(super) async fn of(face: &Face, headers: &HeaderMap, form: &Form) -> Result<Client, Refusal> {
    let (id, secret) = credentials(headers, form)?;
    let Some(known) = face.app.identity.client(&id).await? else {
        return Err(Refusal::UnknownClient(id));
    };
    let proven = face
        .app
        .identity
        .authenticate_client(&known.id, secret.as_deref())
        .await?;
    proven.ok_or(Refusal::ClientSecret {
        id,
        given: secret.is_some(),
    })
}

fn credentials(headers: &HeaderMap, form: &Form) -> Result<(String, Option<String>), Refusal> {
    let in_body = form.get("client_id");
    let header = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let pair = header
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"));
    let Some((_, pair)) = pair else {
        let id = in_body.ok_or(Refusal::Missing("client_id"))?;
        return Ok((id.to_owned(), form.get("client_secret").map(str::to_owned)));
    };
    let (id, secret) = basic(pair.trim()).ok_or(Refusal::Malformed(
        "The Authorization header cannot be read.",
    ))?;
    let (id, secret) = (decoded(&id), decoded(&secret));
    if in_body.is_some_and(|other| other != id) {
        return Err(Refusal::Malformed(
            "The client_id of header and body differ.",
        ));
    }
    if form
        .get("client_secret")
        .is_some_and(|other| other != secret)
    {
        return Err(Refusal::Malformed(
            "The client_secret of header and body differ.",
        ));
    }
    Ok((id, Some(secret)))
}

/// Both halves are form-encoded by the RFC; clients that do not do it have nothing in them that it would change.
fn decoded(text: &str) -> String {
    percent_decode_str(text)
        .decode_utf8()
        .map_or_else(|_| text.to_owned(), std::borrow::Cow::into_owned)
}
