//! `kalends sign-in-link`: a link that signs somebody in. It works beside a running hub.

use identity::User;

use crate::{
    Failure,
    cli::SignInOptions,
    config::Config,
    house::{self, House},
    people,
};

/// How long a sign-in link from the terminal works, in seconds.
const LINK_SECONDS: i64 = 86_400;

/// Makes a link and prints it.
pub async fn run(options: SignInOptions) -> Result<(), Failure> {
    let config = Config::load(options.config.config.as_deref())?;
    let house = house::build(&config, false).await?;
    let user = match &options.address {
        Some(address) => people::person(&house, address).await?,
        None => house.owner.clone(),
    };
    print_link(&config, &house, &user).await?;
    println!("With a password you sign in as {}", user.email);
    Ok(())
}

/// Makes a link and prints it.
pub async fn print_link(config: &Config, house: &House, user: &User) -> Result<(), Failure> {
    let identity = &house.app.identity;
    let token = identity.make_welcome(user.id, LINK_SECONDS).await?;
    let root = config.public_url();
    println!("Sign in (once, within a day): {root}welcome?token={token}");
    Ok(())
}
