//! One message: what people read, and the same for programs (RFC 6047 2.4), in the form in which Gmail, Outlook and Apple Mail
//! show an invitation with its buttons. It is put together from what it is given and nothing else, so that the same letter is the
//! same message at each try.

use std::time::SystemTime;

use jiff::Timestamp;
use lettre::{
    Address, Message,
    address::Envelope,
    message::{
        Attachment, Mailbox, MultiPart, SinglePart,
        header::{ContentType, Header, HeaderName, HeaderValue},
    },
};
use storage::mail::{Mail, Party};
use url::Host;

/// The methods that are sent by mail (RFC 5546 1.4). PUBLISH is for feeds.
const METHODS: [&str; 7] = [
    "REQUEST",
    "REPLY",
    "ADD",
    "CANCEL",
    "REFRESH",
    "COUNTER",
    "DECLINECOUNTER",
];
/// Those that answer somebody (RFC 3834 5).
const ANSWERS: [&str; 4] = ["REPLY", "REFRESH", "COUNTER", "DECLINECOUNTER"];
/// Longest subject and longest name, in characters.
const LINE_MAX: usize = 200;
/// Longest text for people, in bytes.
const TEXT_MAX: usize = 64 * 1024;
/// Largest text for programs, in bytes.
const CALENDAR_MAX: usize = 1 << 20;

/// For whom the hub's mail server may speak.
#[derive(Clone, Debug)]
pub struct Speaker {
    from: Mailbox,
    domains: Vec<String>,
}

/// A message, and whom it goes to.
#[derive(Debug)]
pub struct Composed {
    /// Who gets it, and who gets it back if nobody does.
    pub envelope: Envelope,
    /// As it goes over the wire.
    pub bytes: Vec<u8>,
}

/// Why a letter cannot be a message: no try would change that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// This is no mail address, or one that mail servers do not take.
    #[error("the {0} has no mail address that can be written to")]
    Address(&'static str),
    /// The method is not for mail, or the calendar text has another one.
    #[error("method: it is none that is mailed, or not the one in the calendar text")]
    Method,
    /// Longer than is sent.
    #[error("text: too long for a message")]
    TooLong,
}

/// RFC 3834 5: who answers automatically does not answer this.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-replied".to_owned())
    }
}

impl Speaker {
    /// Of the hub's own address, such as `Kalends <calendar@practice.example>`, and the further domains for which its mail server
    /// may speak; that of the address is always one.
    pub fn new(from: &str, domains: &[String]) -> Result<Self, Unfit> {
        let from: Mailbox = from.parse().map_err(|_| Unfit::Address("hub"))?;
        let from = Mailbox::new(from.name, address(from.email.as_ref(), "hub")?);
        let mut domains: Vec<String> = domains.iter().map(|d| d.to_lowercase()).collect();
        domains.push(from.email.domain().to_lowercase());
        Ok(Self { from, domains })
    }

    /// The domain of the hub's own address.
    pub fn domain(&self) -> &str {
        self.from.email.domain()
    }

    /// Whether its mail server may speak for an address: others would take it for a forgery (DMARC, RFC 7489 3.1).
    fn speaks_for(&self, address: &Address) -> bool {
        self.domains.contains(&address.domain().to_lowercase())
    }

    /// Under whose name a message goes out, and who really sends it if that is another one.
    fn from(&self, party: &Mailbox) -> (Mailbox, Option<Mailbox>) {
        if party.email == self.from.email {
            return (party.clone(), None);
        }
        if self.speaks_for(&party.email) {
            return (party.clone(), Some(self.from.clone()));
        }
        // Not the whole address: as a name it would look like a forgery itself.
        let who = party.name.as_deref().unwrap_or(party.email.user());
        let via = self.from.name.as_deref().unwrap_or("Kalends");
        let name = format!("{who} via {via}");
        (Mailbox::new(Some(name), self.from.email.clone()), None)
    }
}

/// The message of a letter, dated when it was asked for.
pub fn compose(mail: &Mail, speaker: &Speaker) -> Result<Composed, Unfit> {
    let letter = &mail.letter;
    let method = METHODS.into_iter().find(|method| *method == letter.method);
    let method = method.ok_or(Unfit::Method)?;
    let own = format!("METHOD:{method}");
    if !letter.calendar.lines().any(|line| line.trim_end() == own) {
        return Err(Unfit::Method);
    }
    if letter.text.len() > TEXT_MAX || letter.calendar.len() > CALENDAR_MAX {
        return Err(Unfit::TooLong);
    }
    let (writer, to) = (
        mailbox(&letter.from, "sender")?,
        mailbox(&letter.to, "recipient")?,
    );
    let (from, sender) = speaker.from(&writer);
    let envelope = Envelope::new(Some(speaker.from.email.clone()), vec![to.email.clone()]);
    let envelope = envelope.map_err(|_| Unfit::Address("recipient"))?;
    let mut message = Message::builder()
        .envelope(envelope.clone())
        .from(from)
        .reply_to(writer)
        .to(to)
        .subject(one_line(&letter.subject))
        .date(date(mail.wanted))
        .message_id(Some(format!(
            "<{}.{}@{}>",
            mail.id.as_simple(),
            mail.revision,
            speaker.domain()
        )));
    if let Some(sender) = sender {
        message = message.sender(sender);
    }
    if ANSWERS.contains(&method) {
        message = message.header(AutoSubmitted);
    }
    let message = message.multipart(body(mail, method)?);
    let message = message.map_err(|_| Unfit::Address("sender"))?;
    Ok(Composed {
        envelope,
        bytes: message.formatted(),
    })
}

/// The two readings of one thing, and a file for those whose program knows neither.
fn body(mail: &Mail, method: &str) -> Result<MultiPart, Unfit> {
    let kind = |text: &str| ContentType::parse(text).map_err(|_| Unfit::Method);
    let boundary = |n: u8| format!("kalends-{}-{n}", mail.id.as_simple());
    let calendar = &mail.letter.calendar;
    let read = SinglePart::builder()
        .header(ContentType::TEXT_PLAIN)
        .body(mail.letter.text.clone());
    let worked = SinglePart::builder()
        .header(kind(&format!(
            "text/calendar; method={method}; charset=utf-8"
        ))?)
        .body(calendar.clone());
    let both = MultiPart::alternative()
        .boundary(boundary(2))
        .singlepart(read)
        .singlepart(worked);
    let file = Attachment::new("invite.ics".to_owned()).body(
        calendar.clone(),
        kind("application/ics; name=\"invite.ics\"")?,
    );
    Ok(MultiPart::mixed()
        .boundary(boundary(1))
        .multipart(both)
        .singlepart(file))
}

fn mailbox(party: &Party, who: &'static str) -> Result<Mailbox, Unfit> {
    let name = Some(one_line(&party.name)).filter(|name| !name.is_empty());
    Ok(Mailbox::new(name, address(&party.address, who)?))
}

/// An address in ASCII: of a name under which nobody can be looked up the registered form, and no other letters before the `@`, which few
/// servers take (RFC 6531).
fn address(text: &str, who: &'static str) -> Result<Address, Unfit> {
    let unfit = || Unfit::Address(who);
    let (user, domain) = text.trim().rsplit_once('@').ok_or_else(unfit)?;
    let domain = match Host::parse(domain) {
        Ok(Host::Domain(domain)) => domain,
        // `[192.0.2.1]` and the like.
        _ => domain.to_owned(),
    };
    if !user.is_ascii() || !domain.is_ascii() {
        return Err(unfit());
    }
    Address::new(user, domain).map_err(|_| unfit())
}

/// A text that cannot begin another line of a header, and is no longer than a person reads.
fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_control() || c.is_whitespace());
    let mut line = String::new();
    for word in words.filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line.chars().take(LINE_MAX).collect()
}

/// To the second, as mail has it.
fn date(at: Timestamp) -> SystemTime {
    let whole = Timestamp::from_second(at.as_second()).unwrap_or(Timestamp::UNIX_EPOCH);
    whole.max(Timestamp::UNIX_EPOCH).into()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_one_line() {
        assert_eq!(
            one_line("Lunch\r\nBcc: eve@example.com\r\n\r\n hello"),
            "Lunch Bcc: eve@example.com hello"
        );
        assert_eq!(one_line(" a \u{85}\u{2028}b\t\0"), "a b");
        assert_eq!(one_line(&"x".repeat(500)).len(), LINE_MAX);
    }

    #[test]
    fn addresses_are_what_servers_take() {
        let read = |text| address(text, "recipient").map(|a| a.to_string());
        assert_eq!(read(" ben@example.org "), Ok("ben@example.org".to_owned()));
        assert_eq!(
            read("ben@münchen.example"),
            Ok("ben@xn--mnchen-3ya.example".to_owned())
        );
        for bad in [
            "",
            "ben",
            "@example.org",
            "bén@example.org",
            "ben@exa mple.org",
            "ben@example.org\r\nRCPT TO:<eve@example.com>",
            "ben@example.org>,<eve@example.com",
        ] {
            assert_eq!(read(bad), Err(Unfit::Address("recipient")), "{bad}");
        }
    }

    #[test]
    fn the_hub_speaks_for_its_own_domains_alone() {
        let speaker = Speaker::new(
            "The practice <calendar@practice.example>",
            &["Branch.example".to_owned()],
        )
        .unwrap();
        let from = |text: &str| {
            let (from, sender) = speaker.from(&text.parse().unwrap());
            (from.to_string(), sender.map(|s| s.email.to_string()))
        };
        let own = Some("calendar@practice.example".to_owned());
        assert_eq!(
            from("Ada <ada@practice.example>"),
            ("Ada <ada@practice.example>".to_owned(), own.clone())
        );
        assert_eq!(
            from("Ada <ada@branch.example>"),
            ("Ada <ada@branch.example>".to_owned(), own)
        );
        let other = "Ada via The practice <calendar@practice.example>";
        assert_eq!(from("Ada <ada@example.com>"), (other.to_owned(), None));
    }
}
