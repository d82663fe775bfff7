//! What must hold once things have come to rest (I1–I7; `docs/sync.md`).

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value;

use crate::{
    apps::{ALL, At},
    process::kalends,
};

use super::{
    items::{Calendar, Item, marks},
    words::{self, WORD},
    world::World,
};

/// Ada's own calendars.
const OWN: [Calendar; 2] = [Calendar::Own(At::Google), Calendar::Own(At::Microsoft)];
/// Differences that are told of each kind.
const TOLD: usize = 5;

/// All that is found wrong.
pub async fn all(world: &World) -> Vec<String> {
    let mut wrong = Vec::new();
    if let Err(trouble) = world.rest().await {
        wrong.push(format!("I7: {trouble}"));
    }
    let mut calendars = Vec::new();
    for at in ALL {
        calendars.push((at, Calendar::Practice(at).items(&world.practice).await));
    }
    converged(&calendars, &mut wrong);
    once(world, &calendars, &mut wrong);
    if let Err(trouble) = conflicts(world).await {
        wrong.push(trouble);
    }
    nothing_lost(world, &calendars, &mut wrong).await;
    masked(world, &calendars[0].1, &mut wrong).await;
    again(world, &mut wrong).await;
    let state = world.practice.state().await;
    let mails = ALL.iter().filter(|at| state[at.name()]["mails"] != 0);
    wrong.extend(mails.map(|at| format!("I6: {at:?} sent mails: {}", state[at.name()])));
    wrong.extend(doctor(world).await);
    wrong
}

/// What an app shows of an item. The texts of the demo's own events are left out: providers may spell them their own way.
fn shown(item: &Item) -> String {
    let Item {
        title,
        place,
        text,
        start,
        ..
    } = item;
    if words::mark(title).is_some() {
        format!("{start} «{title}» «{place}» «{text}»")
    } else {
        format!("{start} «{title}»")
    }
}

/// I1.
fn converged(calendars: &[(At, Vec<Item>)], wrong: &mut Vec<String>) {
    let sorted = |items: &[Item]| {
        let mut shown: Vec<String> = items.iter().map(shown).collect();
        shown.sort();
        shown
    };
    let (first, items) = &calendars[0];
    let expected = sorted(items);
    for (at, items) in &calendars[1..] {
        let found = sorted(items);
        let only = |here: &[String], there: &[String]| -> Vec<String> {
            let mut there = there.to_vec();
            let mut only = here.to_vec();
            only.retain(|one| match there.iter().position(|other| other == one) {
                Some(index) => {
                    there.remove(index);
                    false
                }
                None => true,
            });
            only
        };
        let (more, less) = (only(&found, &expected), only(&expected, &found));
        let told = |list: &[String]| list.iter().take(TOLD).cloned().collect::<Vec<_>>();
        if !more.is_empty() || !less.is_empty() {
            wrong.push(format!(
                "I1: {} only at {at:?}: {:#?}\n    {} only at {first:?}: {:#?}",
                more.len(),
                told(&more),
                less.len(),
                told(&less)
            ));
        }
    }
}

/// I3.
fn once(world: &World, calendars: &[(At, Vec<Item>)], wrong: &mut Vec<String>) {
    let ledger = world.ledger();
    for (at, items) in calendars {
        let mut wholes: BTreeMap<u32, BTreeSet<&str>> = BTreeMap::new();
        for item in items {
            // Graph has what is without a slot in its series as an event of its own: I1 says whether it is there too often.
            let apart = *at == At::Microsoft && item.is_apart(items);
            if let Some(mark) = words::mark(&item.title).filter(|_| !apart) {
                wholes.entry(mark).or_default().insert(&item.whole);
            }
        }
        let twice = wholes
            .iter()
            .filter(|(mark, all)| all.len() > 1 && !ledger.restored.contains(mark));
        wrong
            .extend(twice.map(|(mark, all)| format!("I3: {at:?} has e{mark} {} times", all.len())));
    }
}

/// Keeps the numbers of both sides of conflicts, of which one has lost: later ones push old ones out of the list.
async fn conflicts(world: &World) -> Result<(), String> {
    let conflicts = world.json("api/v1/conflicts?limit=200").await?;
    let mut ledger = world.ledger();
    let page = conflicts["items"].as_array();
    for conflict in page.ok_or("the conflicts are no page")? {
        let units = conflict["units"].as_array();
        for unit in units.into_iter().flatten().filter(|u| u["clash"] == true) {
            for side in [&unit["ours"], &unit["theirs"]] {
                ledger.losers.extend(words::numbers(&side.to_string()));
                ledger.losers.extend(number_of_start(world, side));
            }
        }
    }
    Ok(())
}

fn number_of_start(world: &World, side: &Value) -> Option<u32> {
    let local = side.as_str().or_else(|| side["start"].as_str())?;
    let start: Timestamp = format!("{local}Z").parse().ok()?;
    words::number_of_start(world.epoch, start)
}

/// I2.
async fn nothing_lost(world: &World, calendars: &[(At, Vec<Item>)], wrong: &mut Vec<String>) {
    let mut alive = BTreeSet::new();
    for (at, items) in calendars {
        // Occurrences that all have titles of their own hide that of their series.
        let said = Calendar::Practice(*at).everything(&world.practice).await;
        alive.extend(words::numbers(&said));
        for item in items {
            let mark = words::mark(&item.title);
            alive.extend(
                mark.map(|mark| item.starts(world, mark))
                    .into_iter()
                    .flatten(),
            );
        }
    }
    let back = {
        let mut ledger = world.ledger();
        wrong.extend(ledger.lost(&alive));
        let there = marks(&calendars[0].1);
        let back = ledger.came_back(&there);
        ledger.live_on(&there);
        back
    };
    if back.is_empty() {
        return;
    }
    let doubts = match doubts(world).await {
        Ok(doubts) => doubts,
        Err(why) => {
            wrong.push(format!("I2: what was in doubt cannot be read: {why}"));
            return;
        }
    };
    for death in back {
        let in_doubt = |doubt: &Doubt| {
            doubt.mark == death.mark
                && doubt.calendar == death.by
                && (doubt.from..doubt.to).contains(&death.at)
        };
        if !doubts.iter().any(in_doubt) {
            wrong.push(format!(
                "I2: e{} is there, which {} deleted knowingly",
                death.mark, death.by
            ));
        }
    }
}

/// A time in which the hub could not know whether a provider has what it had sent: who deleted the event then may have
/// seen that or not, and a deletion that did not know of an edit does not win (R8).
struct Doubt {
    mark: u32,
    calendar: &'static str,
    from: Timestamp,
    to: Timestamp,
}

async fn doubts(world: &World) -> Result<Vec<Doubt>, String> {
    let (mut doubts, mut before) = (Vec::new(), String::new());
    loop {
        let page = world
            .json(&format!("api/v1/activity?limit=200{before}"))
            .await?;
        for write in page["items"].as_array().into_iter().flatten() {
            doubts.extend(doubt(world, write));
        }
        match page["next"].as_str() {
            Some(next) => before = format!("&before={next}"),
            None => return Ok(doubts),
        }
    }
}

/// The doubt about a write that was not answered.
fn doubt(world: &World, write: &Value) -> Option<Doubt> {
    if write["outcome"] == "done" {
        return None;
    }
    let at = |(calendar, _): &(String, &'static str)| write["calendar"] == **calendar;
    let (_, calendar) = world.calendars.iter().find(|c| at(c))?;
    let from: Timestamp = write["at"].as_str()?.parse().ok()?;
    let known = write["ms"].as_i64().map(jiff::SignedDuration::from_millis);
    Some(Doubt {
        mark: words::mark(write["title"].as_str()?)?,
        calendar,
        from,
        to: known.map_or(Timestamp::MAX, |known| from + known),
    })
}

/// I5, and I3 for calendars in which nothing tells one event from another.
async fn masked(world: &World, practice: &[Item], wrong: &mut Vec<String>) {
    let starts = |items: &[Item]| {
        let mut starts: Vec<String> = items.iter().map(|item| item.start.clone()).collect();
        starts.sort();
        starts
    };
    let expected = starts(practice);
    for own in OWN {
        wrong.extend(leaks(world, own).await);
        let items = own.items(&world.practice).await;
        let found = starts(&items);
        if found != expected {
            let more: Vec<_> = found.iter().filter(|s| !expected.contains(s)).collect();
            let less: Vec<_> = expected.iter().filter(|s| !found.contains(s)).collect();
            wrong.push(format!(
                "I1: {own:?} is busy {} times, not {}; too much {more:?}, too little {less:?}",
                found.len(),
                expected.len()
            ));
        }
    }
}

/// What a calendar that may know times only knows beyond them.
pub async fn leaks(world: &World, own: Calendar) -> Option<String> {
    let items = own.items(&world.practice).await;
    let named = items.iter().find(|item| item.title != "Busy");
    if let Some(item) = named {
        return Some(format!("I5: {own:?} has {item:?}"));
    }
    let said = own.everything(&world.practice).await;
    let at = said.find(WORD)?;
    let around = said.get(at.saturating_sub(200)..(at + 200).min(said.len()));
    Some(format!("I5: {own:?} knows of {around:?}"))
}

/// The same between two kills.
pub async fn any_leaks(world: &World) -> Vec<String> {
    let mut found = Vec::new();
    for own in OWN {
        found.extend(leaks(world, own).await);
    }
    found
}

/// I4 and I7: reading everything once more, whole, writes nothing.
async fn again(world: &World, wrong: &mut Vec<String>) {
    let before = world.practice.writes().await;
    if let Err(trouble) = world.read_again().await {
        wrong.push(format!("I7: {trouble}"));
    }
    let after = world.practice.writes().await;
    if before != after {
        wrong.push(format!(
            "I7: a full listing at rest wrote: Google, Microsoft, CalDAV {before:?}, then {after:?}"
        ));
    }
}

/// What `kalends doctor` does not like.
async fn doctor(world: &World) -> Option<String> {
    let config = world.practice.data().join("hub.toml");
    let arguments = ["doctor", "--config", config.to_str().unwrap()];
    let mut doctor = kalends(&arguments, &world.practice.stderr());
    let output = doctor.output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    (!output.status.success()).then(|| format!("the doctor: {said}"))
}
