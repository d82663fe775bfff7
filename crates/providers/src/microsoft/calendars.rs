//! The calendars of a mailbox, and whose it is.

use protocols::microsoft::wire::{self, CalendarColor, Collection};
use serde::Deserialize;

use super::{answer::Refusal, client::Client};
use crate::{Calendar, Failure};

/// So many pages of calendars are read.
const PAGES_MAX: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    mail: Option<String>,
    user_principal_name: Option<String>,
}

/// The mail address of the account.
pub(super) async fn account(client: &Client) -> Result<Option<String>, Failure> {
    let url = client
        .root
        .at(&["me"], &[("$select", "mail,userPrincipalName")]);
    let user: User = client
        .get(&url)
        .await?
        .map_err(|refusal| refusal.failure())?;
    Ok(user.mail.or(user.user_principal_name))
}

/// All calendars, those that others share included.
pub(super) async fn list(client: &Client) -> Result<Vec<Calendar>, Failure> {
    let mut all = Vec::new();
    let mut next = Some(client.root.at(&["me", "calendars"], &[("$top", "100")]));
    for _ in 0..PAGES_MAX {
        let Some(url) = next.take() else { break };
        let page: Collection<wire::Calendar> = client
            .get(&url)
            .await
            .map_err(all_or_nothing)?
            .map_err(|refusal| no_mailbox(&refusal))?;
        all.extend(page.value.into_iter().filter_map(calendar));
        next = match page.next_link {
            Some(link) => Some(client.root.own(&link)?.to_owned()),
            None => None,
        };
    }
    Ok(all)
}

/// Graph has one word for what this account may not and for what nobody let us do. The list of one's own calendars is never
/// forbidden to anybody who granted what we ask for.
fn all_or_nothing(failure: Failure) -> Failure {
    match failure {
        Failure::Forbidden(code) => Failure::Ungranted(code),
        other => other,
    }
}

/// Without a mailbox there is no list: it was not licensed, or is kept elsewhere.
fn no_mailbox(refusal: &Refusal) -> Failure {
    match refusal.status {
        404 => Failure::Forbidden(format!(
            "it has no mailbox in Microsoft 365 ({})",
            refusal.code()
        )),
        _ => refusal.failure(),
    }
}

fn calendar(wire: wire::Calendar) -> Option<Calendar> {
    let color = wire.hex_color.filter(|hex| !hex.is_empty());
    Some(Calendar {
        id: wire.id?,
        name: wire.name.unwrap_or_default(),
        color: color.or_else(|| wire.color.as_ref().and_then(hex)),
        time_zone: None,
        writable: wire.can_edit.unwrap_or(true),
        primary: wire.is_default_calendar.unwrap_or(false),
    })
}

/// About what Outlook shows for its palette.
fn hex(color: &CalendarColor) -> Option<String> {
    let hex = match color {
        CalendarColor::LightBlue => "#a6d1f5",
        CalendarColor::LightGreen => "#87d28e",
        CalendarColor::LightOrange => "#fcab73",
        CalendarColor::LightGray => "#c0c0c0",
        CalendarColor::LightYellow => "#f4eca0",
        CalendarColor::LightTeal => "#4adacc",
        CalendarColor::LightPink => "#f08cc0",
        CalendarColor::LightBrown => "#cba287",
        CalendarColor::LightRed => "#f88c9b",
        CalendarColor::Auto | CalendarColor::Other(_) => return None,
    };
    Some(hex.to_owned())
}
