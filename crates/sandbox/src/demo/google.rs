//! The practice in Google Calendar v3.

use network::{Network, Request};
use serde_json::{Value, json};
use url::Url;

use super::{
    Account, PRACTICE, done,
    scene::{Appointment, BERLIN, Place, When},
    text,
};
use crate::Result;

/// The id of the practice's calendar, made and filled if it is not there.
pub(super) async fn settle(
    network: &Network,
    account: &Account,
    all: &[Appointment],
) -> Result<String> {
    let api = format!("{}calendar/v3/", account.root);
    let list = Request::get(format!("{api}users/me/calendarList")).bearer(&account.secret);
    let list: Value = done(network, "listing Google calendars", list)
        .await?
        .json()?;
    let known = list["items"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|item| item["summary"] == PRACTICE);
    if let Some(known) = known {
        return text("listing Google calendars", known, "id");
    }
    let new = json!({"summary": PRACTICE, "timeZone": BERLIN});
    let request = Request::post(format!("{api}calendars"))
        .bearer(&account.secret)
        .json(&new);
    let made: Value = done(network, "making a Google calendar", request)
        .await?
        .json()?;
    let id = text("making a Google calendar", &made, "id")?;
    let own = all.iter().filter(|a| a.place == Place::Google);
    for (index, appointment) in own.enumerate() {
        write(network, account, &events(&api, &id)?, index, appointment).await?;
    }
    Ok(id)
}

async fn write(
    network: &Network,
    account: &Account,
    events: &Url,
    index: usize,
    it: &Appointment,
) -> Result<()> {
    // An id of ours (base32hex): an insert that is repeated makes nothing twice.
    let id = format!("kalendsdemo{index:03}");
    let mut event = times(it.when);
    event["id"] = json!(id);
    event["summary"] = json!(it.title);
    event["location"] = json!(it.location);
    event["description"] = json!(it.note);
    if it.private {
        event["visibility"] = json!("private");
    }
    if let Some(series) = it.series {
        event["recurrence"] = json!([format!("RRULE:FREQ=WEEKLY;COUNT={}", series.count)]);
    }
    let request = Request::post(events).bearer(&account.secret).json(&event);
    done(network, "an appointment in Google", request).await?;
    let Some(series) = it.series else {
        return Ok(());
    };
    if let Some((nth, hours)) = series.moved {
        let request = Request::patch(instance(events, &id, it.when.later(nth, 0))?);
        let request = request
            .bearer(&account.secret)
            .json(&times(it.when.later(nth, hours)));
        done(network, "moving an occurrence in Google", request).await?;
    }
    if let Some(nth) = series.cancelled {
        let request = Request::delete(instance(events, &id, it.when.later(nth, 0))?);
        done(
            network,
            "cancelling an occurrence in Google",
            request.bearer(&account.secret),
        )
        .await?;
    }
    Ok(())
}

/// `start` and `end`.
fn times(when: When) -> Value {
    let (start, end) = when.span();
    match when {
        When::Timed { zone, .. } => json!({
            "start": {"dateTime": start.to_string(), "timeZone": zone},
            "end": {"dateTime": end.to_string(), "timeZone": zone},
        }),
        When::Days { .. } => {
            json!({"start": {"date": start.date().to_string()}, "end": {"date": end.date().to_string()}})
        }
    }
}

/// The address of a calendar's events. Ids are mail addresses: one segment, encoded.
fn events(api: &str, calendar: &str) -> Result<Url> {
    segments(api, &["calendars", calendar, "events"])
}

/// The address of an occurrence: the series and the moment for which it was planned.
fn instance(events: &Url, id: &str, planned: When) -> Result<Url> {
    segments(events.as_str(), &[&format!("{id}_{}", planned.stamp()?)])
}

pub(super) fn segments(root: &str, path: &[&str]) -> Result<Url> {
    let bad = || network::Error::BadUrl("a stand-in's root is one");
    let mut url = Url::parse(root).map_err(|_| bad())?;
    url.path_segments_mut()
        .map_err(|()| bad())?
        .pop_if_empty()
        .extend(path);
    Ok(url)
}
