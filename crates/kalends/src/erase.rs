//! `kalends erase`: all that is kept of a person is found, and with `--yes` erased. It works beside a running hub.

use hub::erasure::{Account, Doing};
use identity::Actor;

use crate::{Failure, cli::EraseOptions, config::Config, house};

/// Says what there is, erases it if that is wanted, and says what remains.
pub async fn run(options: EraseOptions) -> Result<(), Failure> {
    let config = Config::load(options.config.config.as_deref())?;
    let house = house::build(&config, false).await?;
    let doing = if options.yes {
        Doing::Erase
    } else {
        Doing::Preview
    };
    let actor = Actor::system(house.store.tenant());
    let found = house.app.hub.erase_person(&actor, &options.address, doing);
    let account = found.await;
    house.stores.close().await;
    print(&account?, doing);
    Ok(())
}

fn print(account: &Account, doing: Doing) {
    if account.tallies.is_empty() && account.remains.is_empty() {
        println!("Nothing is kept of {}.", account.address);
        return;
    }
    println!("Of {} there are:", account.address);
    for (what, tally) in &account.tallies {
        let name = serde_json::to_value(what).unwrap_or_default();
        let name = name.as_str().unwrap_or_default();
        match doing {
            Doing::Preview => println!("  {:>6}  {name}", tally.found),
            Doing::Erase => println!("  {:>6}  {name}, {} erased", tally.found, tally.erased),
        }
    }
    for one in &account.remains {
        let subject = one.subject.map(|id| id.to_string());
        let named = [one.title.clone(), subject].into_iter().flatten();
        let named = named.collect::<Vec<_>>().join(", ");
        println!("  stays  {named}: {}", one.place.advice());
    }
    if account.unnamed > 0 {
        println!("  stays  {} more places", account.unnamed);
    }
    if doing == Doing::Preview {
        println!("Nothing was changed. With --yes it is erased; there is no way back.");
    }
}
