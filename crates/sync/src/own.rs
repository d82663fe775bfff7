//! What a calendar itself has written into a text, while that waits to be written to its provider and something that came along a
//! link stands in it, too.

use calendar::{Event, Text, Unit};
use serde::{Deserialize, Serialize};

use crate::{
    Cause, Copy,
    law::{Law, holds},
    loose, merge,
};

/// What would wait to be written of a text, had nothing come along a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Own {
    /// The text.
    pub text: Text,
    /// Why it waits.
    pub cause: Cause,
}

impl Copy {
    /// This calendar itself writes the text.
    pub(crate) fn write_text(&mut self, from: &Event, cause: &Cause) {
        if self.own.is_none() && self.came_along(&Unit::Text) {
            // What came along stands in this text, and is not this calendar's.
            let before = self.base.as_ref().map(|base| base.local.text.clone());
            let cause = cause.clone();
            self.own = before.map(|text| Own { text, cause });
        }
        let before = self.local.text.clone();
        self.put(&Unit::Text, from, cause);
        self.wrote(&before);
        if let Some(own) = &mut self.own {
            own.cause = cause.clone();
        }
    }

    /// This calendar itself has changed the text, which was `before`.
    pub(crate) fn wrote(&mut self, before: &Text) {
        if let Some(own) = &mut self.own {
            own.text = merge::texts(before, &own.text, &self.local.text);
        }
    }

    /// Something comes along a link into a text: what this calendar has of its own waits beside it.
    pub(crate) fn note_own(&mut self) {
        if self.own.is_none()
            && !self.came_along(&Unit::Text)
            && let Some(waits) = self.causes.get(&Unit::Text)
        {
            self.own = Some(Own {
                text: self.local.text.clone(),
                cause: waits.clone(),
            });
        }
    }

    /// What was written with it has come to the provider, and stays there.
    pub(crate) fn own_is_written(&mut self) {
        if let (Some(own), Some(base)) = (&mut self.own, &self.base) {
            let mut stays = loose::lines(&own.text);
            stays.append(&mut loose::lines(&base.local.text));
            own.text = loose::only(&self.local.text, &stays);
        }
    }

    /// What came along a link to a unit and waits is not written any more: it has what it had before, or what this very calendar
    /// has written since.
    pub(crate) fn take_back(&mut self, unit: &Unit) {
        let Some(base) = &self.base else { return };
        let own = self.own.take_if(|_| *unit == Unit::Text);
        match own.filter(|_| holds(Law::OwnTextIsKnown)) {
            Some(own) => {
                self.local.text = own.text;
                self.causes.insert(Unit::Text, own.cause);
            }
            None => unit.take(&mut self.local, &base.local),
        }
        self.tidy();
    }

    /// What the provider has of a unit, without the lines of a text that were taken from it here.
    pub(crate) fn untaken(&self, unit: &Unit, there: &Event) -> Option<Event> {
        if *unit != Unit::Text || !holds(Law::AnswersAddNothing) {
            return None;
        }
        let text = merge::without(&there.text, &self.taken)?;
        Some(Event {
            text,
            ..there.clone()
        })
    }
}
