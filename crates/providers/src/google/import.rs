//! A copy of an event that somebody else organises. `insert` would make the account its organizer, and hold a meeting of its own with
//! their guests; `import` makes a copy with their organizer and tells nobody.

use calendar::Zone;
use network::Request;
use protocols::google::{Event as Wire, Events, Exclusions, set_stamp, write};
use sync::replication::Reply;

use super::client::Client;
use crate::{Create, Failure, Place};

/// The request; or the answer, if it must not be made: an import changes whatever has its UID, on no condition.
pub(super) async fn request(
    client: &Client,
    place: Place<'_>,
    create: Create<'_>,
    zone: &Zone,
) -> Result<Result<Request, Reply>, Failure> {
    let address = client
        .root
        .events(place.id)
        .with("iCalUID", &create.body.uid);
    let there: Events<Wire> = client.get(&address).await?.map_err(|r| r.failure())?;
    if there.items.iter().any(|item| !item.is_cancelled()) {
        return Ok(Err(duplicate()));
    }
    let master = write(create.body, zone, Exclusions::Lines).value.master;
    let mut copy = Wire {
        id: None,
        created: None,
        updated: None,
        creator: None,
        hangout_link: None,
        // Nothing else can be imported.
        event_type: master.event_type.filter(|kind| kind == "default"),
        ..master
    };
    set_stamp(&mut copy, &create.stamp.to_string());
    let address = client
        .root
        .at(&["calendars", place.id, "events", "import"])
        .with("conferenceDataVersion", "1")
        .with("supportsAttachments", "true");
    Ok(Ok(Request::post(address.as_str()).json(&copy)))
}

/// There is one already, with nothing in it that says that it is this one.
pub(super) fn duplicate() -> Reply {
    let reason = "Google refused it: an event of somebody else's with the same UID is in the calendar already";
    Reply::Refused(reason.to_owned())
}
