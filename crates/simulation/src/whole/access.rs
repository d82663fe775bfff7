//! Accounts whose consent is withdrawn, or that may only read any more, until a person connects them again.

use hub::connections::PasswordAccount;

use super::{Result, Whole, fault};
use crate::{provider::Access, world::say};

impl Whole {
    /// A person connects the account of a calendar, for the first time or again.
    pub(super) async fn sign_in(&self, place: usize) -> Result {
        let account = PasswordAccount {
            provider: "model".to_owned(),
            url: "https://model.example/".to_owned(),
            username: place.to_string(),
            password: "secret".to_owned(),
        };
        let signed_in = self.hub.connect_password(&self.actor, account).await;
        signed_in.map(drop).map_err(fault)
    }

    /// Consent is withdrawn, an account may only read any more, or all is well again.
    pub(super) async fn change_access(&self, place: usize) -> Result {
        if self.connect_again(place).await? {
            return Ok(());
        }
        self.shared.world().change_access(place);
        Ok(())
    }

    /// Everybody connects their account again.
    pub(super) async fn connect_all_again(&self) -> Result {
        for place in 0..self.calendars.len() {
            self.connect_again(place).await?;
        }
        Ok(())
    }

    /// Whether there was a reason to connect the account again.
    async fn connect_again(&self, place: usize) -> Result<bool> {
        {
            let mut world = self.shared.world();
            if world.providers[place].access == Access::Full {
                return Ok(false);
            }
            say!(world, "{place}: connected again");
            world.providers[place].access = Access::Full;
        }
        self.sign_in(place).await?;
        Ok(true)
    }

    /// Whether the hub knows that a calendar may only be read: then nobody can edit there.
    pub(super) async fn is_read_only(&self, place: usize) -> Result<bool> {
        let view = self.hub.calendar(&self.actor, self.calendars[place]).await;
        Ok(view.map_err(fault)?.read_only)
    }

    /// Whether it knows that of any calendar: such a link cannot be made or changed.
    pub(super) async fn knows_read_only(&self) -> Result<bool> {
        for place in 0..self.calendars.len() {
            if self.is_read_only(place).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
