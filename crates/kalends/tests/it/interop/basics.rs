//! Single events, made and edited at either side.

use serde_json::json;

use super::{Checked, pair::Pair, there::Server};

/// What the server holds before anybody links it.
pub async fn before(server: &Server, calendar: &str) {
    for n in 1..=3 {
        let event = format!(
            "BEGIN:VEVENT\nSUMMARY:Old {n}\nDTSTART:2027010{n}T090000Z\nDTEND:2027010{n}T100000Z\nEND:VEVENT\n"
        );
        let made = server.make(calendar, &format!("old-{n}"), &event).await;
        made.unwrap();
    }
}

pub async fn what_was_there(pair: &Pair) -> Checked {
    for n in 1..=3 {
        pair.until_here(&format!("Old {n}"), |event| event["duration"] == "PT1H")
            .await?;
    }
    Ok(())
}

pub async fn edits_from_there(pair: &Pair) -> Checked {
    let event = "BEGIN:VEVENT\nSUMMARY:Lunch\nDTSTART;TZID=Europe/Zurich:20270203T120000\n\
        DTEND;TZID=Europe/Zurich:20270203T130000\nLOCATION:Ada's\nEND:VEVENT\n";
    pair.make_there("lunch", event).await?;
    pair.until_here("Lunch", |event| event["start"] == "2027-02-03T12:00:00")
        .await?;
    pair.edit_there("Lunch", |text| {
        text.replace("SUMMARY:Lunch", "SUMMARY:Late lunch")
            .replace("0203T130000", "0203T150000")
            .replace("0203T120000", "0203T140000")
    })
    .await?;
    pair.until_here("Late lunch", |event| {
        event["start"] == "2027-02-03T14:00:00" && event["timeZone"] == "Europe/Zurich"
    })
    .await
}

pub async fn edits_from_here(pair: &Pair) -> Checked {
    let here = pair.here();
    let when = json!({"start": "2027-02-04T09:00:00"});
    here.make("Breakfast", when).await?;
    pair.until_there("Breakfast", |object| {
        object.text.contains("20270204T090000")
    })
    .await?;
    let later = json!({"title": "Brunch", "start": "2027-02-04T11:00:00"});
    here.edit("Breakfast", later).await?;
    pair.until_there("Brunch", |object| object.text.contains("20270204T110000"))
        .await
}

pub async fn a_mirror_is_edited(pair: &Pair) -> Checked {
    pair.edit_there("Brunch", |text| {
        text.replace("SUMMARY:Brunch", "SUMMARY:Brunch for two")
    })
    .await?;
    pair.until_here("Brunch for two", |event| {
        event["start"] == "2027-02-04T11:00:00"
    })
    .await
}

pub async fn what_is_not_ours_stays(pair: &Pair) -> Checked {
    let event = "BEGIN:VEVENT\nSUMMARY:Dentist\nDTSTART:20270205T090000Z\nDTEND:20270205T093000Z\nX-SEAT;X-SIDE=left:7\n\
        BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:Soon\nTRIGGER:-PT20M\nEND:VALARM\nEND:VEVENT\n";
    pair.make_there("dentist", event).await?;
    pair.until_here("Dentist", |_| true).await?;
    pair.here()
        .edit("Dentist", json!({"title": "Dentist, moved"}))
        .await?;
    let kept = ["X-SEAT;X-SIDE=left:7", "TRIGGER:-PT20M", "UID:dentist@"];
    pair.until_there("Dentist, moved", |object| {
        kept.iter().all(|line| object.text.contains(line))
    })
    .await
}

pub async fn texts(pair: &Pair) -> Checked {
    let long = "Ein langer Satz, der gefaltet wird; mit Umlauten wie ä und ß, und 🦷. ".repeat(5);
    let here = pair.here();
    let day = json!({
        "start": "2027-02-08T00:00:00", "duration": "P2D", "showWithoutTime": true, "timeZone": null,
        "description": format!("{long}\nZweite Zeile\\n"),
    });
    here.make("Fasnacht 🎭; and, more", day).await?;
    pair.until_there("Fasnacht 🎭; and, more", |object| {
        object.text.contains("DTSTART;VALUE=DATE:20270208")
            && object.text.contains("DTEND;VALUE=DATE:20270210")
    })
    .await?;
    pair.edit_there("Fasnacht 🎭; and, more", |text| {
        text.replace("Zweite Zeile", "Dritte Zeile")
    })
    .await?;
    pair.until_here("Fasnacht 🎭; and, more", |event| {
        event["description"] == format!("{long}\nDritte Zeile\\n") && event["duration"] == "P2D"
    })
    .await
}
