//! `kalends sign-in-link`: a link that signs the owner in. It works beside a running hub.

use crate::{
    Failure,
    cli::ConfigOptions,
    config::Config,
    house::{self, House},
};

/// How long a sign-in link from the terminal works, in seconds.
const LINK_SECONDS: i64 = 86_400;

/// Makes a link and prints it.
pub async fn run(options: ConfigOptions) -> Result<(), Failure> {
    let config = Config::load(options.config.as_deref())?;
    let house = house::build(&config, false).await?;
    print_link(&config, &house).await?;
    println!("With a password you sign in as {}", house.owner.email);
    Ok(())
}

/// Makes a link and prints it.
pub async fn print_link(config: &Config, house: &House) -> Result<(), Failure> {
    let identity = &house.app.identity;
    let token = identity.make_welcome(house.owner.id, LINK_SECONDS).await?;
    let root = config.public_url();
    println!("Sign in (once, within a day): {root}welcome?token={token}");
    Ok(())
}
