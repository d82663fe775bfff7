//! Subscriptions, and the notifications that they bring.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Rest, words::words};

/// `subscription`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    /// Made by the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What is watched: `/me/calendars/{id}/events`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// `created,updated,deleted`, any of them, with commas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_type: Option<String>,
    /// Comes back in each notification: a shared secret, at most 128 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_state: Option<String>,
    /// Where notifications go; https.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notification_url: Option<String>,
    /// Where life-cycle events go. Cannot be added later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle_notification_url: Option<String>,
    /// When it ends, unless renewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiration_date_time: Option<Timestamp>,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

words! {
    /// `lifecycleEventType`.
    LifecycleEvent {
        /// Notifications were lost: read again.
        Missed = "missed",
        /// The subscription is gone: make another and read again.
        SubscriptionRemoved = "subscriptionRemoved",
        /// The token behind it ends soon: renew.
        ReauthorizationRequired = "reauthorizationRequired",
    }
}

/// `changeNotificationCollection`: the body of one POST.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeNotificationCollection {
    /// The notifications, perhaps of several subscriptions.
    #[serde(default)]
    pub value: Vec<ChangeNotification>,
    /// Validation tokens of rich notifications and whatever else.
    #[serde(flatten)]
    pub rest: Rest,
}

/// `changeNotification`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeNotification {
    /// Which subscription.
    #[serde(default)]
    pub subscription_id: String,
    /// When that ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription_expiration_date_time: Option<Timestamp>,
    /// `created`, `updated` or `deleted`; absent for life-cycle events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_type: Option<String>,
    /// What the subscription was made with. Compare it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_state: Option<String>,
    /// Path of what changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Which thing changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_data: Option<ResourceData>,
    /// Set for life-cycle events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle_event: Option<LifecycleEvent>,
    /// The organisation of the mailbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

/// `resourceData`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceData {
    /// Id of the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `@odata.type`, `@odata.id`, `@odata.etag`.
    #[serde(flatten)]
    pub rest: Rest,
}
