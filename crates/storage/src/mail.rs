//! Messages that are sent by mail, about events (RFC 6047): what waits to be sent, sealed, and what was sent, by hashes.
//!
//! One row is one method for one recipient of one version of an event. Whoever asks for the same once more makes nothing; whoever
//! asks for it with other words makes it be sent again.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Aad, KeyRef, Result, Tx, jobs,
    row::{Row, Word as _, words},
    stored::Stored,
    value::values,
};

/// Job: send the message that is its subject.
pub const MAIL: &str = "mail";

/// What has become of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is still to be sent.
    Waiting,
    /// A mail server has taken it.
    Sent,
    /// A mail server has refused it for good.
    Refused,
    /// No mail server took it in time, or it is of a backup that was restored.
    GivenUp,
}

words! { State, "mail.state":
    "waiting" => State::Waiting,
    "sent" => State::Sent,
    "refused" => State::Refused,
    "given-up" => State::GivenUp,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Its identity.
    pub id: Uuid,
    /// What has become of it.
    pub state: State,
    /// Grows by one whenever it is to say something else.
    pub revision: i64,
    /// How often it was tried to send this revision, the try that is under way among them.
    pub attempts: i64,
    /// When this revision was asked for.
    pub wanted: Timestamp,
    /// When something last happened to it.
    pub updated: Timestamp,
    /// What it is about, and says. Of what has ended nothing is left.
    pub letter: Letter,
}

/// Somebody who writes or is written to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// Their mail address.
    pub address: String,
    /// What they are called; may be empty.
    pub name: String,
}

/// What is sealed of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// The iTIP method, in capitals (RFC 5546 1.4).
    pub method: String,
    /// UID of the event.
    pub uid: String,
    /// RECURRENCE-ID, if it is about one occurrence.
    pub recurrence: Option<String>,
    /// SEQUENCE of the event.
    pub sequence: i64,
    /// Who writes: the organizer, or an attendee who answers.
    pub from: Party,
    /// Who is written to.
    pub to: Party,
    /// The subject line.
    pub subject: String,
    /// What people read.
    pub text: String,
    /// What programs read: a VCALENDAR with that METHOD.
    pub calendar: String,
}

const INSERT: &str = "
    INSERT INTO mail (tenant, id, about_hash, to_hash, said_hash, state, revision, attempts, wanted, updated, content)
    VALUES ($1, $2, $3, $4, $5, 'waiting', 1, 0, $6, $6, $7)";
const KNOWN: &str = "SELECT id, said_hash FROM mail WHERE tenant = $1 AND about_hash = $2";
const STATE: &str = "SELECT state FROM mail WHERE tenant = $1 AND about_hash = $2";
const AGAIN: &str = "
    UPDATE mail SET said_hash = $3, state = 'waiting', revision = revision + 1, attempts = 0, wanted = $4, updated = $4, content = $5
    WHERE tenant = $1 AND id = $2";
const GET: &str = "
    SELECT id, state, revision, attempts, wanted, updated, content FROM mail WHERE tenant = $1 AND id = $2";
const BEGIN: &str = "
    UPDATE mail SET attempts = attempts + 1, updated = $4
    WHERE tenant = $1 AND id = $2 AND revision = $3 AND state = 'waiting'";
const END: &str = "
    UPDATE mail SET state = $4, updated = $5, content = $6
    WHERE tenant = $1 AND id = $2 AND revision = $3 AND state = 'waiting'";
const WAITING_BEFORE: &str = "
    SELECT id, state, revision, attempts, wanted, updated, content FROM mail
    WHERE tenant = $1 AND state = 'waiting' AND wanted < $2";
const FORGET: &str = "DELETE FROM mail WHERE tenant = $1 AND to_hash = $2";
const PRUNE: &str = "DELETE FROM mail WHERE tenant = $1 AND updated < $2 AND state <> 'waiting'";

/// Asks for a message to be sent, with the commit. The id of its row, if something is to be sent: `None` if the same was asked for
/// before.
pub async fn post(tx: &mut Tx, id: Uuid, letter: &Letter, now: Timestamp) -> Result<Option<Uuid>> {
    let about = tx.hash("mail-about", &about(letter));
    let said = tx.hash("mail-said", &said(letter));
    let known = tx.one(KNOWN, values![about]).await?;
    let known = match &known {
        Some(row) => Some((row.id::<Uuid>(0)?, row.hash(1)?)),
        None => None,
    };
    let id = match known {
        Some((_, before)) if before == said => return Ok(None),
        Some((known, _)) => {
            let sealed = tx.seal_json(KeyRef::Tenant, aad(known), letter).await?;
            tx.run_one("mail", AGAIN, values![known, said, now, sealed])
                .await?;
            known
        }
        None => {
            let to = to_hash(tx, &letter.to.address);
            let sealed = tx.seal_json(KeyRef::Tenant, aad(id), letter).await?;
            let row = values![id, about, to, said, now, sealed];
            tx.run_one("mail", INSERT, row).await?;
            id
        }
    };
    jobs::request(tx, MAIL, id, now);
    Ok(Some(id))
}

/// One message.
pub async fn get(tx: &mut Tx, id: Uuid) -> Result<Option<Mail>> {
    tx.find(GET, values![id]).await
}

/// What has become of the message of a letter; `None` if it was never asked for.
pub async fn state_of(tx: &mut Tx, letter: &Letter) -> Result<Option<State>> {
    let about = tx.hash("mail-about", &about(letter));
    let row = tx.one(STATE, values![about]).await?;
    row.as_ref().map(|row| row.word(0)).transpose()
}

/// Notes that one is about to try. False: it is not to be sent any more, or is to say something else.
pub async fn begin(tx: &mut Tx, mail: &Mail, now: Timestamp) -> Result<bool> {
    let row = values![mail.id, mail.revision, now];
    Ok(tx.run(BEGIN, row).await? > 0)
}

/// Notes what became of it; what it said goes. False: it is to say something else meanwhile, and waits for that.
pub async fn end(tx: &mut Tx, mail: &Mail, state: State, now: Timestamp) -> Result<bool> {
    let nothing = Letter::default();
    let sealed = tx.seal_json(KeyRef::Tenant, aad(mail.id), &nothing).await?;
    let row = values![mail.id, mail.revision, state.word(), now, sealed];
    Ok(tx.run(END, row).await? > 0)
}

/// Gives up what waits and was asked for before a moment.
pub async fn give_up_before(tx: &mut Tx, moment: Timestamp, now: Timestamp) -> Result<()> {
    let waiting: Vec<Mail> = tx.list(WAITING_BEFORE, values![moment]).await?;
    for mail in waiting {
        end(tx, &mail, State::GivenUp, now).await?;
    }
    Ok(())
}

/// Forgets all messages to an address, those that wait too; how many.
pub async fn forget(tx: &mut Tx, address: &str) -> Result<u64> {
    let to = to_hash(tx, address);
    tx.run(FORGET, values![to]).await
}

/// Forgets those that ended before a moment; how many.
pub async fn prune(tx: &mut Tx, older_than: Timestamp) -> Result<u64> {
    tx.run(PRUNE, values![older_than]).await
}

fn to_hash(tx: &Tx, address: &str) -> [u8; 32] {
    tx.hash("mail-to", &address.to_lowercase())
}

/// What a message is about.
fn about(letter: &Letter) -> String {
    let recurrence = letter.recurrence.as_deref().unwrap_or_default();
    let to = letter.to.address.to_lowercase();
    let from = letter.from.address.to_lowercase();
    format!(
        "{}\0{recurrence}\0{}\0{to}\0{from}\0{}",
        letter.uid, letter.sequence, letter.method
    )
}

/// What a message says. When it was put down makes it no other one (DTSTAMP, RFC 5545 3.8.7.2).
fn said(letter: &Letter) -> String {
    let lines = letter.calendar.lines();
    let lines = lines.filter(|line| !line.starts_with("DTSTAMP"));
    let mut said: String = lines.collect::<Vec<_>>().join("\n");
    for text in [&letter.subject, &letter.text] {
        said.push('\0');
        said.push_str(text);
    }
    said
}

fn aad(id: Uuid) -> Aad {
    Aad {
        table: "mail",
        row: id,
    }
}

impl Stored for Mail {
    async fn read(tx: &mut Tx, row: &Row) -> Result<Self> {
        let id = row.id(0)?;
        Ok(Self {
            id,
            state: row.word(1)?,
            revision: row.i64(2)?,
            attempts: row.i64(3)?,
            wanted: row.time(4)?,
            updated: row.time(5)?,
            letter: tx.open_json(aad(id), row.blob(6)?).await?,
        })
    }
}
