//! `kalends app`: the programs that people may let in through Google's or Microsoft's OAuth. It works beside a running hub.

use identity::oauth::NewClient;

use crate::{
    Failure,
    cli::{AppCommand, AppOptions, NewApp},
    config::Config,
    house::{self, House},
};

/// Does it.
pub async fn run(options: AppOptions) -> Result<(), Failure> {
    let config = Config::load(options.config.config.as_deref())?;
    let house = house::build(&config, false).await?;
    let done = match options.command {
        AppCommand::Add(new) => add(&config, &house, new).await,
        AppCommand::List => list(&house).await,
        AppCommand::Remove { id } => remove(&house, &id).await,
    };
    house.stores.close().await;
    done
}

async fn add(config: &Config, house: &House, new: NewApp) -> Result<(), Failure> {
    let ids = house.app.hub.ids();
    let secret = (!new.public).then(|| ids.token());
    let client = NewClient {
        id: ids.uuid().to_string(),
        secret: secret.clone(),
        name: new.name,
        redirect_uris: new.redirect_uri,
        scopes: new.scope,
    };
    faces::rest::check_app(&client).map_err(Failure::new)?;
    let id = client.id.clone();
    house.app.identity.register_client(client).await?;
    println!("client id      {id}");
    match secret {
        Some(secret) => println!("client secret  {secret}   (it is not shown again)"),
        None => println!("client secret  none: it proves itself by PKCE"),
    }
    let root = config.public_url();
    if config.faces.google {
        println!("Google         {root}google/calendar/v3/");
        println!("               {root}google/.well-known/openid-configuration");
    }
    if config.faces.microsoft {
        println!("Microsoft      {root}microsoft/v1.0/");
        println!("               {root}microsoft/common/v2.0/.well-known/openid-configuration");
    }
    Ok(())
}

async fn list(house: &House) -> Result<(), Failure> {
    let all = house.app.identity.clients().await?;
    if all.is_empty() {
        println!("No programs are registered.");
    }
    for client in all {
        let kind = match client.secret_hash {
            Some(_) => "confidential",
            None => "public",
        };
        println!("{}  {}  ({kind})", client.id, client.name);
        for uri in client.redirect_uris {
            println!("    {uri}");
        }
    }
    Ok(())
}

async fn remove(house: &House, id: &str) -> Result<(), Failure> {
    if house.app.identity.remove_client(id).await? {
        faces::rest::end_orders(&house.app, id).await;
        println!("It is removed, and out of every calendar that it was let into.");
        return Ok(());
    }
    Err(Failure::new(format!("there is no program {id}")))
}
