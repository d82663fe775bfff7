//! A calendar of each server in one link.

use std::time::Duration;

use super::{
    Checked,
    pair::{connect, link},
    quiet::{rests, silence, titles_there},
    there::Server,
};
use crate::{mounted::hub::Hub, until::within};

const NAME: &str = "interop-all";
/// How long a change may take to all others.
const HOP: Duration = Duration::from_secs(60);

/// Makes an event at each, has the next one edit it and the one after that delete it.
pub async fn kept_in_step(servers: &[Server]) -> Checked {
    let hub = Hub::start("[network]\nreach = \"loopback\"\n").await;
    let (mut calendars, mut members) = (Vec::new(), Vec::new());
    for server in servers {
        calendars.push(server.calendar(NAME).await);
        members.push(connect(&hub, server, NAME).await);
    }
    let members: Vec<&str> = members.iter().map(String::as_str).collect();
    link(&hub, &members).await;
    let all: Vec<(&Server, &str)> = servers
        .iter()
        .zip(calendars.iter().map(String::as_str))
        .collect();
    let mut kept = Vec::new();
    for (n, (server, calendar)) in all.iter().enumerate() {
        let title = format!("Made at {}", server.name);
        for which in ["kept", "deleted"] {
            let event = format!(
                "BEGIN:VEVENT\nSUMMARY:{title} and {which}\nDTSTART;TZID=Europe/Zurich:20270901T090000\n\
                 DTEND;TZID=Europe/Zurich:20270901T100000\nRRULE:FREQ=WEEKLY;COUNT=4\n\
                 EXDATE;TZID=Europe/Zurich:20270908T090000\nEND:VEVENT\n"
            );
            let name = format!("{}-{which}", server.name);
            server.make(calendar, &name, &event).await?;
        }
        kept.push(format!("{title} and kept"));
        let mut now = kept.clone();
        now.push(format!("{title} and deleted"));
        have(&all, &now).await?;
        let (next, at) = all[(n + 1) % all.len()];
        let (old, new) = (
            kept.pop().unwrap_or_default(),
            format!("{title} and edited"),
        );
        next.edit(at, &old, |text| text.replace(&old, &new)).await?;
        kept.push(new);
        let (last, at) = all[(n + 2) % all.len()];
        last.delete(at, &format!("{title} and deleted")).await?;
        have(&all, &kept).await?;
    }
    rests(&hub).await?;
    silence(&hub, &all).await?;
    have(&all, &kept).await?;
    hub.stop().await;
    Ok(())
}

/// Waits until every calendar has these, each once, and nothing else.
async fn have(all: &[(&Server, &str)], titles: &[String]) -> Checked {
    let expected = titles.iter().map(|title| (title.clone(), 1)).collect();
    for (server, calendar) in all {
        within(&server.name, HOP, async || {
            let found = titles_there(server, calendar).await?;
            if found == expected {
                Ok(())
            } else {
                Err(format!("{found:?}, and not {expected:?}"))
            }
        })
        .await?;
    }
    Ok(())
}
