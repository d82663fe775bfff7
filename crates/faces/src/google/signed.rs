//! Who sent a request: a bearer token. A browser's cookie is not enough here, as this API has no protection against
//! requests that a page makes in its visitor's name.

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};
use identity::Actor;

use super::{Fault, scopes};
use crate::{App, auth};

/// Somebody with a token.
pub(super) struct Signed(pub(super) Actor);

impl FromRequestParts<App> for Signed {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        let caller = auth::caller(app, &parts.headers).await?;
        let caller = caller.filter(|caller| !caller.by_cookie);
        let nobody = || {
            if parts.headers.contains_key(header::AUTHORIZATION) {
                Fault::unauthorized()
            } else {
                Fault::login_required()
            }
        };
        let actor = caller.ok_or_else(nobody)?.actor;
        scopes::allow(actor, &parts.method, parts.uri.path()).map(Self)
    }
}
