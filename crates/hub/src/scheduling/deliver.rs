//! A message changes the copy of whoever gets it, and is put into their inbox (RFC 6638 4).

use identity::Actor;
use protocols::{
    icalendar::{component::Component, write},
    itip::{self, Message, Method, Received},
};
use storage::{Tx, users::User};

use super::{
    Tag, Tell, address,
    own::{Own, component_of},
    person,
};
use crate::{Hub, Result, object::Content};

/// It has arrived (RFC 6638 3.2.9).
const DELIVERED: &str = "1.2";
/// There is another meeting of this UID.
const REFUSED: &str = "5.3";

/// What somebody has of the UID of a message.
enum Found {
    /// The copy that it is about.
    Own(Box<Own>),
    /// Nothing.
    Nothing,
    /// Another meeting.
    Other,
}

impl Hub {
    /// Delivers a message; what became of it, as a status code. `None` where there is nothing to deliver.
    pub(super) async fn deliver(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        message: &Message,
        tell: Tell,
    ) -> Result<Option<&'static str>> {
        if tell == Tell::Nobody {
            return Ok(None);
        }
        let Some(user) = person(tx, &message.to).await? else {
            if tell != Tell::All {
                return Ok(None);
            }
            let sender = person(tx, &message.from).await?;
            return self.send_outside(tx, sender.as_ref(), message).await;
        };
        let own = match self.copy_for(tx, &user, message).await? {
            Found::Own(own) => Some(*own),
            Found::Nothing => None,
            Found::Other => return Ok(Some(REFUSED)),
        };
        let tree = own.as_ref().map(|own| own.tree.clone());
        let received = itip::receive(tree.as_ref(), &message.calendar, &message.to, false);
        match received {
            Received::Nothing => return Ok(Some(DELIVERED)),
            Received::News => {}
            Received::Copy(now) => {
                let is_reply = message.method == Method::Reply;
                match own {
                    Some(own) => {
                        let tag = if is_reply { Tag::Same } else { Tag::New };
                        self.rewrite(tx, actor, own, &now, tag).await?;
                    }
                    None => {
                        if !self.first_copy(tx, actor, user.id, &now).await? {
                            return Ok(Some(REFUSED));
                        }
                    }
                }
                if is_reply {
                    self.show_answer(tx, actor, &now, message).await?;
                }
            }
        }
        self.post(tx, actor, &user, message).await?;
        Ok(Some(DELIVERED))
    }

    /// The copy that a message is about.
    async fn copy_for(&self, tx: &mut Tx, user: &User, message: &Message) -> Result<Found> {
        let uid = itip::uid(&message.calendar).unwrap_or_default();
        let organizer = itip::organizer(&message.calendar).map(|p| p.0);
        let mut all = self.own_copies(tx, user.id, &uid).await?;
        if all.is_empty() {
            return Ok(Found::Nothing);
        }
        let same = |own: &Own| itip::organizer(&own.tree).map(|p| p.0) == organizer;
        let at = all.iter().position(same);
        Ok(at.map_or(Found::Other, |at| Found::Own(Box::new(all.swap_remove(at)))))
    }

    /// Shows the other attendees of this hub what somebody has answered. They are not told: they see it.
    async fn show_answer(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        tree: &Component<'static>,
        reply: &Message,
    ) -> Result<()> {
        let now = self.clock().now();
        for other in itip::attendees(tree) {
            if other == reply.from || other == reply.to {
                continue;
            }
            let Some(user) = person(tx, &other).await? else {
                continue;
            };
            let Some(message) = itip::refresh(tree, &address(&user), now) else {
                continue;
            };
            let Found::Own(own) = self.copy_for(tx, &user, &message).await? else {
                continue;
            };
            let shown = itip::receive(Some(&own.tree), &message.calendar, &other, true);
            if let Received::Copy(shown) = shown {
                self.rewrite(tx, actor, *own, &shown, Tag::Same).await?;
            }
        }
        Ok(())
    }

    /// Puts a message into somebody's inbox.
    async fn post(&self, tx: &mut Tx, actor: &Actor, user: &User, message: &Message) -> Result<()> {
        let inbox = self.inbox_in(tx, user.id).await?;
        let content = Content {
            name: format!("{}.ics", self.ids().uuid()),
            uid: itip::uid(&message.calendar).unwrap_or_default(),
            text: write::write(&message.calendar),
        };
        let component = component_of(&message.calendar);
        self.add_object(tx, actor, inbox, (component, content))
            .await?;
        Ok(())
    }
}
