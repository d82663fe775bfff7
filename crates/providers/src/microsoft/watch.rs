//! Subscriptions.

use jiff::{SignedDuration, Timestamp};
use network::Request;
use protocols::microsoft::wire::Subscription;
use serde_json::json;

use super::client::{Client, Written};
use crate::{Channel, Failure, Place, Watch};

/// How long a subscription to events may live: the smallest of the documented figures, 4,230 minutes.
const LIFE_MAX: SignedDuration = SignedDuration::from_mins(4_230);

/// Subscribes. Graph calls the address with a token at once, and expects it back, before it answers.
pub(super) async fn create(
    client: &Client,
    place: Place<'_>,
    watch: Watch<'_>,
) -> Result<Channel, Failure> {
    let wanted = Subscription {
        resource: Some(format!("me/calendars/{}/events", place.id)),
        change_type: Some("created,updated,deleted".to_owned()),
        client_state: Some(watch.token.to_owned()),
        notification_url: Some(watch.address.to_owned()),
        // Cannot be added later.
        lifecycle_notification_url: Some(watch.address.to_owned()),
        expiration_date_time: Some(at_most(client, watch.until)),
        ..Subscription::default()
    };
    let url = client.root.at(&["subscriptions"], &[]);
    let made = client.write(Request::post(url).json(&wanted)).await?;
    channel(watch.id, subscription(made)?, watch.until)
}

/// Prolongs a subscription, which authorises it anew as well
/// (<https://learn.microsoft.com/en-us/graph/change-notifications-lifecycle-events>). One that is gone cannot be.
pub(super) async fn prolong(
    client: &Client,
    old: &Channel,
    until: Timestamp,
) -> Result<Option<Channel>, Failure> {
    let url = client.root.at(&["subscriptions", &old.resource], &[]);
    let wanted = json!({"expirationDateTime": at_most(client, until)});
    match client.write(Request::patch(url).json(&wanted)).await? {
        Written::Refused(refusal) if refusal.is_missing() => Ok(None),
        written => channel(old.id, subscription(written)?, until).map(Some),
    }
}

/// Ends a subscription.
pub(super) async fn delete(client: &Client, channel: &Channel) -> Result<(), Failure> {
    let url = client.root.at(&["subscriptions", &channel.resource], &[]);
    match client.write(Request::delete(url)).await? {
        Written::Done(_) => Ok(()),
        Written::Refused(refusal) if refusal.is_missing() => Ok(()),
        Written::Refused(refusal) => Err(refusal.failure()),
        Written::Unknown => Err(Failure::Unreachable(
            "a subscription was not ended".to_owned(),
        )),
    }
}

fn subscription(written: Written) -> Result<Subscription, Failure> {
    match written {
        Written::Done(response) => response
            .json()
            .map_err(|error| Failure::Protocol(error.to_string())),
        Written::Refused(refusal) => Err(refusal.failure()),
        Written::Unknown => Err(Failure::Unreachable(
            "a subscription may or may not have been made".to_owned(),
        )),
    }
}

fn at_most(client: &Client, until: Timestamp) -> Timestamp {
    let latest = client
        .clock
        .now()
        .saturating_add(LIFE_MAX)
        .unwrap_or(Timestamp::MAX);
    until.min(latest)
}

fn channel(id: uuid::Uuid, made: Subscription, until: Timestamp) -> Result<Channel, Failure> {
    let resource = made
        .id
        .ok_or_else(|| Failure::Protocol("a subscription without an id".to_owned()))?;
    let expires = made.expiration_date_time.unwrap_or(until);
    Ok(Channel {
        id,
        resource,
        expires,
    })
}
