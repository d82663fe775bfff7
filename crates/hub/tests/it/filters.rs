//! Filters: which events a link takes to a calendar, and which a calendar lets out.

use calendar::{Address, Event, FreeBusy, Participation, Person, Text, When};
use kalends_hub::{
    Filter, LinkId, LinkMember, Mask, OnConflict, Role,
    links::{LinkChange, LinkEdit, PlannedOperation},
};
use std::sync::atomic::Ordering;
use sync::{
    CauseKind,
    links::filter::{AllDay, Horizon, Words},
};

use crate::world::{Database, World, event, until};

both! {
    a_filter_decides_what_is_made_and_the_preview_says_so,
    an_edit_makes_an_event_pass_or_stop,
    another_filter_scrubs_and_keeps_what_was_noted,
    an_edit_of_a_mirror_that_is_being_removed_is_kept_and_the_mirror_goes,
    what_a_calendar_does_not_let_out_stays_there,
    what_a_person_made_stays_whatever_filters_say,
    what_a_filter_stops_meets_nobody_when_a_link_is_made,
    each_link_of_a_calendar_has_its_own_filter,
    an_invitation_that_a_filter_stops_does_not_double_its_mirror,
    the_owners_answer_decides,
    nothing_goes_where_its_owner_is_invited,
    a_horizon_moves_with_the_clock,
    the_worker_moves_horizons_every_day,
    a_calendar_that_comes_back_meets_its_filter,
}

const DAY: i64 = 86_400;

fn busy_only() -> Filter {
    Filter {
        busy_only: true,
        ..Filter::default()
    }
}

fn without(word: &str) -> Filter {
    Filter {
        text: Words {
            none_of: vec![word.to_owned()],
            ..Words::default()
        },
        ..Filter::default()
    }
}

fn ahead(days: u32) -> Filter {
    Filter {
        horizon: Horizon {
            back: Some(1),
            ahead: Some(days),
        },
        ..Filter::default()
    }
}

fn members(world: &World, members: &[(usize, Role, &Filter)]) -> Vec<LinkMember> {
    let members = members.iter().map(|(i, role, filter)| LinkMember {
        calendar: world.calendars[*i],
        role: *role,
        mask: Mask::everything(),
        filter: (*filter).clone(),
        away: false,
    });
    members.collect()
}

fn edit(world: &World, of: &[(usize, Role, &Filter)]) -> LinkEdit {
    LinkEdit {
        name: "Link".to_owned(),
        pilot: false,
        allow_notify: false,
        on_conflict: OnConflict::Newest,
        members: members(world, of),
    }
}

fn change(world: &World, of: &[(usize, Role, &Filter)]) -> LinkChange {
    LinkChange {
        members: Some(members(world, of)),
        ..LinkChange::default()
    }
}

async fn link(world: &World, of: &[(usize, Role, &Filter)]) -> LinkId {
    let made = world.hub.create_link(&world.actor, edit(world, of)).await;
    let id = made.unwrap().link.id;
    world.settle().await;
    id
}

/// The first calendar flows into the second, whose filter this is.
async fn one_way(database: &Database, filter: &Filter) -> (World, LinkId) {
    let world = World::new(database, 2).await;
    let open = Filter::default();
    let of = [(0, Role::Source, &open), (1, Role::Target, filter)];
    let id = link(&world, &of).await;
    (world, id)
}

fn visit(id: &str, title: &str) -> Event {
    event(&format!("{id}@x"), title, "2026-11-24T09:00:00")
}

/// Writes to the first provider: none, where it is a source.
fn writes_to_first(world: &World) -> usize {
    world.models[0].writes.load(Ordering::Relaxed)
}

/// People know the account of a provider by this address.
pub async fn name(world: &World, model: usize, address: &str) {
    let id = world.view(model).await.connection.unwrap();
    let mut tx = world.store.write().await.unwrap();
    let mut row = storage::connections::get(&mut tx, id)
        .await
        .unwrap()
        .unwrap();
    address.clone_into(&mut row.account);
    storage::connections::update(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
}

fn invite(event: &mut Event, address: &str, participation: Participation) {
    let person = Person {
        participation,
        ..Person::default()
    };
    event.people.insert(Address::new(address), person);
}

async fn a_filter_decides_what_is_made_and_the_preview_says_so(database: Database) {
    let world = World::new(&database, 2).await;
    world.models[0].put("a", visit("a", "Visit"));
    let day = When::all_day("2026-11-24".parse().unwrap(), 1);
    let fair = Event {
        title: "Fair".into(),
        ..Event::new("b@x", day)
    };
    world.models[0].put("b", fair);
    world.settle().await;
    let (open, hours) = (
        Filter::default(),
        Filter {
            all_day: AllDay::Exclude,
            ..Filter::default()
        },
    );
    let of = [(0, Role::Source, &open), (1, Role::Target, &hours)];
    let preview = world
        .hub
        .preview_link(&world.actor, edit(&world, &of))
        .await
        .unwrap();
    let made: Vec<_> = preview.planned.iter().map(|p| p.title.as_str()).collect();
    assert_eq!(made, ["Visit"]);
    link(&world, &of).await;
    assert_eq!(world.titles(1), ["Visit"]);
    assert_eq!(world.titles(0), ["Fair", "Visit"]);
    let bad = Filter {
        horizon: Horizon {
            back: None,
            ahead: Some(40_000),
        },
        ..Filter::default()
    };
    let of = [(0, Role::Source, &open), (1, Role::Target, &bad)];
    let refused = world.hub.create_link(&world.actor, edit(&world, &of)).await;
    let refused = refused.unwrap_err().to_string();
    assert!(
        refused.starts_with("members[1].filter.horizon.ahead: "),
        "{refused}"
    );
}

async fn an_edit_makes_an_event_pass_or_stop(database: Database) {
    let (world, _) = one_way(&database, &busy_only()).await;
    let mut free = visit("a", "Visit");
    free.busy = FreeBusy::Free;
    world.models[0].put("a", free);
    assert_eq!(world.settle().await, 0);
    world.models[0].edit("a", |e| e.busy = FreeBusy::Busy);
    assert_eq!(world.settle().await, 1);
    assert_eq!(world.titles(1), ["Visit"]);
    world.models[0].edit("a", |e| {
        e.busy = FreeBusy::Free;
        e.title = "Visit XYZZY".into();
    });
    let first = world.calendars[0];
    world.hub.pull(&world.store, first).await.unwrap();
    let mut tx = world.store.read().await.unwrap();
    let rows = storage::copies::page(&mut tx, world.calendars[1], None, 10, true);
    let [gone] = &rows.await.unwrap()[..] else {
        panic!("one mirror")
    };
    let cause = gone.copy.life_cause.clone().unwrap();
    assert_eq!(
        (cause.kind, gone.copy.local.title.as_str()),
        (CauseKind::Config, "Visit")
    );
    drop(tx);
    assert_eq!(world.settle().await, 1);
    assert!(world.titles(1).is_empty());
    world.models[0].edit("a", |e| e.title = "Later".into());
    assert_eq!(world.settle().await, 0);
    world.models[0].edit("a", |e| e.busy = FreeBusy::Busy);
    assert_eq!(world.settle().await, 1);
    assert_eq!(world.titles(1), ["Later"]);
    world.models[0].edit("a", |e| e.title = "Latest".into());
    assert_eq!(world.settle().await, 1);
    assert_eq!(world.titles(1), ["Latest"]);
    world.models[0].remove("a");
    assert_eq!(world.settle().await, 1);
    assert!(world.titles(1).is_empty());
    assert_eq!(writes_to_first(&world), 0);
}

async fn another_filter_scrubs_and_keeps_what_was_noted(database: Database) {
    let open = Filter::default();
    let (world, id) = one_way(&database, &open).await;
    world.models[0].put("a", visit("a", "Therapy"));
    world.models[0].put("b", visit("b", "Lunch"));
    world.settle().await;
    let mirror = world.id_of(1, "Therapy");
    world.models[1].edit(&mirror, |e| e.text = Text::plain("Bring shoes"));
    world.settle().await;
    let quiet = without("therapy");
    let narrow = change(
        &world,
        &[(0, Role::Source, &open), (1, Role::Target, &quiet)],
    );
    let preview = world
        .hub
        .preview_change(&world.actor, id, narrow.clone())
        .await
        .unwrap();
    let [planned] = &preview.planned[..] else {
        panic!("one change: {preview:?}")
    };
    assert_eq!(planned.operation, PlannedOperation::Delete);
    assert_eq!(world.change(id, narrow).await, 1);
    assert_eq!(world.settle().await, 1);
    assert_eq!(world.titles(1), ["Lunch"]);
    assert_eq!(world.titles(0), ["Lunch", "Therapy"]);
    assert_eq!(world.hub.links(&world.actor).await.unwrap()[0].waiting, 0);
    let kept = world.conflicts().await;
    let [lost] = &kept[..] else {
        panic!("one note: {kept:?}")
    };
    assert_eq!(lost.conflict.local.text, Text::plain("Bring shoes"));
    assert_eq!(lost.conflict.remote_won, Some(true));
    let wide = change(
        &world,
        &[(0, Role::Source, &open), (1, Role::Target, &open)],
    );
    world.change(id, wide).await;
    assert_eq!(world.settle().await, 1);
    assert_eq!(world.titles(1), ["Lunch", "Therapy"]);
    assert_eq!(writes_to_first(&world), 0);
}

async fn an_edit_of_a_mirror_that_is_being_removed_is_kept_and_the_mirror_goes(database: Database) {
    for role in [Role::Target, Role::Both] {
        let world = World::new(&database, 2).await;
        let open = Filter::default();
        let id = link(&world, &[(0, Role::Both, &open), (1, role, &open)]).await;
        world.models[0].put("a", visit("a", "Therapy"));
        world.settle().await;
        let mirror = world.id_of(1, "Therapy");
        let quiet = without("therapy");
        let narrow = change(&world, &[(0, Role::Both, &open), (1, role, &quiet)]);
        world.change(id, narrow).await;
        world.models[1].edit(&mirror, |e| e.title = "Therapy, floor 2".into());
        world.settle().await;
        assert!(world.titles(1).is_empty(), "{role:?}");
        assert_eq!(world.titles(0), ["Therapy"]);
        let kept = world.conflicts().await;
        assert_eq!(kept[0].conflict.local.title, "Therapy, floor 2");
        // What was kept is not said once more when it comes back.
        let wide = change(&world, &[(0, Role::Both, &open), (1, role, &open)]);
        world.change(id, wide).await;
        world.settle().await;
        assert_eq!(world.titles(1), ["Therapy"]);
    }
}

async fn what_a_calendar_does_not_let_out_stays_there(database: Database) {
    let world = World::new(&database, 3).await;
    let (open, quiet) = (Filter::default(), without("private"));
    let of = [
        (0, Role::Both, &quiet),
        (1, Role::Both, &open),
        (2, Role::Target, &open),
    ];
    let id = link(&world, &of).await;
    world.models[0].put("a", visit("a", "Private"));
    world.models[1].put("b", visit("b", "Private, too"));
    world.settle().await;
    assert_eq!(world.titles(0), ["Private"]);
    for model in 1..3 {
        assert_eq!(world.titles(model), ["Private, too"]);
    }
    world.models[0].edit("a", |e| e.title = "Lunch".into());
    assert_eq!(world.settle().await, 2);
    assert_eq!(world.titles(2), ["Lunch", "Private, too"]);
    world.models[0].edit("a", |e| e.title = "Private lunch".into());
    assert_eq!(world.settle().await, 2);
    assert_eq!(world.titles(2), ["Private, too"]);
    world.models[0].edit("a", |e| e.title = "Private dinner".into());
    assert_eq!(world.settle().await, 0);
    let of = [
        (0, Role::Both, &open),
        (1, Role::Both, &open),
        (2, Role::Target, &open),
    ];
    world.change(id, change(&world, &of)).await;
    world.settle().await;
    for model in 0..3 {
        assert_eq!(world.titles(model), ["Private dinner", "Private, too"]);
    }
    world.models[0].remove("a");
    world.settle().await;
    for model in 0..3 {
        assert_eq!(world.titles(model), ["Private, too"]);
    }
}

async fn what_a_person_made_stays_whatever_filters_say(database: Database) {
    let world = World::new(&database, 3).await;
    let (open, quiet) = (Filter::default(), without("private"));
    let of = [
        (0, Role::Both, &open),
        (1, Role::Both, &quiet),
        (2, Role::Target, &open),
    ];
    let id = link(&world, &of).await;
    // Two have the same invitation.
    world.models[0].put("a", visit("a", "Board"));
    world.models[1].put("a", visit("a", "Board"));
    world.settle().await;
    assert_eq!(world.titles(2), ["Board"]);
    world.models[1].edit("a", |e| e.title = "Board (private)".into());
    world.settle().await;
    assert_eq!(world.titles(0), ["Board"]);
    world.models[0].edit("a", |e| e.title = "Board, noon".into());
    world.settle().await;
    assert_eq!(world.titles(1), ["Board (private)"]);
    assert_eq!(world.titles(2), ["Board, noon"]);
    world.models[0].remove("a");
    world.settle().await;
    assert_eq!(world.titles(1), ["Board (private)"]);
    assert!(world.titles(2).is_empty());
    let of = [
        (0, Role::Both, &open),
        (1, Role::Both, &open),
        (2, Role::Target, &open),
    ];
    world.change(id, change(&world, &of)).await;
    world.settle().await;
    assert_eq!(world.titles(2), ["Board (private)"]);
    let writes = world.models[1].writes.load(Ordering::Relaxed);
    assert_eq!(writes, 0);
}

async fn what_a_filter_stops_meets_nobody_when_a_link_is_made(database: Database) {
    let world = World::new(&database, 3).await;
    world.models[0].put("a", visit("a", "Board"));
    world.models[1].put("a", visit("a", "Board (private)"));
    world.settle().await;
    let (open, quiet) = (Filter::default(), without("private"));
    let of = [
        (0, Role::Both, &open),
        (1, Role::Both, &quiet),
        (2, Role::Target, &open),
    ];
    link(&world, &of).await;
    assert_eq!(world.titles(0), ["Board"]);
    assert_eq!(world.titles(1), ["Board (private)"]);
    assert_eq!(world.titles(2), ["Board"]);
    assert!(world.conflicts().await.is_empty());
}

async fn each_link_of_a_calendar_has_its_own_filter(database: Database) {
    let world = World::new(&database, 3).await;
    let (open, busy) = (Filter::default(), busy_only());
    link(
        &world,
        &[(0, Role::Source, &open), (1, Role::Target, &open)],
    )
    .await;
    link(
        &world,
        &[(0, Role::Source, &busy), (2, Role::Target, &open)],
    )
    .await;
    let mut free = visit("a", "Visit");
    free.busy = FreeBusy::Free;
    world.models[0].put("a", free);
    world.settle().await;
    assert_eq!((world.titles(1).len(), world.titles(2).len()), (1, 0));
    world.models[0].edit("a", |e| e.busy = FreeBusy::Busy);
    world.settle().await;
    assert_eq!((world.titles(1).len(), world.titles(2).len()), (1, 1));
}

async fn an_invitation_that_a_filter_stops_does_not_double_its_mirror(database: Database) {
    let world = World::new(&database, 2).await;
    let (open, busy) = (Filter::default(), busy_only());
    link(&world, &[(0, Role::Both, &open), (1, Role::Both, &busy)]).await;
    world.models[0].put("a", visit("a", "Board"));
    world.settle().await;
    assert_eq!(world.titles(1), ["Board"]);
    let mut own = visit("a", "Board?");
    own.busy = FreeBusy::Free;
    world.models[1].put("own", own);
    world.settle().await;
    assert_eq!(world.titles(1), ["Board?"]);
    world.models[0].edit("a", |e| e.title = "Board, noon".into());
    world.settle().await;
    assert_eq!(world.titles(1), ["Board?"]);
    world.models[1].edit("own", |e| e.busy = FreeBusy::Busy);
    world.settle().await;
    assert_eq!(world.titles(1), ["Board, noon"]);
    assert_eq!(world.titles(0), ["Board, noon"]);
}

async fn the_owners_answer_decides(database: Database) {
    let accepted = Filter {
        answers: vec![Participation::Accepted],
        ..Filter::default()
    };
    let (world, _) = one_way(&database, &accepted).await;
    name(&world, 0, "Ada@example.com").await;
    world.models[0].put("a", visit("a", "Own"));
    let mut invitation = visit("b", "Board");
    invite(
        &mut invitation,
        "ada@example.com",
        Participation::NeedsAction,
    );
    invite(&mut invitation, "eve@example.com", Participation::Accepted);
    world.models[0].put("b", invitation);
    world.settle().await;
    assert_eq!(world.titles(1), ["Own"]);
    let answer = |answer| {
        world.models[0].edit("b", |e| invite(e, "ada@example.com", answer));
    };
    answer(Participation::Accepted);
    assert_eq!(world.settle().await, 1);
    assert_eq!(world.titles(1), ["Board", "Own"]);
    assert!(
        world.models[1]
            .living()
            .iter()
            .all(|(_, e)| e.people.is_empty())
    );
    answer(Participation::Declined);
    assert_eq!(world.settle().await, 1);
    assert_eq!(world.titles(1), ["Own"]);
}

async fn nothing_goes_where_its_owner_is_invited(database: Database) {
    let skip = Filter {
        skip_if_invited: true,
        ..Filter::default()
    };
    let (world, id) = one_way(&database, &skip).await;
    name(&world, 1, "bob@example.com").await;
    let mut invitation = visit("a", "Board");
    invite(
        &mut invitation,
        "bob@example.com",
        Participation::NeedsAction,
    );
    world.models[0].put("a", invitation);
    world.models[0].put("b", visit("b", "Lunch"));
    world.settle().await;
    assert_eq!(world.titles(1), ["Lunch"]);
    world.models[0].edit("b", |e| {
        invite(e, "bob@example.com", Participation::Declined);
    });
    assert_eq!(world.settle().await, 1);
    assert!(world.titles(1).is_empty());
    let open = Filter::default();
    let wide = change(
        &world,
        &[(0, Role::Source, &open), (1, Role::Target, &open)],
    );
    world.change(id, wide).await;
    world.settle().await;
    assert_eq!(world.titles(1), ["Board", "Lunch"]);
}

async fn a_horizon_moves_with_the_clock(database: Database) {
    // 18 November, and the event on 24 November.
    let world = World::new(&database, 3).await;
    let (open, near) = (Filter::default(), ahead(3));
    let of = [
        (0, Role::Both, &open),
        (1, Role::Target, &near),
        (2, Role::Both, &near),
    ];
    link(&world, &of).await;
    world.models[0].put("a", visit("a", "Theirs"));
    world.models[2].put("c", visit("c", "Own"));
    world.settle().await;
    let shown = || (0..3).map(|model| world.titles(model)).collect::<Vec<_>>();
    let far = [vec!["Theirs"], vec![], vec!["Own"]];
    assert_eq!(shown(), far);
    assert_eq!(world.hub.move_horizons(&world.store).await.unwrap(), 0);
    assert_eq!(world.settle().await, 0);
    world.clock.advance(3 * DAY);
    assert_eq!(world.hub.move_horizons(&world.store).await.unwrap(), 2);
    world.settle().await;
    let both = vec!["Own", "Theirs"];
    assert_eq!(shown(), [both.clone(), both.clone(), both]);
    assert_eq!(world.hub.move_horizons(&world.store).await.unwrap(), 0);
    world.clock.advance(6 * DAY);
    assert!(world.hub.move_horizons(&world.store).await.unwrap() > 0);
    world.settle().await;
    assert_eq!(shown(), far);
}

async fn the_worker_moves_horizons_every_day(database: Database) {
    let (world, _) = one_way(&database, &ahead(3)).await;
    world.models[0].put("a", visit("a", "Visit"));
    world.settle().await;
    assert!(world.titles(1).is_empty());
    let stop = world.start();
    let first = async || {
        let mut tx = world.store.read().await.unwrap();
        let due = storage::jobs::next_due(&mut tx, &["horizon"])
            .await
            .unwrap();
        // Longer than any lease: it is done, and asked for again.
        due.is_some_and(|due| due > world.clock.peek() + jiff::SignedDuration::from_hours(12))
    };
    until("the worker looks once", first).await;
    assert!(world.titles(1).is_empty());
    world.clock.advance(4 * DAY);
    until("the event has come near", async || {
        world.titles(1) == ["Visit"]
    })
    .await;
    stop.send(true).unwrap();
}

async fn a_calendar_that_comes_back_meets_its_filter(database: Database) {
    let (world, id) = one_way(&database, &busy_only()).await;
    world.models[0].put("a", visit("a", "Visit"));
    world.settle().await;
    let away = |away| {
        let (open, busy) = (Filter::default(), busy_only());
        let mut of = members(
            &world,
            &[(0, Role::Source, &open), (1, Role::Target, &busy)],
        );
        of[1].away = away;
        LinkChange {
            members: Some(of),
            ..LinkChange::default()
        }
    };
    world.change(id, away(true)).await;
    world.models[0].edit("a", |e| e.busy = FreeBusy::Free);
    assert_eq!(world.settle().await, 0);
    assert_eq!(world.titles(1), ["Visit"]);
    world.change(id, away(false)).await;
    world.settle().await;
    assert!(world.titles(1).is_empty());
    world.models[0].edit("a", |e| e.busy = FreeBusy::Busy);
    world.settle().await;
    assert_eq!(world.titles(1), ["Visit"]);
}
