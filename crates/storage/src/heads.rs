//! What names an event and says which version of it there is, without the event: who asks for texts alone needs no more, and
//! opening an event costs more than all the rest.

use std::sync::LazyLock;

use serde::Deserialize;
use sync::{CalendarId, CopyId};

use crate::{Result, Tx, bulk::Listed, copies, value::Value};

/// An event's name and version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its copy.
    pub id: CopyId,
    /// What a client called it, if one did.
    pub name: Option<String>,
    /// Grows whenever something of it changes that people see.
    pub edition: i64,
}

/// What is read of the sealed part; the rest is passed over.
#[derive(Deserialize)]
struct Content {
    copy: Versioned,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Versioned {
    #[serde(default)]
    edition: i64,
}

const BY_NAMES: &str = "
    SELECT id, content FROM copies WHERE tenant = $1 AND calendar = $2 AND alive = 1 AND name_hash IN ($3)";

/// Reads as much of a copy's sealed part.
pub(crate) async fn open(tx: &mut Tx, id: CopyId, sealed: &[u8]) -> Result<Head> {
    let content: Content = tx.open_json(copies::aad(id), sealed).await?;
    Ok(Head {
        id,
        name: content.name,
        edition: content.copy.edition,
    })
}

static NAMED: LazyLock<Listed> = LazyLock::new(|| Listed::new(BY_NAMES));

/// The living copies that have these names in a calendar, in no particular order.
pub async fn by_names(tx: &mut Tx, calendar: CalendarId, names: &[&str]) -> Result<Vec<Head>> {
    let hash = |name: &&str| tx.hash("copy-name", name);
    let hashes: Vec<[u8; 32]> = names.iter().map(hash).collect();
    let mut found = Vec::with_capacity(names.len());
    for (sql, list) in NAMED.asking(&hashes) {
        let calendar_first = std::iter::once(Value::from(calendar));
        for row in tx.all(sql, calendar_first.chain(list)).await? {
            found.push(open(tx, row.id(0)?, row.blob(1)?).await?);
        }
    }
    Ok(found)
}
