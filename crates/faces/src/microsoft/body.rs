//! What a client may say of an event: Graph refuses properties that the type does not have, and values of another kind.

use protocols::microsoft::wire;
use serde_json::Value;

use super::{call::Call, fault::Fault};

/// Properties that are true or false. The O365 library writes them as text.
const FLAGS: [&str; 6] = [
    "allowNewTimeProposals",
    "hasAttachments",
    "hideAttendees",
    "isDraft",
    "isOnlineMeeting",
    "responseRequested",
];

/// Properties that are text.
const TEXTS: [&str; 3] = ["bodyPreview", "onlineMeetingUrl", "webLink"];

/// Whose meetings there are.
const PROVIDERS: [&str; 4] = [
    "unknown",
    "skypeForBusiness",
    "skypeForConsumer",
    "teamsForBusiness",
];

/// What is said elsewhere, or by the service alone. Clients that send a whole event back may name it.
const IGNORED: [&str; 6] = [
    "attachments",
    "calendar",
    "extensions",
    "instances",
    "multiValueExtendedProperties",
    "responseStatus",
];

/// The event in the body of a request.
pub(super) fn event(call: &Call) -> Result<wire::Event, Fault> {
    let mut sent: wire::Event = call.json()?;
    words(&sent)?;
    let rest = std::mem::take(&mut sent.rest);
    sent.rest = rest.into_iter().map(known).collect::<Result<_, _>>()?;
    sent.rest
        .retain(|name, _| !IGNORED.contains(&name.as_str()));
    Ok(sent)
}

/// Words that their enumerations do not have are refused.
fn words(sent: &wire::Event) -> Result<(), Fault> {
    let other = [
        sent.importance.as_ref().and_then(|word| match word {
            wire::Importance::Other(word) => Some(word),
            _ => None,
        }),
        sent.sensitivity.as_ref().and_then(|word| match word {
            wire::Sensitivity::Other(word) => Some(word),
            _ => None,
        }),
        sent.show_as.as_ref().and_then(|word| match word {
            wire::ShowAs::Other(word) => Some(word),
            _ => None,
        }),
    ];
    match other.into_iter().flatten().next() {
        Some(word) => Err(Fault::word(word)),
        None => Ok(()),
    }
}

/// A property that the wire type does not read, as the kind that it has. Null unsets whatever there is.
fn known((name, value): (String, Value)) -> Result<(String, Value), Fault> {
    let is = |names: &[&str]| names.contains(&name.as_str());
    let read = if is(&FLAGS) {
        flag(&value)
    } else if is(&TEXTS) {
        value.is_string().then(|| value.clone())
    } else if name == "onlineMeetingProvider" {
        provider(&value)
    } else if is(&IGNORED) || name.contains('@') {
        Some(value.clone())
    } else {
        return Err(Fault::unknown_property(&name));
    };
    match read.or_else(|| value.is_null().then_some(Value::Null)) {
        Some(read) => Ok((name, read)),
        None => Err(Fault::kind(format!("{name}: {value} is of another kind"))),
    }
}

fn flag(value: &Value) -> Option<Value> {
    match value.as_str() {
        Some(text) if text.eq_ignore_ascii_case("true") => Some(true.into()),
        Some(text) if text.eq_ignore_ascii_case("false") => Some(false.into()),
        _ => value.is_boolean().then(|| value.clone()),
    }
}

fn provider(value: &Value) -> Option<Value> {
    let text = value.as_str()?;
    let known = PROVIDERS.iter().find(|p| p.eq_ignore_ascii_case(text))?;
    Some((*known).into())
}
