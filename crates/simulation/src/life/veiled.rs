//! I5: what a mask hides, or what is hidden because it is private, reaches no calendar that may not see it.

use calendar::{Event, Override, Privacy, Unit};
use sync::{Copy, Linked, Mask, Member, Remote};

use crate::{
    model::{index_of, place_of},
    provider::Write,
    slots::{Slot, is_veiled, numbers},
    world::{World, is_private},
};

impl World {
    /// Mirrors hold nothing that their mask hides.
    pub(super) fn check_masks(&self) -> Result<(), String> {
        for (index, row) in self.hub.rows.iter().enumerate() {
            let place = place_of(row.copy.calendar);
            let Remote::Live { id, .. } = &row.copy.remote else {
                continue;
            };
            let Some(there) = self.providers[place].objects.get(id) else {
                continue;
            };
            if row.projected
                && let Some((slot, number)) = self.hidden_in(index, &there.body, None)
            {
                return Err(format!("I5: {slot:?} {number} is still at {place}"));
            }
        }
        Ok(())
    }

    /// L6: what a person made is not made a block because the event turned private elsewhere.
    pub(crate) fn note_scrub(&mut self, row: usize, write: &Write) {
        let Write::Update { previous, body, .. } = write else {
            return;
        };
        let titled = |event: &Event| Slot::Title.read(event).is_some();
        let copy = self.hub.rows[row].copy.id;
        let mut members = self.hub.members.iter().filter(|m| m.copy == copy);
        // What the link itself has no title of any more is a block to everybody.
        let linked = |m: &Member| &self.hub.linked[index_of(m.linked.0)].value;
        if self.odd.veils
            && !self.hub.rows[row].projected
            && members.any(|m| titled(linked(m)))
            && titled(previous)
            && !titled(body)
        {
            let taken = format!("L6: copy {row}, which a person made, becomes a block");
            self.leak.get_or_insert(taken);
        }
    }

    /// What of a body for the copy `row` comes from elsewhere and is hidden from its place, and was not in what was there
    /// `before`.
    pub(crate) fn hidden_in(
        &self,
        row: usize,
        body: &Event,
        before: Option<&Event>,
    ) -> Option<(Slot, u32)> {
        let place = self.hub.place(row);
        numbers(body).find(|(slot, number)| {
            (self.covered(place, *slot) || self.is_private_to(row, *slot, *number))
                && self
                    .ledger
                    .author(*number)
                    .is_some_and(|from| from != place)
                && !self.ledger.rewritten.contains(&(place, *number))
                && !self.hub.merged.contains(&(place, *number))
                && !self.may_show(place, *slot, *number)
                && before.is_none_or(|before| slot.read(before) != Some(*number))
        })
    }

    /// Whether another installation may have shown it here: it knows of an event that is not private and says the same, which a
    /// person has copied or moved before the other one turned private.
    fn may_show(&self, place: usize, slot: Slot, number: u32) -> bool {
        let elsewhere = self.providers.iter().enumerate();
        let elsewhere =
            elsewhere.filter(|(at, _)| *at != place && self.hub.places[*at].role.sends());
        self.other.is_some()
            && elsewhere
                .filter(|(at, _)| !self.covered(*at, slot) && !self.covered(place, slot))
                .flat_map(|(_, provider)| provider.objects.values())
                .any(|object| {
                    let open = object.live && !is_private(&object.body, slot);
                    open && slot.read(&object.body) == Some(number)
                })
    }

    /// Whether anything of a linked event is private, for one of those who have it.
    pub(super) fn has_private(&self, linked: usize) -> bool {
        let id = self.hub.linked[linked].id;
        let members = self.hub.members.iter().filter(|m| m.linked == id);
        let copies = members.map(|m| &self.hub.rows[index_of(m.copy.0)].copy.local);
        let mut all = copies.chain([&self.hub.linked[linked].value]);
        all.any(|event| {
            let single = |entry: &Override| {
                matches!(entry, Override::Patch(patch) if patch.privacy.is_some())
            };
            event.privacy != Privacy::Public || event.overrides.values().any(single)
        })
    }

    /// Whether the hub knows that something of a copy's event is private, and the copy is not where the event was made.
    fn is_private_to(&self, row: usize, slot: Slot, number: u32) -> bool {
        let copy = self.hub.rows[row].copy.id;
        let mut members = self.hub.members.iter().filter(|m| m.copy == copy);
        self.odd.veils
            && is_veiled(slot)
            && members.any(|member| {
                let linked = &self.hub.linked[index_of(member.linked.0)];
                let origin = &self.hub.rows[index_of(linked.origin.0)];
                let away = self.hub.places[place_of(origin.copy.calendar)].away;
                let speaks = origin.copy.alive && !origin.projected && !away;
                let has = slot.read(&origin.copy.local) == Some(number);
                // What others have made a copy of themselves is theirs, too.
                let shared = self.hub.members.iter().any(|m| {
                    let there = &self.hub.rows[index_of(m.copy.0)];
                    m.linked == linked.id
                        && m.copy != linked.origin
                        && there.copy.alive
                        && !there.projected
                });
                linked.origin != copy
                    && (is_private(&linked.value, slot)
                        || (speaks && has && !shared && is_private(&origin.copy.local, slot)))
            })
    }
}

/// The mask through which a member sees its linked event: what is private is not hidden from where it was made.
pub(super) fn sight(linked: &Linked, member: &Member) -> Mask {
    let own = linked.origin == member.copy;
    Mask {
        show_private: own || member.mask.show_private,
        ..member.mask.clone()
    }
}

/// Whether a unit of a copy may stay with it: the mask hides it. An event's own calendar hides by privacy only what it cannot
/// tell the others to hide; a source is not told that others show it.
pub(super) fn stays(linked: &Linked, member: &Member, copy: &Copy, unit: &Unit) -> bool {
    let known = linked.value.privacy;
    let hides_privacy = member.mask.covers(&Unit::Privacy, Privacy::Public);
    let own = copy.local.privacy;
    let privacy = match (linked.origin == member.copy, hides_privacy) {
        (true, true) => own,
        (true, false) => Privacy::Public,
        (false, hides) if hides || !member.role.receives() => known.max(own),
        (false, _) => known,
    };
    member.mask.covers(unit, privacy)
}
