//! The practice in Microsoft Graph.

use jiff::ToSpan;
use network::{Network, Request};
use serde_json::{Value, json};

use super::{
    Account, PRACTICE, done,
    google::segments,
    scene::{Appointment, BERLIN, Place, Series, When},
    text,
};
use crate::{Error, Result};

/// The id of the practice's calendar, made and filled if it is not there.
pub(super) async fn settle(
    network: &Network,
    account: &Account,
    all: &[Appointment],
) -> Result<String> {
    let me = format!("{}v1.0/me/", account.root);
    let list = Request::get(format!("{me}calendars?$top=100")).bearer(&account.secret);
    let list: Value = done(network, "listing Graph calendars", list)
        .await?
        .json()?;
    let known = list["value"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|item| item["name"] == PRACTICE);
    if let Some(known) = known {
        return text("listing Graph calendars", known, "id");
    }
    let request = Request::post(format!("{me}calendars"))
        .bearer(&account.secret)
        .json(&json!({"name": PRACTICE}));
    let made: Value = done(network, "making a Graph calendar", request)
        .await?
        .json()?;
    let id = text("making a Graph calendar", &made, "id")?;
    let own = all.iter().filter(|a| a.place == Place::Microsoft);
    for (index, appointment) in own.enumerate() {
        write(network, account, &me, &id, index, appointment).await?;
    }
    Ok(id)
}

async fn write(
    network: &Network,
    account: &Account,
    me: &str,
    calendar: &str,
    index: usize,
    it: &Appointment,
) -> Result<()> {
    let mut event = times(it.when);
    event["subject"] = json!(it.title);
    event["body"] = json!({"contentType": "text", "content": it.note});
    event["location"] = json!({"displayName": it.location});
    event["transactionId"] = json!(format!("kalends-demo-{index:03}"));
    if matches!(it.when, When::Days { .. }) {
        event["isAllDay"] = json!(true);
        event["showAs"] = json!("oof");
    }
    if it.private {
        event["sensitivity"] = json!("private");
    }
    if let Some(series) = it.series {
        event["recurrence"] = recurrence(it.when, series);
    }
    let events = segments(me, &["calendars", calendar, "events"])?;
    let request = Request::post(&events).bearer(&account.secret).json(&event);
    let made: Value = done(network, "an appointment in Graph", request)
        .await?
        .json()?;
    match it.series {
        Some(series) => {
            exceptions(
                network,
                account,
                me,
                &text("an appointment in Graph", &made, "id")?,
                it,
                series,
            )
            .await
        }
        None => Ok(()),
    }
}

/// Moves one occurrence and cancels one. Occurrences have ids of their own, which the server tells.
async fn exceptions(
    network: &Network,
    account: &Account,
    me: &str,
    id: &str,
    it: &Appointment,
    series: Series,
) -> Result<()> {
    let (start, _) = it.when.span();
    let mut url = segments(me, &["events", id, "instances"])?;
    url.query_pairs_mut()
        .append_pair("startDateTime", &start.saturating_sub(1.day()).to_string())
        .append_pair(
            "endDateTime",
            &start.saturating_add(series.count.weeks()).to_string(),
        )
        .append_pair("$top", "100");
    let answer = done(
        network,
        "listing occurrences in Graph",
        Request::get(&url).bearer(&account.secret),
    )
    .await?;
    let answer: Value = answer.json()?;
    let mut instances: Vec<&Value> = answer["value"].as_array().into_iter().flatten().collect();
    instances.sort_by_key(|instance| instance["start"]["dateTime"].as_str().map(str::to_owned));
    let address = |nth: i64| {
        let id = usize::try_from(nth)
            .ok()
            .and_then(|nth| instances.get(nth)?["id"].as_str());
        let missing = || Error::Answer {
            what: "the demo: an occurrence in Graph".to_owned(),
            status: 200,
        };
        id.ok_or_else(missing)
            .and_then(|id| segments(me, &["events", id]))
    };
    if let Some((nth, hours)) = series.moved {
        let request = Request::patch(address(nth)?)
            .bearer(&account.secret)
            .json(&times(it.when.later(nth, hours)));
        done(network, "moving an occurrence in Graph", request).await?;
    }
    if let Some(nth) = series.cancelled {
        let request = Request::delete(address(nth)?).bearer(&account.secret);
        done(network, "cancelling an occurrence in Graph", request).await?;
    }
    Ok(())
}

/// `start` and `end`.
fn times(when: When) -> Value {
    let (start, end) = when.span();
    let zone = match when {
        When::Timed { zone, .. } => zone,
        When::Days { .. } => BERLIN,
    };
    json!({
        "start": {"dateTime": start.to_string(), "timeZone": zone},
        "end": {"dateTime": end.to_string(), "timeZone": zone},
    })
}

/// Weekly on the day of the first.
fn recurrence(when: When, series: Series) -> Value {
    let (start, _) = when.span();
    json!({
        "pattern": {
            "type": "weekly", "interval": 1, "firstDayOfWeek": "monday",
            "daysOfWeek": [start.strftime("%A").to_string().to_lowercase()],
        },
        "range": {
            "type": "numbered", "startDate": start.date().to_string(), "numberOfOccurrences": series.count,
            "recurrenceTimeZone": BERLIN,
        },
    })
}
