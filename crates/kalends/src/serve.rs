//! `kalends serve`: the hub.

use axum::{Router, routing::get};
use tokio::{net::TcpListener, sync::watch};

use crate::{
    Failure, cli::ServeOptions, config, config::Config, house, restored::Mark, sign_in, site,
    stage, telemetry,
};

/// What `/health` answers: this is a hub, and it runs.
pub const HEALTHY: &str = "kalends\n";

/// How long work under way, and then the database, may take to come to an end.
const FAREWELL: std::time::Duration = std::time::Duration::from_secs(5);

/// Runs until it is told to stop.
pub async fn run(options: ServeOptions) -> Result<(), Failure> {
    telemetry::start("info");
    let config = Config::load(options.config.config.as_deref())?;
    for stranger in config::strangers() {
        tracing::warn!("{stranger} is no key of the configuration and has no effect");
    }
    let house = house::build(&config, options.stage.is_some()).await?;
    let listener = TcpListener::bind(&config.server.listen)
        .await
        .map_err(|error| Failure::new(unusable(&config.server.listen, &error)))?;
    let stage = options
        .stage
        .as_deref()
        .map(stage::Stage::load)
        .transpose()?;
    let mut routes = Router::new()
        .route("/health", get(async || HEALTHY))
        .merge(faces::rest::router(house.app.clone()))
        .merge(faces::push::router(house.app.clone()))
        .merge(faces::mount::router(&house.app, config.faces.open()));
    if config.faces.caldav {
        let others = faces::caldav::router(house.app.clone());
        routes = routes.route("/", site::root(others));
    }
    let mut connect = String::new();
    if let Some(stage) = stage {
        connect = stage.origins();
        stage.settle(&house).await?;
        routes = routes.merge(stage.router(house.app.clone(), house.network.clone()));
    } else if house.owner.password.is_none() {
        sign_in::print_link(&config, &house, &house.owner).await?;
    }
    let mark = Mark::in_directory(&config.storage.data);
    if mark.is_behind(&house.store).await? {
        house.app.hub.mark_restored(&house.store).await?;
    }
    let marking = tokio::spawn(mark.keep(house.store.clone()));
    let (stop, stopped) = watch::channel(false);
    let worker = tokio::spawn({
        let (hub, store) = (house.app.hub.clone(), house.store.clone());
        async move { hub.run(store, stopped).await }
    });
    let telling = house.notifier.clone().showing(house.app.below("microsoft"));
    let telling = tokio::spawn(telling.run());
    let mailing = house.post.clone().map(|post| tokio::spawn(post.run()));
    tracing::info!(listen = config.server.listen, "the hub is ready");
    axum::serve(listener, site::with_site(routes, &connect))
        .with_graceful_shutdown(told_to_stop())
        .await?;
    // Whoever waits for nothing any more is not waited for: open streams end with the process.
    let _ = stop.send(true);
    telling.abort();
    marking.abort();
    if let Some(mailing) = mailing {
        mailing.abort();
    }
    let _ = tokio::time::timeout(FAREWELL, worker).await;
    let _ = tokio::time::timeout(FAREWELL, house.stores.close()).await;
    Ok(())
}

/// Why the hub cannot listen.
pub fn unusable(listen: &str, error: &std::io::Error) -> String {
    format!(
        "server.listen: {listen} cannot be used: {error}. Is another program (or another kalends) on it?"
    )
}

/// Ctrl-C or SIGTERM.
pub async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let Ok(mut terminate) =
            tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        else {
            let _ = interrupt.await;
            return;
        };
        tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = interrupt.await;
}
