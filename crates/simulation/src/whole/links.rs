//! What people do with the link: they make it, give its calendars other masks, and have them leave it and come back.

use hub::{
    LinkMember, OnConflict,
    links::{LinkChange, LinkEdit},
};
use sync::Policy;

use super::{Result, Whole, fault};
use crate::world::say;

impl Whole {
    pub(super) async fn make_link(&mut self) -> Result {
        if self.link.is_some() || self.knows_read_only().await? {
            return Ok(());
        }
        let on_conflict = {
            let mut world = self.shared.world();
            say!(world, "link made");
            // What is deleted here but not yet there is not linked; if it comes back, it comes as another event.
            let world = &mut *world;
            let marks = world.ledger.deletes.iter().filter_map(|d| d.mark.clone());
            world.ledger.restored.extend(marks);
            world.hub.linking = true;
            match world.hub.policy {
                Policy::Ask => OnConflict::Ask,
                _ => OnConflict::Newest,
            }
        };
        let edit = LinkEdit {
            name: "Link".to_owned(),
            pilot: false,
            allow_notify: false,
            on_conflict,
            members: self.members(),
        };
        let made = self
            .hub
            .create_link(&self.actor, edit)
            .await
            .map_err(fault)?;
        self.link = Some(made.link.id);
        self.note_met().await
    }

    fn members(&self) -> Vec<LinkMember> {
        let world = self.shared.world();
        let places = world.hub.places.iter().zip(&self.calendars);
        places
            .map(|(place, calendar)| LinkMember {
                calendar: *calendar,
                role: place.role,
                mask: place.mask.clone(),
                away: place.away,
                filter: sync::Filter::default(),
            })
            .collect()
    }

    /// Brings the link in step with what the places are now.
    async fn change_link(&mut self) -> Result {
        let Some(link) = self.link else { return Ok(()) };
        let change = LinkChange {
            members: Some(self.members()),
            ..LinkChange::default()
        };
        let changed = self.hub.change_link(&self.actor, link, change).await;
        changed.map_err(fault)?;
        self.note_met().await
    }

    pub(super) async fn switch_mask(&mut self, place: usize) -> Result {
        if self.knows_read_only().await? {
            return Ok(());
        }
        self.shared.world().switch_mask_of(place);
        self.change_link().await
    }

    pub(super) async fn leave_or_come_back(&mut self, place: usize) -> Result {
        if self.knows_read_only().await? {
            return Ok(());
        }
        {
            let mut world = self.shared.world();
            let away = !world.hub.places[place].away;
            say!(world, "{place}: away={away}");
            world.hub.places[place].away = away;
            world.parted = true;
        }
        self.change_link().await
    }

    pub(super) async fn reunite(&mut self) -> Result {
        for place in 0..self.calendars.len() {
            if self.shared.world().hub.places[place].away {
                self.leave_or_come_back(place).await?;
            }
        }
        Ok(())
    }
}
