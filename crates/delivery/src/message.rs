//! What a notification looks like.

use faces::Watcher;
use hub::{Change, CopyId};
use jiff::Timestamp;
use network::Request;
use serde_json::{Value, json};
use storage::{calendars, copies};

use crate::{Notifier, Parts, Result, life::Event, orders::Order};

/// Most changes in one Graph notification; the rest is in the delta anyhow.
pub(crate) const VALUES_MAX: usize = 100;

/// A message of a Google channel: headers and nothing else.
/// <https://developers.google.com/workspace/calendar/api/guides/push>
pub(crate) async fn google(parts: &Parts, order: &Order, state: &str) -> Result<Request> {
    let watcher = &order.watcher;
    let mut tx = parts.store.read().await?;
    let calendar = match watcher.watched.calendar() {
        Some(id) => calendars::get(&mut tx, id).await?,
        None => None,
    };
    let slug = calendar.map(|row| row.slug).unwrap_or_default();
    let request = Request::post(&watcher.address)
        .header("x-goog-channel-id", &watcher.client_id)
        .header("x-goog-channel-expiration", http_date(watcher.expires))
        .header("x-goog-resource-id", faces::google::resource_id(watcher))
        .header(
            "x-goog-resource-uri",
            faces::google::resource_uri(&parts.google_root, watcher.watched, &slug),
        )
        .header("x-goog-resource-state", state)
        .header("x-goog-message-number", order.number.to_string());
    Ok(if watcher.token.is_empty() {
        request
    } else {
        request.secret_header("x-goog-channel-token", &watcher.token)
    })
}

impl Notifier {
    /// A change notification of Graph.
    /// <https://learn.microsoft.com/graph/api/resources/changenotificationcollection>. `None`: nothing that was ordered.
    pub(crate) async fn graph(&self, order: &Order, changes: &[Change]) -> Result<Option<Request>> {
        let (watcher, parts) = (&order.watcher, &self.parts);
        let mut value = Vec::new();
        for change in changes {
            let id = CopyId(change.subject);
            let row = copies::get(&mut parts.store.read().await?, id).await?;
            let kind = match &row {
                Some(row) if row.copy.alive && row.created == row.updated => "created",
                Some(row) if row.copy.alive => "updated",
                Some(_) | None => "deleted",
            };
            if !watcher.terms.wants(kind) {
                continue;
            }
            let mut told = notification(order, parts, change, kind);
            if let Some(app) = &self.shows
                && kind != "deleted"
                && let Some(sealed) = faces::microsoft::resource_data(app, watcher, id).await
            {
                told["encryptedContent"] = sealed;
            }
            value.push(told);
        }
        if value.is_empty() {
            return Ok(None);
        }
        let mut body = json!({"value": value});
        if let Some(app) = &self.shows
            && watcher.terms.sealing.is_some()
            && let Some(token) = faces::microsoft::validation_token(app, watcher).await
        {
            body["validationTokens"] = json!([token]);
        }
        Ok(Some(Request::post(&watcher.address).json(&body)))
    }
}

fn notification(order: &Order, parts: &Parts, change: &Change, kind: &str) -> Value {
    let watcher = &order.watcher;
    let id = faces::microsoft::event_id(CopyId(change.subject));
    let resource = format!("me/events/{id}");
    json!({
        "subscriptionId": watcher.id.to_string(),
        "subscriptionExpirationDateTime": watcher.expires.to_string(),
        "clientState": watcher.token,
        "changeType": kind,
        "tenantId": parts.store.tenant().to_string(),
        "resource": resource,
        "resourceData": {"@odata.type": "#Microsoft.Graph.Event", "@odata.id": resource, "id": id},
    })
}

/// What is told of an order itself; `None`: its program named no address for it.
/// <https://learn.microsoft.com/graph/change-notifications-lifecycle-events>
pub(crate) fn life(parts: &Parts, watcher: &Watcher, event: Event) -> Option<Request> {
    let address = watcher.terms.lifecycle.as_ref()?;
    let value = json!({
        "subscriptionId": watcher.id.to_string(),
        "subscriptionExpirationDateTime": watcher.expires.to_string(),
        "tenantId": parts.store.tenant().to_string(),
        "clientState": watcher.token,
        "lifecycleEvent": event.word(),
    });
    Some(Request::post(address).json(&json!({"value": [value]})))
}

/// A moment as HTTP writes it (RFC 9110 5.6.7).
fn http_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    #[test]
    fn dates_are_those_of_http() {
        let at = jiff::Timestamp::from_second(784_111_777).unwrap_or_default();
        assert_eq!(super::http_date(at), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
