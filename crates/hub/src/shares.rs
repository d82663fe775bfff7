//! Sharing calendars: to whom of the house its owner has opened one, and what they may do with it. Nobody is told: no mail
//! and no notification is ever sent for a grant.

use identity::Actor;
use storage::{Change, ChangeKind, Tx, shares as rows, users};
use sync::CalendarId;
use uuid::Uuid;

use crate::{Access, CalendarView, Error, Hub, Result, Share, Whom, access};

/// Most grants of one calendar.
const SHARES_MAX: usize = 500;
/// Longest mail address, in bytes (RFC 5321 4.5.3.1.3).
const ADDRESS_MAX: usize = 254;

/// A grant, and whether there is anybody whom it opens something to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareView {
    /// The grant.
    pub share: Share,
    /// The person in the house, by name; `None`: there is nobody with this address (yet).
    pub name: Option<String>,
}

/// What people of the house are called, as others whose calendars they see may know it.
#[derive(Clone, PartialEq, Eq)]
pub struct Contact {
    /// Mail address.
    pub email: String,
    /// Display name.
    pub name: String,
}

impl Hub {
    /// The grants of a calendar, the oldest first. Whoever may change its events may see them.
    pub async fn shares(&self, actor: &Actor, calendar: CalendarId) -> Result<Vec<ShareView>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        access::reach(&mut tx, actor, calendar, Access::Write).await?;
        let mut all = Vec::new();
        for share in rows::of_calendar(&mut tx, calendar).await? {
            all.push(viewed(&mut tx, share).await?);
        }
        Ok(all)
    }

    /// Opens a calendar to somebody, or says something else of what they may do with it.
    ///
    /// # Errors
    /// [`Error::Invalid`] if that is no mail address, or the owner's own; or if everybody would get more than reading.
    pub async fn share(
        &self,
        actor: &Actor,
        calendar: CalendarId,
        whom: Whom,
        level: Access,
    ) -> Result<ShareView> {
        access::may_write(actor)?;
        let whom = checked(whom, level)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let (row, _) = access::reach(&mut tx, actor, calendar, Access::Owner).await?;
        let share = self.share_in(&mut tx, actor, &row, (whom, level)).await?;
        let view = viewed(&mut tx, share).await?;
        self.commit(tx).await?;
        Ok(view)
    }

    /// Gives a calendar these grants and no others: all of them, or nothing changes (RFC 3744 8.1).
    ///
    /// # Errors
    /// As [`Hub::share`] has them.
    pub async fn share_with(
        &self,
        actor: &Actor,
        calendar: CalendarId,
        grants: Vec<(Whom, Access)>,
    ) -> Result<()> {
        access::may_write(actor)?;
        let grants = grants.into_iter();
        let grants = grants.map(|(whom, level)| Ok((checked(whom, level)?, level)));
        let grants = grants.collect::<Result<Vec<_>>>()?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let (row, _) = access::reach(&mut tx, actor, calendar, Access::Owner).await?;
        for share in rows::of_calendar(&mut tx, calendar).await? {
            if !grants.iter().any(|(whom, _)| *whom == share.whom) {
                rows::delete(&mut tx, share.id).await?;
                self.log_share(&mut tx, actor, &share, true);
            }
        }
        for grant in grants {
            self.share_in(&mut tx, actor, &row, grant).await?;
        }
        self.commit(tx).await?;
        Ok(())
    }

    async fn share_in(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        row: &storage::calendars::Calendar,
        (whom, level): (Whom, Access),
    ) -> Result<Share> {
        if let (Whom::Person(address), Some(owner)) = (&whom, row.owner)
            && users::by_email(tx, address).await?.map(|u| u.id) == Some(owner)
        {
            let reason = "the calendar is theirs: nothing can be granted them, or taken from them";
            return Err(Error::invalid("email", reason));
        }
        let all = rows::of_calendar(tx, row.id).await?;
        let share = if let Some(there) = all.iter().find(|share| share.whom == whom).cloned() {
            if there.access == level {
                return Ok(there);
            }
            rows::update(tx, there.id, level).await?;
            Share {
                access: level,
                ..there
            }
        } else {
            if all.len() >= SHARES_MAX {
                let reason = format!("a calendar is shared with at most {SHARES_MAX}");
                return Err(Error::invalid("email", reason));
            }
            let share = Share {
                id: self.ids().uuid(),
                calendar: row.id,
                whom,
                access: level,
                created: self.clock().now(),
            };
            rows::insert(tx, &share).await?;
            share
        };
        self.log_share(tx, actor, &share, level == Access::None);
        Ok(share)
    }

    /// Ends a grant. From here on it opens nothing, whoever holds what token.
    pub async fn unshare(&self, actor: &Actor, calendar: CalendarId, id: Uuid) -> Result<()> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        access::reach(&mut tx, actor, calendar, Access::Owner).await?;
        let all = rows::of_calendar(&mut tx, calendar).await?;
        let share = all.into_iter().find(|share| share.id == id);
        let share = share.ok_or(Error::NotFound("share"))?;
        rows::delete(&mut tx, id).await?;
        self.log_share(&mut tx, actor, &share, true);
        self.commit(tx).await?;
        Ok(())
    }

    /// Whose a calendar is; `None` if it is everybody's.
    pub async fn owner_of(&self, actor: &Actor, calendar: CalendarId) -> Result<Option<Contact>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let (row, _) = access::reach(&mut tx, actor, calendar, Access::FreeBusy).await?;
        let Some(owner) = row.owner else {
            return Ok(None);
        };
        let user = users::get(&mut tx, owner).await?;
        Ok(user.map(|user| Contact {
            email: user.email,
            name: user.name,
        }))
    }

    /// The calendar that stands for a person of the house: the one that bears their address if `named`, else their first.
    /// `None`: there is nobody with this address.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it is not opened to the actor at least as busy time.
    pub async fn calendar_of_person(
        &self,
        actor: &Actor,
        address: &str,
        named: bool,
    ) -> Result<Option<CalendarView>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let Some(user) = users::by_email(&mut tx, address).await? else {
            return Ok(None);
        };
        let all = storage::calendars::list(&mut tx).await?;
        drop(tx);
        let mut own = all.iter().filter(|row| row.owner == Some(user.id));
        let first = own.clone().next();
        let found = if named {
            let bears = own.clone().find(|row| row.slug == user.email);
            bears.or_else(|| own.find(|row| !row.read_only))
        } else {
            first
        };
        let id = found.ok_or(Error::NotFound("calendar"))?.id;
        Ok(Some(self.calendar(actor, id).await?))
    }

    /// Whoever follows the log hears that somebody sees more or less of a calendar.
    fn log_share(&self, tx: &mut Tx, actor: &Actor, share: &Share, removed: bool) {
        tx.log(Change {
            kind: ChangeKind::Grant,
            subject: share.id,
            calendar: Some(share.calendar),
            actor: actor.log_name(),
            cause: None,
            at: self.clock().now(),
            removed,
        });
    }
}

async fn viewed(tx: &mut Tx, share: Share) -> Result<ShareView> {
    let name = match &share.whom {
        Whom::Person(address) => users::by_email(tx, address).await?.map(|user| user.name),
        Whom::Everybody => None,
    };
    Ok(ShareView { share, name })
}

fn checked(whom: Whom, level: Access) -> Result<Whom> {
    let Whom::Person(address) = whom else {
        if level > Access::Read {
            let reason = "everybody can be let see a calendar, not change it";
            return Err(Error::invalid("access", reason));
        }
        return Ok(whom);
    };
    let address = address.trim().to_lowercase();
    let is_one = address.len() <= ADDRESS_MAX
        && !address.contains(|c: char| c.is_whitespace() || c.is_control())
        && address
            .split_once('@')
            .is_some_and(|(name, domain)| !name.is_empty() && !domain.is_empty());
    if !is_one {
        return Err(Error::invalid(
            "email",
            "a mail address is needed, as ann@example.com is",
        ));
    }
    Ok(Whom::Person(address))
}
