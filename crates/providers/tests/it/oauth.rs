//! The token endpoint: what is granted, and what refusals mean.

use std::time::Duration;

use jiff::Timestamp;
use kalends_providers::{Failure, Grant, google, microsoft, oauth::Endpoints};
use network::{Network, Reach, Settings};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::script::Script;

const CALENDARS: &str = "https://www.googleapis.com/auth/calendar.calendarlist.readonly";
const EVENTS: &str = "https://www.googleapis.com/auth/calendar.events";

fn endpoints(script: &Script, scopes: &[&str]) -> Endpoints {
    Endpoints {
        authorize: format!("{}/authorize", script.root),
        token: format!("{}/token", script.root),
        client_id: "us".to_owned(),
        client_secret: None,
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        extra: Vec::new(),
    }
}

fn network() -> Network {
    let reach = Reach::AlsoLoopback;
    let settings = Settings {
        reach,
        ..Settings::default()
    };
    Network::new(settings).unwrap()
}

fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

/// What becomes of a sign-in whose answer has these scopes.
async fn signed_in(asked: &[&str], answer: Value) -> Result<Grant, Failure> {
    let script = Script::start().await;
    script.on("POST", &["/token"], 200, answer);
    let (endpoints, network) = (endpoints(&script, asked), network());
    let address = "https://hub.example/oauth/callback";
    let grant = endpoints.exchange(&network, now(), "code", "verifier", address);
    let grant = grant.await;
    script.done();
    grant
}

/// At Google a person may untick any box of the consent page, and signs in all the same.
#[tokio::test]
async fn what_was_not_granted_is_said_at_once() {
    let answer = |scope: &str| json!({"access_token": "a", "refresh_token": "r", "expires_in": 3599, "scope": scope});
    for (asked, granted, missing) in [
        (&google::SCOPES[..], format!("{EVENTS} {CALENDARS}"), ""),
        (
            &google::SCOPES,
            format!("openid https://www.googleapis.com/auth/userinfo.email {CALENDARS}"),
            "calendar.events",
        ),
        (
            &google::SCOPES,
            "openid".to_owned(),
            "calendar.calendarlist.readonly, calendar.events",
        ),
        // More than was asked for, from an earlier consent.
        (
            &google::SCOPES,
            "https://www.googleapis.com/auth/calendar".to_owned(),
            "",
        ),
        // Less with a similar name.
        (
            &google::SCOPES,
            format!("{CALENDARS} {EVENTS}.readonly"),
            "calendar.events",
        ),
        // Entra ID says them with and without the address of whose they are, and does not repeat `offline_access`.
        (
            &microsoft::SCOPES,
            "profile openid https://graph.microsoft.com/Calendars.ReadWrite User.Read".to_owned(),
            "",
        ),
        (
            &microsoft::SCOPES,
            "openid User.Read calendars.read".to_owned(),
            "calendars.readwrite",
        ),
        // No word about them: all of them (RFC 6749 5.1).
        (&microsoft::SCOPES, String::new(), ""),
    ] {
        let grant = signed_in(asked, answer(&granted)).await;
        if missing.is_empty() {
            assert_eq!(grant.unwrap().access.expose_secret(), "a", "{granted}");
            continue;
        }
        let failure = grant.unwrap_err();
        let expected = Failure::Ungranted(format!("not granted: {missing}"));
        assert_eq!(failure, expected, "{granted}");
        assert!(failure.needs_person());
        assert!(failure.to_string().contains("connect it again"));
    }
}

/// Google gives a refresh token only where it is asked for in the right way; without one, all would end within the hour.
#[tokio::test]
async fn access_that_cannot_be_renewed_is_none() {
    let answer =
        json!({"access_token": "a", "expires_in": 3599, "scope": format!("{EVENTS} {CALENDARS}")});
    let failure = signed_in(&google::SCOPES, answer).await.unwrap_err();
    let Failure::Ungranted(reason) = failure else {
        panic!("{failure:?}")
    };
    assert!(reason.contains("refresh token"), "{reason}");
}

#[tokio::test]
async fn refusals_of_a_refresh_say_whose_business_they_are() {
    let again = |reason: &str| Failure::Reauthorise(reason.to_owned());
    let ours = |reason: &str| Failure::Misconfigured(reason.to_owned());
    let later = |seconds, reason: &str| Failure::Later {
        after: Duration::from_secs(seconds),
        reason: reason.to_owned(),
    };
    let entra = |error: &str, code: u32| json!({"error": error, "error_description": "AADSTS: to ada@example.com", "error_codes": [code]});
    let plain = |error: &str| json!({"error": error, "error_description": "Token has been expired or revoked."});
    for (status, body, expected) in [
        (400, plain("invalid_grant"), again("invalid_grant")),
        // The password was changed; a second factor is asked for; the tenant's administrator has to agree.
        (
            400,
            entra("invalid_grant", 50_173),
            again("invalid_grant, AADSTS50173"),
        ),
        (
            400,
            entra("interaction_required", 50_076),
            again("interaction_required, AADSTS50076"),
        ),
        (
            400,
            entra("consent_required", 65_001),
            again("consent_required, AADSTS65001"),
        ),
        // Our secret has run out, or our client was deleted: no account is to blame.
        (
            401,
            entra("invalid_client", 7_000_222),
            ours("invalid_client, AADSTS7000222"),
        ),
        (
            401,
            plain("unauthorized_client"),
            ours("unauthorized_client"),
        ),
        (
            400,
            entra("temporarily_unavailable", 90_033),
            later(7, "its sign-in says temporarily_unavailable, AADSTS90033"),
        ),
        (429, json!(null), later(7, "its sign-in answered 429")),
        (503, json!(null), later(7, "its sign-in answered 503")),
        (
            404,
            json!({"error": "x"}),
            Failure::Protocol("its token endpoint answered 404".to_owned()),
        ),
    ] {
        let script = Script::start().await;
        script.with_header("POST", &["/token"], status, ("retry-after", "7"), body);
        let endpoints = endpoints(&script, &google::SCOPES);
        let failure = endpoints.refresh(&network(), now(), "r").await.unwrap_err();
        script.done();
        assert_eq!(failure, expected);
        assert!(
            !failure.to_string().contains("ada"),
            "no text of the provider's"
        );
    }
    let script = Script::start().await;
    script.on("POST", &["/token"], 503, json!(null));
    let endpoints = endpoints(&script, &google::SCOPES);
    let failure = endpoints.refresh(&network(), now(), "r").await.unwrap_err();
    assert!(
        matches!(failure, Failure::Later { after, .. } if after.as_secs() == 10),
        "{failure:?}"
    );
}

/// The least that does the work: names of calendars and their events at Google, calendars and one's own address at Microsoft.
#[test]
fn no_more_is_asked_for_than_is_needed() {
    assert_eq!(google::SCOPES, [CALENDARS, EVENTS]);
    let expected = [
        "openid",
        "offline_access",
        "User.Read",
        "Calendars.ReadWrite",
    ];
    assert_eq!(microsoft::SCOPES, expected);
}
