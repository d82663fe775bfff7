//! What an attendee may change, and what the organizer hears of it.

use kalends_protocols::itip::{attend, leave};

use super::*;

const START: &str = "DTSTART;TZID=Europe/Vienna:20261201T100000";
const CLEOS: &str = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:cleo@example.com";
const DAILY: &str = "RRULE:FREQ=DAILY;COUNT=5";
const OPEN: &str = "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:ben@example.com";
const COMES: &str = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ben@example.com";
const NOT: &str = "ATTENDEE;PARTSTAT=DECLINED:mailto:ben@example.com";
const THIRD: &str = "RECURRENCE-ID;TZID=Europe/Vienna:20261203T100000";
const THIRD_START: &str = "DTSTART;TZID=Europe/Vienna:20261203T100000";

fn changed(old: &[&[&str]], new: &[&[&str]]) -> (String, Option<String>) {
    let plan = attend(&calendar(old), calendar(new), &who(BEN), now()).unwrap();
    let mut replies = plan.messages.iter();
    let reply = replies.next().map(|m| {
        assert_eq!((m.method, &m.to), (Method::Reply, &who(ADA)));
        text(&m.calendar)
    });
    assert!(replies.next().is_none());
    (text(&plan.object), reply)
}

#[test]
fn an_answer_is_told_with_nobody_else_in_it() {
    let old: &[&[&str]] = &[&[START, OPEN, CLEOS, "SEQUENCE:4", "TRANSP:TRANSPARENT"]];
    let others = "ATTENDEE;PARTSTAT=DECLINED:mailto:cleo@example.com";
    let new: &[&[&str]] = &[&[START, COMES, others, "TRANSP:TRANSPARENT"]];
    let (kept, reply) = changed(old, new);
    let reply = reply.unwrap();
    assert!(reply.contains(COMES) && !reply.contains("cleo"), "{reply}");
    assert!(
        reply.contains("SEQUENCE:4") && reply.contains("REQUEST-STATUS:2.0"),
        "{reply}"
    );
    assert!(
        kept.contains(CLEOS),
        "what others say is not for Ben to change"
    );
    assert!(
        kept.contains("SEQUENCE:4") && kept.contains("TRANSP:OPAQUE"),
        "{kept}"
    );
}

#[test]
fn alarms_and_the_like_are_told_to_nobody() {
    let old: &[&[&str]] = &[&[START, COMES, "SUMMARY:Plan"]];
    let new: &[&[&str]] = &[&[
        START,
        COMES,
        "SUMMARY:Plan",
        "TRANSP:TRANSPARENT",
        "X-MOOD:good",
        "CATEGORIES:work",
        "BEGIN:VALARM",
        "TRIGGER:-PT5M",
        "END:VALARM",
    ]];
    let (kept, reply) = changed(old, new);
    assert_eq!(reply, None);
    assert!(kept.contains("VALARM") && kept.contains("X-MOOD"));
}

#[test]
fn what_is_the_organizers_cannot_be_changed() {
    let old: &[&[&str]] = &[&[START, OPEN, CLEOS, "SUMMARY:Plan", DAILY]];
    let later = "DTSTART;TZID=Europe/Vienna:20261201T110000";
    let wrong: [&[&str]; 6] = [
        &[later, OPEN, CLEOS, "SUMMARY:Plan", DAILY],
        &[START, OPEN, CLEOS, "SUMMARY:Plot", DAILY],
        &[START, OPEN, "SUMMARY:Plan", DAILY],
        &[START, CLEOS, "SUMMARY:Plan", DAILY],
        &[START, OPEN, CLEOS, "SUMMARY:Plan"],
        &[
            START,
            OPEN,
            CLEOS,
            "SUMMARY:Plan",
            DAILY,
            "STATUS:CANCELLED",
        ],
    ];
    for new in wrong {
        let refused = attend(&calendar(old), calendar(&[new]), &who(BEN), now());
        assert!(refused.is_err(), "{new:?}");
    }
    let mut other = calendar(&[&[START, OPEN, CLEOS, "SUMMARY:Plan", DAILY]]);
    let organizer = &mut other.components[0].properties[2];
    assert!(organizer.is("ORGANIZER"));
    organizer.value = CLEO.into();
    assert!(attend(&calendar(old), other, &who(BEN), now()).is_err());
}

#[test]
fn an_occurrence_that_is_taken_out_is_declined() {
    let old: &[&[&str]] = &[&[START, COMES, DAILY]];
    let out = "EXDATE:20261203T090000Z";
    let new: &[&[&str]] = &[&[START, COMES, DAILY, out]];
    let (_, reply) = changed(old, new);
    let reply = reply.unwrap();
    assert!(reply.contains(THIRD) && reply.contains(NOT), "{reply}");
    assert_eq!(reply.matches("BEGIN:VEVENT").count(), 1);
    // And once is enough.
    assert_eq!(changed(new, new).1, None);
}

#[test]
fn an_occurrence_can_be_answered_by_itself() {
    let old: &[&[&str]] = &[&[START, OPEN, DAILY]];
    let new: &[&[&str]] = &[&[START, COMES, DAILY], &[THIRD, THIRD_START, NOT]];
    let (_, reply) = changed(old, new);
    let reply = reply.unwrap();
    assert_eq!(reply.matches("BEGIN:VEVENT").count(), 2, "{reply}");
    // One that only says the same needs no words.
    let same: &[&[&str]] = &[&[START, COMES, DAILY], &[THIRD, THIRD_START, COMES]];
    assert_eq!(
        changed(old, same)
            .1
            .unwrap()
            .matches("BEGIN:VEVENT")
            .count(),
        1
    );
}

#[test]
fn whoever_removes_a_copy_declines_unless_they_have() {
    let reply = leave(&calendar(&[&[START, COMES]]), &who(BEN), now()).unwrap();
    assert!(text(&reply.calendar).contains(NOT));
    for over in [&[START, NOT][..], &[START, COMES, "STATUS:CANCELLED"]] {
        assert_eq!(leave(&calendar(&[over]), &who(BEN), now()), None);
    }
}

#[test]
fn who_names_themselves_twice_answers_once() {
    let old: &[&[&str]] = &[&[START, OPEN]];
    let (kept, reply) = changed(old, &[&[START, COMES, COMES]]);
    assert_eq!(kept.matches(BEN).count(), 1, "{kept}");
    let reply = reply.unwrap();
    assert_eq!(reply.matches(BEN).count(), 1, "{reply}");
    assert!(!reply.contains("SEQUENCE"), "there is none: {reply}");
}

#[test]
fn an_occurrence_that_the_client_does_not_know_is_answered_like_all_others() {
    // Cleo has declined the third one since.
    let cleo = "ATTENDEE;PARTSTAT=DECLINED:mailto:cleo@example.com";
    let third = |own| [THIRD, THIRD_START, own, cleo];
    let old: &[&[&str]] = &[&[START, OPEN, CLEOS, DAILY], &third(OPEN)];
    let new: &[&[&str]] = &[&[START, COMES, CLEOS, DAILY]];
    let (kept, reply) = changed(old, new);
    assert_eq!(kept.matches(COMES).count(), 2, "{kept}");
    assert_eq!(reply.unwrap().matches(COMES).count(), 2);
    // One that is another event is not answered with the others.
    let other = [THIRD, THIRD_START, OPEN, CLEOS, "SUMMARY:Party"];
    let old: &[&[&str]] = &[&[START, OPEN, CLEOS, DAILY], &other];
    let (kept, reply) = changed(old, new);
    assert!(kept.contains(OPEN), "{kept}");
    assert_eq!(reply.unwrap().matches(COMES).count(), 1);
    // What was answered by itself stays.
    let old: &[&[&str]] = &[&[START, OPEN, CLEOS, DAILY], &third(NOT)];
    let (kept, reply) = changed(old, new);
    assert!(kept.contains(NOT), "{kept}");
    assert!(!reply.unwrap().contains(NOT));
}

#[test]
fn what_is_for_all_to_read_comes_back_where_a_client_drops_it() {
    let place = "X-APPLE-STRUCTURED-LOCATION;VALUE=URI:geo:40.4,-79.9";
    let old: &[&[&str]] = &[&[START, OPEN, place, "X-MOOD:good"]];
    let (kept, _) = changed(old, &[&[START, COMES]]);
    assert!(kept.contains(place) && !kept.contains("X-MOOD"), "{kept}");
}
