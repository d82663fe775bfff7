//! Who watches a list, settings or rules is told when these are not as they were, and of nothing else.

use std::time::Duration;

use faces::{Watched, Watchers};
use hub::{Access, calendars::CalendarEdit};
use kalends_delivery::Notifier;

use crate::house::House;

/// How long nothing may come until we believe it.
const SILENCE: Duration = Duration::from_millis(300);

/// The house, with somebody who watches and has had the first message.
async fn watching(watched: Watched) -> (House, Notifier) {
    let mut house = House::new().await;
    let notifier = house.notifier();
    let order = faces::Watcher {
        watched,
        ..house.order()
    };
    notifier.open(order).await.unwrap();
    assert_eq!(house.heard().await.0, "sync");
    tokio::spawn(house.notifier().run());
    (house, notifier)
}

fn named(name: &str) -> CalendarEdit {
    CalendarEdit {
        name: Some(name.to_owned()),
        ..CalendarEdit::default()
    }
}

fn in_zone(zone: &str) -> CalendarEdit {
    CalendarEdit {
        time_zone: Some(zone.to_owned()),
        ..CalendarEdit::default()
    }
}

#[tokio::test]
async fn a_list_is_news_when_it_changes_for_the_one_who_watches() {
    let (mut house, _notifier) = watching(Watched::Calendars).await;
    house.edit(named("Surgery")).await;
    assert_eq!(house.heard().await, ("exists".to_owned(), "2".to_owned()));
    house.add_calendar("Home", None).await;
    assert_eq!(house.heard().await.1, "3");

    // Events, the same name again, and what others have, are none of it.
    house.change("x").await;
    house.edit(named("Surgery")).await;
    let another = house.another().await;
    house.add_calendar("Theirs", Some(&another)).await;
    house.open_to_another(Access::Read).await;
    assert!(house.is_silent(SILENCE).await);

    house.add_calendar("Garden", None).await;
    assert_eq!(house.heard().await.1, "4");
}

#[tokio::test]
async fn what_was_shared_comes_onto_the_list_and_goes_from_it() {
    let mut house = House::new().await;
    let notifier = house.notifier();
    let order = faces::Watcher {
        watched: Watched::Calendars,
        ..house.order_of_another().await
    };
    notifier.open(order).await.unwrap();
    house.heard().await;
    tokio::spawn(house.notifier().run());
    for (number, level) in [(2, Access::FreeBusy), (3, Access::Read), (4, Access::None)] {
        house.open_to_another(level).await;
        assert_eq!(house.heard().await.1, number.to_string(), "{level:?}");
    }
    house.edit(named("Surgery")).await;
    assert!(house.is_silent(SILENCE).await, "it is theirs no more");
}

#[tokio::test]
async fn settings_are_news_when_the_zone_is_another() {
    let (mut house, notifier) = watching(Watched::Settings).await;
    house.edit(named("Surgery")).await;
    house.add_calendar("Home", None).await;
    assert!(house.is_silent(SILENCE).await);
    house.edit(in_zone("Asia/Tokyo")).await;
    assert_eq!(house.heard().await, ("exists".to_owned(), "2".to_owned()));
    assert_eq!(notifier.list().await[0].watched, Watched::Settings);
}

#[tokio::test]
async fn rules_are_news_when_somebody_may_do_more_or_less() {
    let mut house = House::new().await;
    house.another().await;
    let order = faces::Watcher {
        watched: Watched::Rules(house.calendar()),
        ..house.order()
    };
    house.notifier().open(order).await.unwrap();
    house.heard().await;
    tokio::spawn(house.notifier().run());
    house.open_to_another(Access::Read).await;
    assert_eq!(house.heard().await, ("exists".to_owned(), "2".to_owned()));
    house.open_to_another(Access::Read).await;
    house.change("x").await;
    house.edit(named("Surgery")).await;
    assert!(house.is_silent(SILENCE).await);
    house.open_to_another(Access::None).await;
    assert_eq!(house.heard().await.1, "3");
}
