//! What an organizer's changes tell whom.

use kalends_protocols::{
    icalendar::component::Property,
    itip::{organize, organize_unread, withdraw},
};

use super::*;

const START: &str = "DTSTART;TZID=Europe/Vienna:20261201T100000";
const ME: &str = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ada@example.com";
const DAILY: &str = "RRULE:FREQ=DAILY;COUNT=5";

fn attendee(address: &str, answer: &str) -> String {
    format!("ATTENDEE;PARTSTAT={answer}:{address}")
}

#[test]
fn an_invitation_goes_to_everybody_but_the_organizer_without_what_is_the_organizers_own() {
    let ben = attendee(BEN, "ACCEPTED");
    let cleo = format!("ATTENDEE;SCHEDULE-AGENT=CLIENT:{CLEO}");
    let new = calendar(&[&[
        START,
        ME,
        &ben,
        &cleo,
        "SUMMARY:Plan",
        "X-MOZ-LASTACK:20261001T000000Z",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER:-PT5M",
        "END:VALARM",
    ]]);
    let plan = organize(None, new, &who(ADA), now());
    // Nobody answers for somebody else.
    assert!(text(&plan.object).contains(&format!("PARTSTAT=NEEDS-ACTION;RSVP=TRUE:{BEN}")));
    assert!(
        plan.messages
            .iter()
            .all(|m| m.to != who(ADA) && m.to != who(CLEO))
    );
    let messages = to(&plan.messages, BEN);
    let [(Method::Request, sent)] = &messages[..] else {
        panic!("{messages:?}")
    };
    let sent = text(sent);
    for private in ["VALARM", "X-MOZ", "SCHEDULE-AGENT"] {
        assert!(!sent.contains(private), "{private} in {sent}");
    }
    assert!(sent.contains("METHOD:REQUEST") && sent.contains("DTSTAMP:20261101T000000Z"));
}

#[test]
fn another_time_is_a_new_revision_and_asks_everybody_again() {
    let ben = attendee(BEN, "ACCEPTED");
    let old = calendar(&[&[START, ME, &ben, "SUMMARY:Plan"]]);
    let moved = "DTSTART;TZID=Europe/Vienna:20261201T110000";
    let new = calendar(&[&[moved, ME, &ben, "SUMMARY:Plan"]]);
    let plan = organize(Some(&old), new, &who(ADA), now());
    let kept = text(&plan.object);
    assert!(kept.contains("SEQUENCE:1"), "{kept}");
    assert!(kept.contains(&format!("PARTSTAT=NEEDS-ACTION;RSVP=TRUE:{BEN}")));
    assert_eq!(to(&plan.messages, BEN).len(), 1);
    // The organizer's own answer stays.
    assert!(kept.contains("PARTSTAT=ACCEPTED:mailto:ada@example.com"));
}

#[test]
fn another_title_is_told_and_answers_stay_whatever_the_organizer_writes_of_them() {
    let old = calendar(&[&[START, ME, &attendee(BEN, "ACCEPTED"), "SUMMARY:Plan"]]);
    let new = calendar(&[&[START, ME, &attendee(BEN, "DECLINED"), "SUMMARY:Plans"]]);
    let plan = organize(Some(&old), new, &who(ADA), now());
    assert!(text(&plan.object).contains(&attendee(BEN, "ACCEPTED")));
    assert_eq!(to(&plan.messages, BEN).len(), 1);
}

#[test]
fn what_nobody_else_sees_is_told_to_nobody() {
    let ben = attendee(BEN, "ACCEPTED");
    let old = calendar(&[&[
        START,
        ME,
        &ben,
        "SEQUENCE:3",
        "EXDATE:20261203T090000Z",
        "EXDATE:20261202T090000Z",
        DAILY,
    ]]);
    let new = calendar(&[&[
        "RRULE:COUNT=5;FREQ=DAILY",
        START,
        ME,
        &ben,
        "TRANSP:TRANSPARENT",
        "EXDATE;TZID=Europe/Vienna:20261202T100000,20261203T100000",
        "BEGIN:VALARM",
        "TRIGGER:-PT5M",
        "END:VALARM",
    ]]);
    let plan = organize(Some(&old), new, &who(ADA), now());
    assert_eq!(plan.messages, []);
    assert!(text(&plan.object).contains("SEQUENCE:3"), "it never falls");
}

#[test]
fn who_is_dropped_is_told_that_it_is_off_and_the_others_who_is_left() {
    let (ben, cleo) = (attendee(BEN, "ACCEPTED"), attendee(CLEO, "ACCEPTED"));
    let old = calendar(&[&[START, ME, &ben, &cleo]]);
    let new = calendar(&[&[START, ME, &cleo]]);
    let plan = organize(Some(&old), new, &who(ADA), now());
    let messages = to(&plan.messages, BEN);
    let [(Method::Cancel, sent)] = &messages[..] else {
        panic!("{messages:?}")
    };
    let sent = text(sent);
    assert!(
        sent.contains("STATUS:CANCELLED") && sent.contains("SEQUENCE:1"),
        "{sent}"
    );
    assert_eq!(to(&plan.messages, CLEO)[0].0, Method::Request);
}

#[test]
fn who_is_invited_to_one_occurrence_sees_that_one_and_who_is_not_sees_the_others() {
    let (ben, cleo) = (
        attendee(BEN, "NEEDS-ACTION"),
        attendee(CLEO, "NEEDS-ACTION"),
    );
    let third = "RECURRENCE-ID;TZID=Europe/Vienna:20261203T100000";
    let at = "DTSTART;TZID=Europe/Vienna:20261203T140000";
    let new = calendar(&[&[START, ME, &cleo, DAILY], &[third, at, ME, &ben]]);
    let plan = organize(None, new, &who(ADA), now());
    let ben = text(to(&plan.messages, BEN)[0].1);
    assert_eq!(ben.matches("BEGIN:VEVENT").count(), 1, "{ben}");
    assert!(ben.contains(third) && !ben.contains("RRULE"));
    let cleo = text(to(&plan.messages, CLEO)[0].1);
    assert_eq!(cleo.matches("BEGIN:VEVENT").count(), 1, "{cleo}");
    assert!(cleo.contains("EXDATE:20261203T090000Z"), "{cleo}");
}

#[test]
fn one_occurrence_less_is_called_off_by_itself() {
    let ben = attendee(BEN, "ACCEPTED");
    let old = calendar(&[&[START, ME, &ben, DAILY]]);
    let without = "EXDATE;TZID=Europe/Vienna:20261203T100000";
    let new = calendar(&[&[START, ME, &ben, DAILY, without]]);
    let plan = organize(Some(&old), new, &who(ADA), now());
    let messages = to(&plan.messages, BEN);
    assert_eq!(
        messages.iter().map(|m| m.0).collect::<Vec<_>>(),
        [Method::Cancel, Method::Request]
    );
    let sent = text(messages[0].1);
    assert!(
        sent.contains("RECURRENCE-ID;TZID=Europe/Vienna:20261203T100000"),
        "{sent}"
    );
    assert!(
        sent.contains("DTSTART;TZID=Europe/Vienna:20261203T100000"),
        "{sent}"
    );
    // Both in Ben's copy: the series without it, and the occurrence as it was called off.
    let own = calendar(&[&[START, ME, &ben, DAILY]]);
    let own = text(&after(Some(own), &plan.messages, BEN).unwrap());
    assert_eq!(own.matches("STATUS:CANCELLED").count(), 1, "{own}");
    assert!(!own.contains("EXDATE"), "{own}");
}

#[test]
fn one_occurrence_at_another_time_is_told_by_itself() {
    let ben = attendee(BEN, "ACCEPTED");
    let third = "RECURRENCE-ID;TZID=Europe/Vienna:20261203T100000";
    let at = "DTSTART;TZID=Europe/Vienna:20261203T140000";
    let old = calendar(&[&[START, ME, &ben, DAILY]]);
    let new = calendar(&[&[START, ME, &ben, DAILY], &[third, at, ME, &ben]]);
    let plan = organize(Some(&old), new, &who(ADA), now());
    let kept = text(&plan.object);
    assert_eq!(kept.matches("NEEDS-ACTION").count(), 1, "{kept}");
    let sent = text(to(&plan.messages, BEN)[0].1);
    assert!(!sent.contains("RRULE") && sent.contains(third), "{sent}");
}

#[test]
fn a_series_that_ends_earlier_asks_nobody_again() {
    let ben = attendee(BEN, "ACCEPTED");
    let old = calendar(&[&[START, ME, &ben, DAILY]]);
    let new = calendar(&[&[START, ME, &ben, "RRULE:FREQ=DAILY;COUNT=3"]]);
    let plan = organize(Some(&old), new, &who(ADA), now());
    assert!(text(&plan.object).contains(&ben));
    assert_eq!(to(&plan.messages, BEN).len(), 1);
    let longer = organize(Some(&plan.object), old, &who(ADA), now());
    assert!(!text(&longer.object).contains(&ben), "a longer one does");
}

#[test]
fn what_is_removed_is_called_off_for_all() {
    let (ben, cleo) = (attendee(BEN, "ACCEPTED"), attendee(CLEO, "DECLINED"));
    let old = calendar(&[&[START, ME, &ben, &cleo, DAILY]]);
    let messages = withdraw(&old, &who(ADA), now());
    assert_eq!(messages.len(), 2);
    assert!(messages.iter().all(|m| m.method == Method::Cancel));
    let own = calendar(&[&[START, ME, &ben, DAILY]]);
    let own = text(&after(Some(own), &messages, BEN).unwrap());
    assert!(
        own.contains("STATUS:CANCELLED") && own.contains("RRULE"),
        "{own}"
    );
}

#[test]
fn an_organizer_can_have_somebody_told_again() {
    let old = calendar(&[&[START, ME, &attendee(BEN, "NEEDS-ACTION")]]);
    let forced = format!("ATTENDEE;SCHEDULE-FORCE-SEND=REQUEST:{BEN}");
    let new = calendar(&[&[START, ME, &forced]]);
    let plan = organize(Some(&old), new, &who(ADA), now());
    assert_eq!(to(&plan.messages, BEN).len(), 1);
    assert!(!text(&plan.object).contains("FORCE-SEND"));
}

#[test]
fn whom_the_organizer_asks_anew_has_not_answered() {
    let old = calendar(&[&[START, ME, &attendee(BEN, "ACCEPTED")]]);
    let asked = |line: String| {
        let new = calendar(&[&[START, ME, &line]]);
        text(&organize_unread(Some(&old), new, &who(ADA), now()).object)
    };
    // A client that may not have read the answer does not take it back.
    let open = asked(attendee(BEN, "NEEDS-ACTION"));
    assert!(open.contains(&attendee(BEN, "ACCEPTED")), "{open}");
    let forced = "ATTENDEE;SCHEDULE-FORCE-SEND=REQUEST;PARTSTAT=NEEDS-ACTION";
    let forced = asked(format!("{forced}:{BEN}"));
    assert!(forced.contains(&attendee(BEN, "NEEDS-ACTION")), "{forced}");
}

#[test]
fn an_answer_is_asked_for_with_what_is_told() {
    let quiet = format!("ATTENDEE;PARTSTAT=NEEDS-ACTION:{BEN}");
    let old = calendar(&[&[START, ME, &quiet]]);
    let kept = |lines: &[&str]| {
        let new = calendar(&[lines]);
        text(&organize(Some(&old), new, &who(ADA), now()).object)
    };
    // A note of the organizer's own is told to nobody.
    let noted = kept(&[START, ME, &quiet, "X-MOOD:good"]);
    assert!(!noted.contains("RSVP"), "{noted}");
    let titled = kept(&[START, ME, &quiet, "SUMMARY:Plan"]);
    assert!(titled.contains(&format!("RSVP=TRUE:{BEN}")), "{titled}");
}

#[test]
fn what_the_organizers_calendar_is_called_is_told_to_nobody() {
    let mut new = calendar(&[&[START, ME, &attendee(BEN, "NEEDS-ACTION")]]);
    let name = Property::text("X-WR-CALNAME", "Divorce").into_owned();
    new.properties.push(name);
    let plan = organize(None, new, &who(ADA), now());
    let sent = text(to(&plan.messages, BEN)[0].1);
    assert!(
        sent.contains("PRODID") && !sent.contains("Divorce"),
        "{sent}"
    );
    assert!(text(&plan.object).contains("Divorce"));
}

#[test]
fn what_became_of_a_message_is_not_for_a_client_to_say_that_has_not_read_it() {
    let status = |code: &str| format!("ATTENDEE;PARTSTAT=ACCEPTED;SCHEDULE-STATUS={code}:{BEN}");
    let old = calendar(&[&[START, ME, &status("2.0")]]);
    for said in [status("1.2"), attendee(BEN, "ACCEPTED")] {
        let new = calendar(&[&[START, ME, &said]]);
        let plan = organize_unread(Some(&old), new, &who(ADA), now());
        let kept = text(&plan.object);
        assert!(kept.contains("SCHEDULE-STATUS=2.0"), "{kept}");
    }
}
