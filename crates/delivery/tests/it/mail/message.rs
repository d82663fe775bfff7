//! What a message looks like.

use jiff::Timestamp;
use kalends_delivery::mail::{Unfit, compose};
use storage::mail::{Letter, Mail, State};
use uuid::Uuid;

use super::{invitation, party, speaker};

fn mail(letter: Letter) -> Mail {
    let at = Timestamp::from_second(1_800_000_000).unwrap();
    Mail {
        id: Uuid::from_u128(7),
        state: State::Waiting,
        revision: 2,
        attempts: 1,
        wanted: at,
        updated: at,
        letter,
    }
}

fn text(letter: Letter) -> String {
    let composed = compose(&mail(letter), &speaker()).unwrap();
    String::from_utf8(composed.bytes).unwrap()
}

/// The headers before the first empty line, each on one line.
fn headers(message: &str) -> Vec<String> {
    let head = message.split("\r\n\r\n").next().unwrap();
    head.replace("\r\n ", " ")
        .split("\r\n")
        .map(str::to_owned)
        .collect()
}

fn header(message: &str, name: &str) -> Option<String> {
    let begin = format!("{name}: ");
    let mut found = headers(message)
        .into_iter()
        .filter(|line| line.starts_with(&begin));
    let first = found.next()?;
    assert_eq!(found.next(), None, "{name} is there once");
    Some(first[begin.len()..].to_owned())
}

#[test]
fn an_invitation_is_for_people_and_for_programs() {
    let message = text(invitation());
    let said = |name| header(&message, name);
    assert_eq!(
        said("From").as_deref(),
        Some("\"Ada Lovelace\" <ada@practice.example>")
    );
    assert_eq!(
        said("Sender").as_deref(),
        Some("\"The practice\" <calendar@practice.example>")
    );
    assert_eq!(
        said("Reply-To").as_deref(),
        Some("\"Ada Lovelace\" <ada@practice.example>")
    );
    assert_eq!(said("To").as_deref(), Some("Ben <ben@example.org>"));
    assert_eq!(
        said("Date").as_deref(),
        Some("Fri, 15 Jan 2027 08:00:00 +0000")
    );
    let id = "<00000000000000000000000000000007.2@practice.example>";
    assert_eq!(said("Message-ID").as_deref(), Some(id));
    assert_eq!(said("Auto-Submitted"), None, "a person has asked for it");
    assert_eq!(said("MIME-Version").as_deref(), Some("1.0"));
    for part in [
        "multipart/mixed;",
        "multipart/alternative;",
        "Content-Type: text/plain; charset=utf-8\r\n",
        "Content-Type: text/calendar; method=REQUEST; charset=utf-8\r\n",
        "Content-Disposition: attachment; filename=\"invite.ics\"\r\n",
        "Content-Type: application/ics; name=\"invite.ics\"\r\n",
    ] {
        assert_eq!(message.matches(part).count(), 1, "{part}\n{message}");
    }
    assert!(message.is_ascii() && message.lines().all(|line| line.len() <= 998));
    // The same letter is the same message, to the octet.
    assert_eq!(message, text(invitation()));
}

#[test]
fn answers_say_that_they_are_some() {
    for (method, answers) in [
        ("REQUEST", false),
        ("CANCEL", false),
        ("REPLY", true),
        ("COUNTER", true),
        ("REFRESH", true),
    ] {
        let mut letter = invitation();
        letter.method = method.into();
        letter.calendar = letter
            .calendar
            .replace("METHOD:REQUEST", &format!("METHOD:{method}"));
        let message = text(letter);
        let said = header(&message, "Auto-Submitted");
        assert_eq!(
            said.as_deref(),
            answers.then_some("auto-replied"),
            "{method}"
        );
        assert!(message.contains(&format!("method={method};")));
    }
}

/// A mail server that says of itself that it is another one's is taken for a forger.
#[test]
fn for_others_the_hub_writes_under_its_own_address() {
    let mut letter = invitation();
    letter.from = party("", "cleo@example.com");
    let message = text(letter);
    let from = "\"cleo via The practice\" <calendar@practice.example>";
    assert_eq!(header(&message, "From").as_deref(), Some(from));
    assert_eq!(header(&message, "Sender"), None);
    assert_eq!(
        header(&message, "Reply-To").as_deref(),
        Some("cleo@example.com")
    );
}

#[test]
fn nothing_that_somebody_typed_becomes_a_header() {
    let evil = "x\r\nBcc: eve@example.com\r\n\r\n<script>\n\r\u{85}y\0";
    let mut letter = invitation();
    letter.subject = evil.into();
    letter.from.name = evil.into();
    letter.to.name = format!("\"; {evil} <eve@example.com>,");
    let expected: Vec<String> = headers(&text(invitation()))
        .iter()
        .map(|h| h.split(':').next().unwrap().to_owned())
        .collect();
    let message = text(letter);
    let found: Vec<String> = headers(&message)
        .iter()
        .map(|h| h.split(':').next().unwrap().to_owned())
        .collect();
    assert_eq!(found, expected, "{message}");
    for (which, address) in [
        (0, "ben@example.org\r\nBcc: eve@example.com"),
        (1, "ada@practice.example>\r\nX: <y"),
    ] {
        let mut letter = invitation();
        if which == 0 {
            letter.to.address = address.into();
        } else {
            letter.from.address = address.into();
        }
        let refused = compose(&mail(letter), &speaker()).unwrap_err();
        assert!(matches!(refused, Unfit::Address(_)), "{address}");
    }
}

#[test]
fn what_cannot_be_a_message_is_none() {
    let refused = |change: fn(&mut Letter)| {
        let mut letter = invitation();
        change(&mut letter);
        compose(&mail(letter), &speaker()).map(|_| ()).unwrap_err()
    };
    assert_eq!(refused(|l| l.method = "PUBLISH".into()), Unfit::Method);
    assert_eq!(refused(|l| l.method = "CANCEL".into()), Unfit::Method);
    assert_eq!(refused(|l| l.text = "x".repeat(70_000)), Unfit::TooLong);
    assert_eq!(
        refused(|l| l.calendar.push_str(&"X".repeat(1 << 20))),
        Unfit::TooLong
    );
    assert_eq!(
        refused(|l| l.to.address = "nobody".into()),
        Unfit::Address("recipient")
    );
}
