//! What messages do to copies.

use kalends_protocols::itip::{attend, organize, read, refresh, withdraw};

use super::*;

const START: &str = "DTSTART;TZID=Europe/Vienna:20261201T100000";
const LATER: &str = "DTSTART;TZID=Europe/Vienna:20261201T110000";
const DAILY: &str = "RRULE:FREQ=DAILY;COUNT=5";
const OPEN: &str = "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:ben@example.com";
const COMES: &str = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ben@example.com";
const NOT: &str = "ATTENDEE;PARTSTAT=DECLINED:mailto:ben@example.com";
const CLEOS: &str = "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:cleo@example.com";
const ALARM: [&str; 4] = [
    "BEGIN:VALARM",
    "ACTION:DISPLAY",
    "TRIGGER:-PT5M",
    "END:VALARM",
];

fn request(components: &[&[&str]]) -> Component<'static> {
    let plan = organize(None, calendar(components), &who(ADA), now());
    to(&plan.messages, BEN)[0].1.clone()
}

#[test]
fn a_first_copy_takes_no_time_until_it_is_answered() {
    let own = copy(receive(None, &request(&[&[START, OPEN]]), &who(BEN), false));
    let own = text(&own);
    assert!(
        own.contains("TRANSP:TRANSPARENT") && !own.contains("METHOD"),
        "{own}"
    );
}

#[test]
fn what_is_the_attendees_own_stays_when_the_organizer_changes_something() {
    let mut lines = vec![START, COMES, "SUMMARY:Plan", "TRANSP:OPAQUE", "X-MOOD:good"];
    lines.extend(ALARM);
    let own = calendar(&[&lines]);
    let old = calendar(&[&[START, COMES, "SUMMARY:Plan"]]);
    let plan = organize(
        Some(&old),
        calendar(&[&[START, COMES, "SUMMARY:Plans", "TRANSP:TRANSPARENT"]]),
        &who(ADA),
        now(),
    );
    let own = text(&after(Some(own), &plan.messages, BEN).unwrap());
    for kept in [
        "VALARM",
        "X-MOOD:good",
        "TRANSP:OPAQUE",
        "SUMMARY:Plans",
        "PARTSTAT=ACCEPTED",
    ] {
        assert!(own.contains(kept), "{kept} in {own}");
    }
}

#[test]
fn an_older_message_changes_nothing() {
    let own = calendar(&[&[LATER, OPEN, "SEQUENCE:2"]]);
    let mut old = request(&[&[START, OPEN, "SEQUENCE:1"]]);
    assert_eq!(
        receive(Some(&own), &old, &who(BEN), false),
        Received::Nothing
    );
    // Of the same revision: by when it was sent.
    let own = calendar(&[&[LATER, OPEN, "SEQUENCE:1"]]);
    assert_ne!(
        receive(Some(&own), &old, &who(BEN), false),
        Received::Nothing
    );
    let part = old.components.iter_mut().find(|c| c.is("VEVENT")).unwrap();
    let stamp = part
        .properties
        .iter_mut()
        .find(|p| p.is("DTSTAMP"))
        .unwrap();
    stamp.value = "20200101T000000Z".into();
    assert_eq!(
        receive(Some(&own), &old, &who(BEN), false),
        Received::Nothing
    );
}

#[test]
fn an_answer_is_noted_and_the_others_see_it() {
    let organizers = calendar(&[&[START, OPEN, CLEOS, DAILY]]);
    let plan = attend(
        &organizers,
        calendar(&[&[START, COMES, CLEOS, DAILY]]),
        &who(BEN),
        now(),
    );
    let reply = &plan.unwrap().messages[0].calendar;
    let noted = copy(receive(Some(&organizers), reply, &who(ADA), false));
    let said = "ATTENDEE;PARTSTAT=ACCEPTED;SCHEDULE-STATUS=2.0:mailto:ben@example.com";
    assert!(text(&noted).contains(said), "{}", text(&noted));
    let told = refresh(&noted, &who(CLEO), now()).unwrap();
    let own = calendar(&[&[START, OPEN, CLEOS, DAILY]]);
    let own = copy(receive(Some(&own), &told.calendar, &who(CLEO), true));
    assert!(text(&own).contains(COMES));
    assert_eq!(
        receive(None, &told.calendar, &who(CLEO), true),
        Received::Nothing
    );
}

#[test]
fn an_answer_about_one_occurrence_makes_it_one_by_itself() {
    let organizers = calendar(&[&[START, COMES, DAILY]]);
    let out = "EXDATE;TZID=Europe/Vienna:20261203T100000";
    let new = calendar(&[&[START, COMES, DAILY, out]]);
    let plan = attend(&organizers, new, &who(BEN), now()).unwrap();
    let reply = &plan.messages[0].calendar;
    let noted = copy(receive(Some(&organizers), reply, &who(ADA), false));
    let noted = text(&noted);
    assert_eq!(noted.matches("BEGIN:VEVENT").count(), 2, "{noted}");
    assert!(
        noted.contains("RECURRENCE-ID;TZID=Europe/Vienna:20261203T100000"),
        "{noted}"
    );
    assert!(noted.contains("PARTSTAT=DECLINED"), "{noted}");
}

#[test]
fn an_occurrence_that_was_declined_and_taken_out_stays_out_until_it_is_another_one() {
    let out = "EXDATE;TZID=Europe/Vienna:20261203T100000";
    let before = "EXDATE;TZID=Europe/Vienna:20261202T100000";
    let own = calendar(&[&[START, COMES, DAILY, before, out]]);
    let third = "RECURRENCE-ID;TZID=Europe/Vienna:20261203T100000";
    let at = "DTSTART;TZID=Europe/Vienna:20261203T100000";
    let noon = "DTSTART;TZID=Europe/Vienna:20261203T120000";
    let was = calendar(&[&[START, COMES, DAILY], &[third, at, NOT]]);
    let titled = calendar(&[
        &[START, COMES, DAILY, "SUMMARY:x"],
        &[third, at, NOT, "SUMMARY:x"],
    ]);
    let plan = organize(Some(&was), titled, &who(ADA), now());
    let own = after(Some(own), &plan.messages, BEN).unwrap();
    assert_eq!(
        text(&own).matches("BEGIN:VEVENT").count(),
        1,
        "{}",
        text(&own)
    );
    let moved = calendar(&[
        &[START, COMES, DAILY, "SUMMARY:x"],
        &[third, noon, NOT, "SUMMARY:x"],
    ]);
    let plan = organize(Some(&plan.object), moved, &who(ADA), now());
    let own = text(&after(Some(own), &plan.messages, BEN).unwrap());
    assert_eq!(own.matches("BEGIN:VEVENT").count(), 2, "{own}");
    assert!(own.contains("NEEDS-ACTION"), "{own}");
    assert_eq!(own.matches("EXDATE").count(), 1, "{own}");
    assert!(own.contains(before), "in the words that stand there: {own}");
}

#[test]
fn an_answer_to_what_it_no_longer_is_does_not_count() {
    let old = calendar(&[&[START, OPEN]]);
    let plan = attend(&old, calendar(&[&[START, COMES]]), &who(BEN), now()).unwrap();
    let reply = &plan.messages[0].calendar;
    let moved = organize(Some(&old), calendar(&[&[LATER, OPEN]]), &who(ADA), now()).object;
    assert_eq!(
        receive(Some(&moved), reply, &who(ADA), false),
        Received::Nothing
    );
    let titled = calendar(&[&[START, OPEN, "SUMMARY:x"]]);
    let titled = organize(Some(&old), titled, &who(ADA), now()).object;
    assert_ne!(
        receive(Some(&titled), reply, &who(ADA), false),
        Received::Nothing
    );
}

#[test]
fn who_was_not_invited_cannot_answer() {
    let organizers = calendar(&[&[START, OPEN]]);
    let own = "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:cleo@example.com";
    let theirs = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:cleo@example.com";
    let plan = attend(
        &calendar(&[&[START, own]]),
        calendar(&[&[START, theirs]]),
        &who(CLEO),
        now(),
    );
    let reply = &plan.unwrap().messages[0].calendar;
    assert_eq!(
        receive(Some(&organizers), reply, &who(ADA), false),
        Received::Nothing
    );
}

#[test]
fn what_was_called_off_can_begin_anew_with_a_lower_revision() {
    let old = calendar(&[&[START, COMES, "SEQUENCE:7"]]);
    let gone = withdraw(&old, &who(ADA), now());
    let own = after(Some(old), &gone, BEN).unwrap();
    assert!(text(&own).contains("STATUS:CANCELLED"));
    let again = copy(receive(
        Some(&own),
        &request(&[&[START, OPEN, "SUMMARY:Again"]]),
        &who(BEN),
        false,
    ));
    assert!(!text(&again).contains("CANCELLED") && text(&again).contains("Again"));
}

#[test]
fn proposals_are_for_people_to_read() {
    let own = calendar(&[&[START, OPEN]]);
    let mut counter = calendar(&[&[LATER, OPEN]]);
    counter
        .properties
        .push(kalends_protocols::icalendar::component::Property::new(
            "METHOD", "COUNTER",
        ));
    assert_eq!(
        receive(Some(&own), &counter, &who(ADA), false),
        Received::News
    );
    assert!(read(&own).is_err(), "without METHOD it is no message");
}
