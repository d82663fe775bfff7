//! Looking at one event.

use calendar::Zone;
use protocols::google::{Event, Events, STAMP};
use sync::Stamp;

use super::{
    client::Client,
    series::{self, Series},
};
use crate::{Failure, Place, Seen};

/// The zone of times that do not say theirs.
pub(super) fn zone(place: Place<'_>) -> Zone {
    Zone::iana(place.time_zone).unwrap_or_else(Zone::utc)
}

pub(super) async fn get(client: &Client, place: Place<'_>, id: &str) -> Result<Seen, Failure> {
    let series = series::whole(client, place, id).await?;
    Ok(series.map_or(Seen::Nothing, |series| seen(&series, id, place)))
}

/// By the id that we chose; and if nothing is there, by the stamp.
pub(super) async fn find(
    client: &Client,
    place: Place<'_>,
    id: Option<&str>,
    stamp: Stamp,
) -> Result<Seen, Failure> {
    if let Some(id) = id {
        let seen = get(client, place, id).await?;
        if seen != Seen::Nothing {
            return Ok(seen);
        }
    }
    let filter = format!("{STAMP}={stamp}");
    let address = client
        .root
        .events(place.id)
        .with("privateExtendedProperty", &filter);
    let page: Events<Event> = client.get(&address).await?.map_err(|r| r.failure())?;
    // Instances inherit the stamp of their series.
    let Some(found) = page
        .items
        .into_iter()
        .find(|item| !item.is_instance() && !item.is_cancelled())
    else {
        return Ok(Seen::Nothing);
    };
    let id = found.id.clone().unwrap_or_default();
    let series = series::with_exceptions(client, place, found).await?;
    Ok(seen(&series, &id, place))
}

fn seen(series: &Series, id: &str, place: Place<'_>) -> Seen {
    match series.sighting(id, &zone(place)) {
        Ok(sighting) if sighting.found.is_none() => Seen::Nothing,
        Ok(sighting) => Seen::Event(Box::new(sighting)),
        Err(malformed) => Seen::Malformed(malformed),
    }
}
