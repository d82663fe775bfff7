//! What a preview says is what is then written, no more and no less: many made-up calendars, links and changes, each told by
//! its seed.

use std::collections::BTreeSet;

use calendar::{
    Address, Event, FreeBusy, Frequency, Override, Person, Privacy, Rule, Text, Unit, When,
};
use kalends_hub::{
    Filter, LinkMember, LinkState, Mask, MaskKind, OnConflict, Role,
    links::{Kept, LinkChange, LinkEdit, Planned, PlannedOperation},
};
use sync::links::filter::{AllDay, Horizon, Words};

use crate::{
    dice::Dice,
    model::Wrote,
    world::{Database, World, event},
};

both! {
    a_preview_lists_exactly_what_is_then_written,
    calendars_that_hold_the_same_events_are_linked_without_a_write,
}

const SEEDS: u64 = 12;
/// How often each link is changed.
const CHANGES: usize = 3;
pub const CALENDARS: usize = 3;

/// An event that people have: single, series, whole days; private, free, with guests.
fn made_up(dice: &mut Dice, n: usize) -> Event {
    let day = 20 + dice.below(9);
    let hour = 8 + dice.below(9);
    let start = format!("2026-11-{day:02}T{hour:02}:00:00");
    let mut event = event(&format!("{n}@x"), &format!("Visit {n}"), &start);
    if dice.one_in(6) {
        event.when = When::all_day(format!("2026-11-{day:02}").parse().unwrap(), 1);
    } else if dice.one_in(3) {
        event.rules.push(Rule {
            count: Some(5),
            ..Rule::every(Frequency::Weekly)
        });
        let second = event
            .when
            .local_start()
            .checked_add(jiff::Span::new().weeks(1));
        let second = second.unwrap();
        if dice.one_in(2) {
            event.overrides.insert(second.into(), Override::Excluded);
        } else {
            let mut single = event.occurrence(second.into()).unwrap();
            single.title = format!("Visit {n}, moved");
            single.when = single
                .when
                .starting_at(start.replace(":00:00", ":30:00").parse().unwrap());
            event.set_occurrence(second.into(), &single);
        }
    }
    event.privacy = match dice.below(6) {
        0 => Privacy::Private,
        1 => Privacy::Secret,
        _ => Privacy::Public,
    };
    if dice.one_in(4) {
        event.busy = FreeBusy::Free;
    }
    if dice.one_in(2) {
        event.text = Text::plain(format!("Notes of {n}"));
    }
    if dice.one_in(4) {
        let guest = Address::new("guest@example.org");
        event.people.insert(guest, Person::default());
    }
    if dice.one_in(4) {
        event.categories.insert("Work".to_owned());
    }
    event
}

/// The same event as another calendar may have it: the same invitation, perhaps changed; the same by its content; or
/// something like it.
fn another(dice: &mut Dice, event: &Event, calendar: usize) -> Event {
    let mut other = event.clone();
    match dice.below(5) {
        0 => {}
        1 => other.text = Text::plain("Noted elsewhere"),
        2 => other.uid = format!("{calendar}-{}", event.uid),
        3 => {
            other.uid = format!("{calendar}-{}", event.uid);
            other.title = format!(" {}  ", event.title);
        }
        _ => other.title = format!("{}, here", event.title),
    }
    other
}

pub fn fill(dice: &mut Dice, world: &World) {
    for n in 0..8 {
        let event = made_up(dice, n);
        let first = dice.below(CALENDARS);
        world.models[first].put(&format!("e{n}"), event.clone());
        for calendar in (0..CALENDARS).filter(|c| *c != first) {
            if dice.one_in(3) {
                let other = another(dice, &event, calendar);
                world.models[calendar].put(&format!("e{n}"), other);
            }
        }
    }
}

fn mask(dice: &mut Dice) -> Mask {
    let mut mask = match dice.below(4) {
        0 => Mask::busy("Away"),
        1 => Mask {
            kind: MaskKind::Fields(BTreeSet::from([Unit::Title, Unit::Categories])),
            ..Mask::everything()
        },
        _ => Mask::everything(),
    };
    mask.show_private = dice.one_in(3);
    mask.private = dice.one_in(4);
    mask
}

fn filter(dice: &mut Dice) -> Filter {
    let mut filter = Filter::default();
    match dice.below(8) {
        0 => filter.busy_only = true,
        1 => filter.all_day = AllDay::Exclude,
        2 => {
            filter.text = Words {
                none_of: vec!["Visit 1".to_owned(), "elsewhere".to_owned()],
                ..Words::default()
            };
        }
        3 => {
            filter.horizon = Horizon {
                back: Some(1),
                ahead: Some(6),
            };
        }
        4 => filter.skip_if_invited = true,
        _ => {}
    }
    filter
}

/// Members of a link, of which one sends and another receives.
fn members(dice: &mut Dice, world: &World) -> Vec<LinkMember> {
    let count = 2 + dice.below(CALENDARS - 1);
    let first = dice.below(CALENDARS);
    let role = |dice: &mut Dice, i: usize| match (i, dice.below(3)) {
        (0 | 2, 0) => Role::Source,
        (1, 0) | (2, 1) => Role::Target,
        _ => Role::Both,
    };
    (0..count)
        .map(|i| LinkMember {
            calendar: world.calendars[(first + i) % CALENDARS],
            role: role(dice, i),
            mask: mask(dice),
            filter: filter(dice),
            away: false,
        })
        .collect()
}

fn policy(dice: &mut Dice) -> OnConflict {
    match dice.below(3) {
        0 => OnConflict::Source,
        1 => OnConflict::Ask,
        _ => OnConflict::Newest,
    }
}

pub fn edit(dice: &mut Dice, world: &World) -> LinkEdit {
    LinkEdit {
        name: "Link".to_owned(),
        pilot: false,
        allow_notify: false,
        on_conflict: policy(dice),
        members: members(dice, world),
    }
}

/// Other calendars, masks or filters; a calendar that is away for a while; a pause.
fn change(dice: &mut Dice, world: &World, now: &[LinkMember]) -> LinkChange {
    let mut change = LinkChange::default();
    match dice.below(5) {
        0 => change.members = Some(members(dice, world)),
        1 => change.state = Some(LinkState::Paused),
        kind => {
            let mut members = now.to_vec();
            let which = dice.below(members.len());
            match kind {
                2 => members[which].mask = mask(dice),
                3 => members[which].filter = filter(dice),
                _ => members[which].away = !members[which].away,
            }
            change.members = Some(members);
            change.state = Some(LinkState::Active);
        }
    }
    change.kept = if dice.one_in(2) {
        Kept::Keep
    } else {
        Kept::Remove
    };
    change
}

/// A row of a preview, or a write: calendar, what, title, when.
pub type Told = (usize, PlannedOperation, String, String);

pub fn told(world: &World, planned: &[Planned]) -> Vec<Told> {
    let place = |p: &Planned| {
        world
            .calendars
            .iter()
            .position(|c| *c == p.calendar)
            .unwrap()
    };
    let mut all: Vec<Told> = planned
        .iter()
        .map(|p| {
            (
                place(p),
                p.operation,
                p.title.clone(),
                format!("{:?}", p.when),
            )
        })
        .collect();
    all.sort();
    all
}

/// What the providers got since this was last asked.
pub fn written(world: &World) -> Vec<Told> {
    let mut all = Vec::new();
    for (calendar, model) in world.models.iter().enumerate() {
        for (wrote, event) in model.wrote() {
            let operation = match wrote {
                Wrote::Create => PlannedOperation::Create,
                Wrote::Update => PlannedOperation::Update,
                Wrote::Delete => PlannedOperation::Delete,
            };
            all.push((
                calendar,
                operation,
                event.title,
                format!("{:?}", event.when),
            ));
        }
    }
    all.sort();
    all
}

async fn a_preview_lists_exactly_what_is_then_written(database: Database) {
    let mut seen = BTreeSet::new();
    for seed in 0..SEEDS {
        let mut dice = Dice::new(seed);
        let world = World::new(&database, CALENDARS).await;
        fill(&mut dice, &world);
        world.settle().await;
        // Half of them flow on along a link that is there already.
        if dice.one_in(2) {
            let before = edit(&mut dice, &world);
            world.hub.create_link(&world.actor, before).await.unwrap();
            world.settle().await;
        }
        written(&world);
        let edit = edit(&mut dice, &world);
        let preview = world
            .hub
            .preview_link(&world.actor, edit.clone())
            .await
            .unwrap();
        let made = world
            .hub
            .create_link(&world.actor, edit.clone())
            .await
            .unwrap();
        world.settle().await;
        let wrote = written(&world);
        assert_eq!(
            told(&world, &preview.planned),
            wrote,
            "seed {seed}: {edit:?}"
        );
        seen.extend(wrote.into_iter().map(|w| w.1));
        let mut link = made.link;
        for step in 0..CHANGES {
            let change = change(&mut dice, &world, &link.members);
            let preview = world
                .hub
                .preview_change(&world.actor, link.id, change.clone());
            let planned = preview.await.unwrap().planned;
            let changed = world.hub.change_link(&world.actor, link.id, change.clone());
            link = changed.await.unwrap().link;
            world.settle().await;
            let wrote = written(&world);
            assert_eq!(
                told(&world, &planned),
                wrote,
                "seed {seed}, change {step}: {change:?}"
            );
            seen.extend(wrote.into_iter().map(|w| w.1));
        }
    }
    assert_eq!(seen.len(), 3, "makes, changes and removes: {seen:?}");
}

async fn calendars_that_hold_the_same_events_are_linked_without_a_write(database: Database) {
    for seed in 0..SEEDS {
        let mut dice = Dice::new(seed);
        let world = World::new(&database, 2).await;
        for n in 0..8 {
            let event = made_up(&mut dice, n);
            let mut other = event.clone();
            if dice.one_in(2) {
                other.uid = format!("other-{n}@y");
            }
            world.models[0].put(&format!("e{n}"), event);
            world.models[1].put(&format!("f{n}"), other);
        }
        world.settle().await;
        let (first, second) = match dice.below(3) {
            0 => (Role::Source, Role::Both),
            1 => (Role::Both, Role::Target),
            _ => (Role::Both, Role::Both),
        };
        let edit = LinkEdit {
            name: "Link".to_owned(),
            pilot: false,
            allow_notify: false,
            on_conflict: policy(&mut dice),
            members: world.members(&[(0, first, mask(&mut dice)), (1, second, mask(&mut dice))]),
        };
        let preview = world
            .hub
            .preview_link(&world.actor, edit.clone())
            .await
            .unwrap();
        assert_eq!(
            (preview.planned, preview.merges),
            (vec![], 8),
            "seed {seed}: {edit:?}"
        );
        world
            .hub
            .create_link(&world.actor, edit.clone())
            .await
            .unwrap();
        assert_eq!(world.settle().await, 0, "seed {seed}: {edit:?}");
    }
}
