//! Whose a calendar is, as filters and participants name people.

use calendar::Address;
use storage::{Tx, calendars, connections, users};

use crate::Result;

/// The addresses of whoever a calendar belongs to: its name at its provider, where that is an address, the account's, and the
/// person's mail address.
pub async fn addresses(tx: &mut Tx, row: &calendars::Calendar) -> Result<Vec<Address>> {
    // Some providers name a person's calendar by their address.
    let remote = row.remote_id.clone().filter(|id| !id.contains('/'));
    let (mut names, mut owner) = (Vec::from_iter(remote), row.owner);
    if let Some(id) = row.connection
        && let Some(connection) = connections::get(tx, id).await?
    {
        names.push(connection.account);
        owner = owner.or(Some(connection.user));
    }
    if let Some(id) = owner {
        names.extend(users::get(tx, id).await?.map(|user| user.email));
    }
    let named = names.iter().filter(|name| name.contains('@'));
    Ok(named.map(|name| Address::new(name)).collect())
}
