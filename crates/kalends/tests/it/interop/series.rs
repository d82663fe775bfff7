//! Series with occurrences that are moved, renamed and cancelled at either side.

use serde_json::{Value, json};

use super::{Checked, pair::Pair};

/// An occurrence as an override that only has a title of its own.
fn renamed(date: &str, title: &str) -> String {
    let zone = "TZID=Europe/Zurich";
    format!(
        "BEGIN:VEVENT\nRECURRENCE-ID;{zone}:{date}T090000\nDTSTART;{zone}:{date}T090000\nDTEND;{zone}:{date}T100000\n\
         SUMMARY:{title}\nEND:VEVENT\n"
    )
}

fn weekly(title: &str) -> String {
    let zone = "TZID=Europe/Zurich";
    format!(
        "BEGIN:VEVENT\nSUMMARY:{title}\nDTSTART;{zone}:20270301T090000\nDTEND;{zone}:20270301T100000\n\
         RRULE:FREQ=WEEKLY;COUNT=8\nEXDATE;{zone}:20270308T090000\nEND:VEVENT\n"
    )
}

fn of<'a>(event: &'a Value, at: &str) -> &'a Value {
    &event["recurrenceOverrides"][at]
}

/// Whether a line with this name is for this time.
fn has(text: &str, name: &str, time: &str) -> bool {
    let mut lines = text.lines();
    lines.any(|line| line.starts_with(name) && line.contains(time))
}

pub async fn from_there(pair: &Pair) -> Checked {
    let object = weekly("Rounds") + &renamed("20270315", "Rounds with Ben");
    pair.make_there("rounds", &object).await?;
    pair.until_here("Rounds", |event| {
        of(event, "2027-03-08T09:00:00")["excluded"] == true
            && of(event, "2027-03-15T09:00:00")["title"] == "Rounds with Ben"
            && event["recurrenceRules"][0]["count"] == 8
    })
    .await?;
    changes(pair, "Rounds").await
}

pub async fn from_here(pair: &Pair) -> Checked {
    let here = pair.here();
    let series = json!({
        "start": "2027-03-01T09:00:00",
        "recurrenceRules": [{"@type": "RecurrenceRule", "frequency": "weekly", "count": 8}],
        "recurrenceOverrides": {"2027-03-08T09:00:00": {"excluded": true}},
    });
    here.make("Hygiene", series).await?;
    pair.until_there("Hygiene", |object| {
        has(&object.text, "EXDATE", "20270308T090000") && has(&object.text, "RRULE", "FREQ=WEEKLY")
    })
    .await?;
    let title = json!({"title": "Hygiene with Ben"});
    here.edit_one("Hygiene", "2027-03-15T09:00:00", title)
        .await?;
    pair.until_there("Hygiene", |object| {
        has(&object.text, "RECURRENCE-ID", "20270315T090000")
            && has(&object.text, "SUMMARY", "Hygiene with Ben")
    })
    .await?;
    changes(pair, "Hygiene").await
}

/// Further changes to single occurrences, from both sides.
async fn changes(pair: &Pair, title: &str) -> Checked {
    let here = pair.here();
    let moved = json!({"start": "2027-03-23T14:00:00"});
    here.edit_one(title, "2027-03-22T09:00:00", moved).await?;
    pair.until_there(title, |object| {
        has(&object.text, "RECURRENCE-ID", "20270322T090000")
            && has(&object.text, "DTSTART", "20270323T140000")
    })
    .await?;
    here.cancel_one(title, "2027-03-29T09:00:00").await?;
    pair.until_there(title, |object| {
        has(&object.text, "EXDATE", "20270329T090000")
    })
    .await?;
    pair.edit_there(title, |text| {
        let (head, tail) = text.split_once("RRULE:FREQ=WEEKLY").unwrap();
        let cancelled = "EXDATE;TZID=Europe/Zurich:20270405T090000\r\n";
        let with_ben = format!("{title} with Ben");
        let text = format!("{head}{cancelled}RRULE:FREQ=WEEKLY{tail}");
        text.replace(&with_ben, &format!("{title} with Cleo"))
    })
    .await?;
    pair.until_here(title, |event| {
        of(event, "2027-04-05T09:00:00")["excluded"] == true
            && of(event, "2027-03-29T09:00:00")["excluded"] == true
            && of(event, "2027-03-08T09:00:00")["excluded"] == true
            && of(event, "2027-03-22T09:00:00")["start"] == "2027-03-23T14:00:00"
            && of(event, "2027-03-15T09:00:00")["title"] == format!("{title} with Cleo")
    })
    .await?;
    let place = json!({"locations": {"1": {"@type": "Location", "name": "Room 2"}}});
    here.edit(title, place).await?;
    pair.until_there(title, |object| {
        has(&object.text, "LOCATION", "Room 2")
            && has(&object.text, "EXDATE", "20270405T090000")
            && has(&object.text, "DTSTART", "20270323T140000")
            && has(&object.text, "SUMMARY", &format!("{title} with Cleo"))
    })
    .await
}

pub async fn all_day(pair: &Pair) -> Checked {
    let series = "BEGIN:VEVENT\nSUMMARY:Week of leave\nDTSTART;VALUE=DATE:20270503\nDTEND;VALUE=DATE:20270504\n\
        RRULE:FREQ=DAILY;COUNT=5\nEXDATE;VALUE=DATE:20270505\nEND:VEVENT\n";
    pair.make_there("leave", series).await?;
    pair.until_here("Week of leave", |event| {
        event["showWithoutTime"] == true && of(event, "2027-05-05T00:00:00")["excluded"] == true
    })
    .await?;
    let later = json!({"start": "2027-05-10T00:00:00", "recurrenceOverrides": null});
    pair.here().edit("Week of leave", later).await?;
    pair.until_there("Week of leave", |object| {
        has(&object.text, "DTSTART", "20270510") && !object.text.contains("EXDATE")
    })
    .await
}
