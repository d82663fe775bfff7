//! Filling a calendar.

use std::{fs, path::Path, time::Instant};

use crate::{
    Fallible,
    client::{Ask, Client},
    processes, server,
    workload::{name, text},
};

/// How many connections put the events there.
const CONNECTIONS: usize = 8;

/// Makes the calendar and puts so many events into it. What that took, in words.
pub async fn fill(client: &Client, events: usize) -> Fallible<String> {
    let calendar = client.server.calendar();
    client
        .ask(&Ask::new("MKCALENDAR", calendar.clone()))
        .await?;
    if let Some(files) = &client.server.files {
        write(&files.join(server::NAME), events)?;
        return Ok("written into its folder".to_owned());
    }
    let (begin, cpu) = (Instant::now(), processes::cpu(client.server.process)?);
    let put = |n| Ok(Ask::put(format!("{calendar}{}", name(n)), text(n, 0)?));
    let asks: Fallible<Vec<Ask>> = (0..events).map(put).collect();
    client.all(asks?, CONNECTIONS).await?;
    let cpu = processes::cpu(client.server.process)? - cpu;
    Ok(format!(
        "{:.2} ms of CPU an event, {:.0} s",
        cpu * 1000.0 / events as f64,
        begin.elapsed().as_secs_f64()
    ))
}

fn write(folder: &Path, events: usize) -> Fallible {
    for number in 0..events {
        fs::write(folder.join(name(number)), text(number, 0)?)?;
    }
    Ok(())
}
