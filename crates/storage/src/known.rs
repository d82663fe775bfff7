//! What a transaction has read already and need not read again. A page of a provider's changes is digested in one
//! transaction, and each of its events would ask for the same few rows.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use sync::{CalendarId, CopyId, LinkId};

use crate::{ahead::Ahead, links::Link};

/// What is known. Whoever writes a table forgets what is known of it.
#[derive(Default)]
pub(crate) struct Known {
    /// Links, which nobody else can change until this transaction ends.
    pub(crate) links: HashMap<LinkId, Option<Arc<Link>>>,
    /// The same by the calendars that take part in them.
    pub(crate) links_of: HashMap<CalendarId, Vec<Arc<Link>>>,
    /// Which calendars have a provider.
    pub(crate) replicated: HashMap<CalendarId, bool>,
    /// The copies of a calendar with writes whose outcome is not known.
    pub(crate) unfinished: HashMap<CalendarId, HashSet<CopyId>>,
    /// The copies of a calendar about which a person is asked.
    pub(crate) asked: HashMap<CalendarId, HashSet<CopyId>>,
    /// What was read before it is asked for.
    pub(crate) ahead: Ahead,
}
