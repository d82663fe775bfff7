//! `sendUpdates`, and `sendNotifications`, which was before it: whether guests are written to
//! (<https://developers.google.com/workspace/calendar/api/v3/reference/events/insert>). Guests of this hub find an event in their
//! calendars either way, as those do at Google who use its calendar.

use hub::scheduling::Scheduling;

use super::{Fault, query::Query};

/// Who is told of a write: nobody is written to if it is not said.
pub(super) fn how(query: &Query) -> Result<Scheduling<'static>, Fault> {
    query.choice("sendUpdates", &["all", "externalOnly", "none"])?;
    let mails = match query.get("sendUpdates") {
        Some(choice) => choice != "none",
        None => query.flag("sendNotifications")? == Some(true),
    };
    Ok(if mails {
        Scheduling::ALL
    } else {
        Scheduling::SILENT
    })
}
