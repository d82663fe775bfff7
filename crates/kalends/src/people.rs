//! `kalends person`: who may sign in. It works beside a running hub.

use hub::calendars::NewCalendar;
use identity::{Actor, NewUser, User, UserChange};

use crate::{
    Failure,
    cli::{PersonCommand, PersonOptions},
    config::Config,
    house::{self, House},
    sign_in,
};

/// Does it.
pub async fn run(options: PersonOptions) -> Result<(), Failure> {
    let config = Config::load(options.config.config.as_deref())?;
    let house = house::build(&config, false).await?;
    let done = act(&config, &house, options.command).await;
    house.stores.close().await;
    done
}

async fn act(config: &Config, house: &House, command: PersonCommand) -> Result<(), Failure> {
    match command {
        PersonCommand::Add {
            address,
            name,
            time_zone,
        } => {
            let time_zone = time_zone.unwrap_or_else(|| config.sync.time_zone.clone());
            let new = NewUser {
                name: name.unwrap_or_else(|| address.clone()),
                email: address,
                time_zone: checked_zone(time_zone)?,
                ..NewUser::default()
            };
            add(config, house, new).await
        }
        PersonCommand::List => list(house).await,
        PersonCommand::Change {
            address,
            to,
            name,
            time_zone,
        } => {
            let change = UserChange {
                email: to,
                name,
                time_zone: time_zone.map(checked_zone).transpose()?,
            };
            let user = person(house, &address).await?;
            let changed = house.app.identity.change_user(user.id, change).await;
            let user = changed.map_err(taken)?.unwrap_or(user);
            print(&user);
            Ok(())
        }
    }
}

async fn add(config: &Config, house: &House, new: NewUser) -> Result<(), Failure> {
    let user = house.app.identity.create_user(new).await.map_err(taken)?;
    // So that whoever connects a phone finds something to write into.
    let calendar = NewCalendar {
        name: "Calendar".to_owned(),
        time_zone: Some(user.time_zone.clone()),
        ..NewCalendar::default()
    };
    let actor = Actor::person(house.store.tenant(), user.id);
    house.app.hub.create_calendar(&actor, calendar).await?;
    print(&user);
    sign_in::print_link(config, house, &user).await
}

async fn list(house: &House) -> Result<(), Failure> {
    for user in house.app.identity.users().await? {
        print(&user);
    }
    Ok(())
}

fn print(user: &User) {
    let roles = match user.roles.as_slice() {
        [] => String::new(),
        roles => format!("  ({})", roles.join(", ")),
    };
    println!("{}  {}  {}{roles}", user.email, user.name, user.time_zone);
}

/// The person with an address.
pub async fn person(house: &House, address: &str) -> Result<User, Failure> {
    let found = house.app.identity.user_by_email(address).await?;
    found.ok_or_else(|| {
        Failure::new(format!(
            "nobody here has the address {address}; `kalends person list` says who there is"
        ))
    })
}

fn checked_zone(zone: String) -> Result<String, Failure> {
    match jiff::tz::TimeZone::get(&zone) {
        Ok(_) => Ok(zone),
        Err(_) => Err(Failure::new(format!(
            "--time-zone: {zone} is no zone of the IANA database; write it as Europe/Berlin"
        ))),
    }
}

fn taken(error: identity::Error) -> Failure {
    match error {
        identity::Error::Storage(storage::Error::Exists) => {
            Failure::new("somebody here has that address already")
        }
        error => error.into(),
    }
}
