//! Conferences that a client wants set up (`conferenceData.createRequest`). The real service does it; the hub has none to
//! offer and says so.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Fault;

/// The only kind that calendars here allow.
const KIND: &str = "hangoutsMeet";

/// Answers a request for a conference in the fields of an event. `id` makes the address; `None`: there are none to be had.
pub(super) fn set_up(fields: &mut Map<String, Value>, id: Option<Uuid>) -> Result<(), Fault> {
    let Some(data) = fields.get_mut("conferenceData") else {
        return Ok(());
    };
    let is_new = data.get("createRequest").is_some_and(Value::is_object)
        && data.get("entryPoints").is_none();
    if !is_new {
        return Ok(());
    }
    let request = &mut data["createRequest"];
    if request["requestId"].as_str().unwrap_or_default().is_empty() {
        return Err(Fault::required("Missing conference request id."));
    }
    let kind = request["conferenceSolutionKey"]["type"].as_str();
    if kind.is_some_and(|kind| kind != KIND) {
        return Err(Fault::invalid("Invalid conference type value."));
    }
    let Some(id) = id else {
        request["status"] = json!({"statusCode": "failure"});
        return Ok(());
    };
    request["status"] = json!({"statusCode": "success"});
    request["conferenceSolutionKey"] = json!({"type": KIND});
    let code = code(id);
    let address = format!("https://meet.google.com/{code}");
    data["conferenceId"] = json!(code);
    data["conferenceSolution"] = json!({"key": {"type": KIND}, "name": "Google Meet"});
    data["entryPoints"] = json!([{
        "entryPointType": "video", "uri": address, "label": format!("meet.google.com/{code}"),
    }]);
    fields.insert("hangoutLink".to_owned(), json!(address));
    Ok(())
}

/// As in `abc-defg-hij`.
fn code(id: Uuid) -> String {
    let letters = id
        .as_bytes()
        .iter()
        .rev()
        .map(|byte| char::from(b'a' + byte % 26));
    let letters: String = letters.take(10).collect();
    format!("{}-{}-{}", &letters[..3], &letters[3..7], &letters[7..])
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn asked(kind: &str) -> Map<String, Value> {
        let event = json!({"conferenceData": {"createRequest": {"requestId": "r", "conferenceSolutionKey": {"type": kind}}}});
        event.as_object().cloned().unwrap()
    }

    #[test]
    fn a_conference_is_set_up_or_not_to_be_had() {
        let mut fields = asked(KIND);
        set_up(&mut fields, Some(Uuid::from_u128(7))).unwrap();
        assert_eq!(
            fields["hangoutLink"],
            "https://meet.google.com/haa-aaaa-aaa"
        );
        let status = &fields["conferenceData"]["createRequest"]["status"]["statusCode"];
        assert_eq!(status, "success");
        let before = fields.clone();
        set_up(&mut fields, Some(Uuid::from_u128(8))).unwrap();
        assert_eq!(fields, before, "what is there stays");
        let mut fields = asked(KIND);
        set_up(&mut fields, None).unwrap();
        let data = &fields["conferenceData"];
        assert_eq!(data["createRequest"]["status"]["statusCode"], "failure");
        assert!(data.get("entryPoints").is_none());
        assert!(set_up(&mut asked("pigeon"), None).is_err());
    }
}
