//! People at the three providers, who work in their own apps and know nothing of a hub.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use jiff::ToSpan;

use crate::apps::At;

use super::{
    items::{Calendar, Item, marks},
    rng::Rng,
    words::{self, Slot, WORD},
    world::World,
    writes::{self, Deed, New},
};

/// Events below which people make new ones, and from which on they make no more.
const EVENTS: (usize, usize) = (12, 40);
/// Pause between two deeds of one person, in milliseconds.
const PAUSE_MS: (u64, u64) = (60, 400);

/// One person at one provider, until they are told to stop.
pub async fn work(world: &World, at: At, mut rng: Rng, stop: &AtomicBool) {
    while !stop.load(Ordering::SeqCst) {
        act(world, at, &mut rng).await;
        pause(&mut rng).await;
    }
}

/// People are not faster than this.
pub async fn pause(rng: &mut Rng) {
    let (least, most) = PAUSE_MS;
    tokio::time::sleep(Duration::from_millis(least + rng.below(most - least))).await;
}

async fn act(world: &World, at: At, rng: &mut Rng) {
    let mut items = Calendar::Practice(at).items(&world.practice).await;
    items.retain(|item| item.title.starts_with(WORD));
    let there = marks(&items).len();
    if there < EVENTS.0 || (there < EVENTS.1 && rng.chance(20)) {
        create(world, at, rng).await;
    } else if at == At::Caldav && rng.chance(5) {
        restore(world).await;
    } else if let Some(item) = rng.pick(&items) {
        change(world, at, &item, &items, rng).await;
    }
}

async fn create(world: &World, at: At, rng: &mut Rng) {
    let (mark, numbers) = {
        let mut ledger = world.ledger();
        (ledger.number(), [(); 4].map(|()| ledger.number()))
    };
    let [title, place, text, start] = numbers;
    let series = rng.chance(30);
    let new = New {
        mark,
        title: words::title(mark, title),
        place: words::text(place),
        text: words::text(text),
        start: words::start(world.epoch, start),
        series,
    };
    let made = writes::create(&world.practice, at, &new).await;
    assert!(made, "{at:?}: e{mark} was refused");
    let mut ledger = world.ledger();
    for (slot, number) in [
        (Slot::Title, title),
        (Slot::Place, place),
        (Slot::Text, text),
    ] {
        ledger.edited(number, (mark, slot), None, at.name());
    }
    if !series {
        ledger.edited(start, (mark, Slot::Start), None, at.name());
    }
    ledger.deeds += 1;
}

async fn change(world: &World, at: At, item: &Item, items: &[Item], rng: &mut Rng) {
    let Some(mark) = words::mark(&item.title) else {
        return;
    };
    let Some(whole) = writes::read(&world.practice, at, &item.whole).await else {
        return;
    };
    if !whole.is_as_seen(item) {
        return;
    }
    // Whoever writes to it writes to an occurrence, and our slots do not know that.
    if item.is_apart(items) {
        return;
    }
    let family: Vec<&Item> = items
        .iter()
        .filter(|i| words::mark(&i.title) == Some(mark))
        .collect();
    let slot = match (rng.below(10), item.planned) {
        // Phones move a series, and leave occurrences that somebody has edited where they were.
        (1, Some(planned)) if at == At::Caldav && is_first(planned, &family) => Slot::Start,
        (0, _) => return delete(world, at, item, &family, whole).await,
        (1, Some(planned)) if is_last(planned, &family) => {
            return cancel(world, at, item, (mark, planned), whole).await;
        }
        (1..=5, Some(planned)) if !is_last(planned, &family) => Slot::Occurrence(planned),
        (1..=3, None) => Slot::Start,
        (4 | 5, None) | (6 | 7, _) => Slot::Title,
        (8, _) => Slot::Place,
        _ => Slot::Text,
    };
    let number = world.ledger().number();
    let text = match slot {
        Slot::Title | Slot::Occurrence(_) => words::title(mark, number),
        _ => words::text(number),
    };
    let saw = match slot {
        Slot::Start => {
            let start = whole.start(item);
            start.and_then(|start| words::number_of_start(world.epoch, start))
        }
        _ => whole.number(&slot, item),
    };
    let deed = match slot {
        Slot::Start => Deed::Move(words::start(world.epoch, number)),
        _ => Deed::Write(&slot, &text),
    };
    if writes::change(&world.practice, at, item, whole, &deed).await {
        let mut ledger = world.ledger();
        ledger.edited(number, (mark, slot), saw, at.name());
        ledger.deeds += 1;
    }
}

fn is_first(planned: jiff::Timestamp, family: &[&Item]) -> bool {
    family.iter().filter_map(|item| item.planned).min() == Some(planned)
}

/// Whether it is the last of a series: that one is cancelled, and only the others get titles of their own. Were both done
/// to one occurrence at a time, the title could win, and Graph cannot bring back what was cancelled there: it would be an
/// event of its own, which is not compared with occurrences here.
fn is_last(planned: jiff::Timestamp, family: &[&Item]) -> bool {
    let first = family.iter().filter_map(|item| item.planned).min();
    first.is_some_and(|first| planned >= first + (24 * (writes::DAYS - 1)).hours())
}

async fn cancel(
    world: &World,
    at: At,
    item: &Item,
    (mark, planned): (u32, jiff::Timestamp),
    whole: writes::Whole,
) {
    let slot = Slot::Occurrence(planned);
    let saw = whole.number(&slot, item);
    let deed = Deed::Cancel(planned);
    if writes::change(&world.practice, at, item, whole, &deed).await {
        let mut ledger = world.ledger();
        ledger.cancelled(mark, slot, saw);
        ledger.deeds += 1;
    }
}

async fn delete(world: &World, at: At, item: &Item, family: &[&Item], whole: writes::Whole) {
    let mark = words::mark(&item.title).expect("one of ours");
    let mut saw: Vec<u32> = words::numbers(&whole.said).collect();
    for shown in family {
        saw.extend(shown.starts(world, mark));
    }
    // Where there is an object, it says everything.
    if at != At::Caldav {
        let shown = family.iter().flat_map(|i| [&i.title, &i.place, &i.text]);
        saw.extend(shown.flat_map(|said| words::numbers(said)));
    }
    let object = whole.said.clone();
    if writes::change(&world.practice, at, item, whole, &Deed::Delete).await {
        let mut ledger = world.ledger();
        ledger.deleted(mark, saw, at.name());
        ledger.deeds += 1;
        drop(ledger);
        if at == At::Caldav {
            let mut bin = world.bin.lock().unwrap();
            bin.push((item.whole.clone(), object, mark));
        }
    }
}

/// Somebody puts back what was deleted last on the phone, under another title.
async fn restore(world: &World) {
    let Some((path, object, mark)) = world.bin.lock().unwrap().pop() else {
        return;
    };
    let number = world.ledger().number();
    let mut object = super::object::Object::parse(&object);
    object.set("SUMMARY", &words::title(mark, number));
    let url = At::Caldav.event(&world.practice, &path);
    // Known before it is done: the hub may be faster than we are.
    world.ledger().restored.insert(mark);
    if writes::put_new(&world.practice, &url, object.text()).await {
        let mut ledger = world.ledger();
        ledger.edited(number, (mark, Slot::Title), None, At::Caldav.name());
        ledger.deeds += 1;
    }
}
