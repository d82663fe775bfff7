//! Push channels (<https://developers.google.com/workspace/calendar/api/guides/push>).

use jiff::Timestamp;
use network::Request;
use protocols::google::Channel as Wire;

use super::client::{Client, Written};
use crate::{Channel, Failure, Place, Watch};

pub(super) async fn watch(
    client: &Client,
    place: Place<'_>,
    watch: Watch<'_>,
) -> Result<Channel, Failure> {
    let body = Wire {
        id: Some(watch.id.to_string()),
        channel_type: Some("web_hook".to_owned()),
        address: Some(watch.address.to_owned()),
        token: Some(watch.token.to_owned()),
        expiration: Some(watch.until.as_millisecond().to_string()),
        ..Wire::default()
    };
    let address = client.root.at(&["calendars", place.id, "events", "watch"]);
    let response = match client
        .write(Request::post(address.as_str()).json(&body))
        .await?
    {
        Written::Done(response) => response,
        Written::Refused(refusal) => return Err(refusal.failure()),
        // A channel nobody knows of dies by itself; its notifications bear a token that nobody knows either.
        Written::Unknown => {
            return Err(Failure::Unreachable(
                "no answer to a request for notifications".to_owned(),
            ));
        }
    };
    let made: Wire = response
        .json()
        .map_err(|e| Failure::Protocol(e.to_string()))?;
    let expires = made
        .expiration
        .as_deref()
        .and_then(|text| text.parse().ok());
    let expires = expires.and_then(|millis| Timestamp::from_millisecond(millis).ok());
    let resource = made.resource_id;
    Ok(Channel {
        id: watch.id,
        resource: resource.ok_or_else(|| Failure::Protocol("resourceId is missing".to_owned()))?,
        // Google need not say; then it is what was asked for, or less: whoever renews at half life is on the safe side.
        expires: expires.unwrap_or(watch.until),
    })
}

pub(super) async fn unwatch(client: &Client, channel: &Channel) -> Result<(), Failure> {
    let body = Wire {
        id: Some(channel.id.to_string()),
        resource_id: Some(channel.resource.clone()),
        ..Wire::default()
    };
    let address = client.root.at(&["channels", "stop"]);
    match client
        .write(Request::post(address.as_str()).json(&body))
        .await?
    {
        Written::Refused(refusal) if !refusal.is_missing() => Err(refusal.failure()),
        // It ends by itself at the latest when it expires.
        Written::Done(_) | Written::Refused(_) | Written::Unknown => Ok(()),
    }
}
