//! Everything put together: stores, providers, hub, people, faces.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64},
    },
    time::Duration,
};

use delivery::{
    Notifier, OverTls,
    mail::{Post, Server, Speaker},
};
use faces::{App, Dialect, Parts};
use hub::{Hub, NodeId};
use identity::{Clock, Identity, Ids, NewUser, SystemClock, SystemIds, User};
use network::Network;
use providers::{
    Directory, google, microsoft,
    oauth::Endpoints,
    registry::{Configuration, OauthProvider, Registry},
};
use secrecy::SecretString;
use storage::{MasterKey, Store, Stores};

use crate::{
    Failure,
    config::{Config, Mail, OauthClient, Reach},
};

/// Changes that come so close together make one message to a program that wants to be told of them.
const COALESCE: Duration = Duration::from_millis(250);
/// How often orders for notifications are looked after.
const LOOK_AFTER: Duration = Duration::from_secs(30);

/// The hub and its surroundings.
pub struct House {
    /// What the faces work with.
    pub app: App,
    /// All stores; closed at the end, so that what is in SQLite's log gets into the database.
    pub stores: Stores,
    /// The tenant's store.
    pub store: Store,
    /// The one HTTP client.
    pub network: Network,
    /// The person whose house this is.
    pub owner: User,
    /// Tells programs of changes, once it runs.
    pub notifier: Notifier,
    /// Sends what is to be mailed, once it runs; none without a mail server.
    pub post: Option<Post>,
}

/// Opens the database that the configuration names.
pub async fn open_stores(config: &Config) -> Result<Stores, Failure> {
    std::fs::create_dir_all(&config.storage.data).map_err(|error| {
        Failure::new(format!(
            "storage.data: {} cannot be made: {error}",
            config.storage.data.display()
        ))
    })?;
    let (file, given) = master_key(config);
    let key = MasterKey::load_or_create(&file, given.as_deref())?;
    Stores::open(settings(config), key)
        .await
        .map_err(|error| Failure::new(format!("storage.url: {error}")))
}

/// How the database is opened.
pub fn settings(config: &Config) -> storage::Settings {
    storage::Settings {
        durable: config.storage.durable,
        ..storage::Settings::new(config.database())
    }
}

/// Where the master key is: the file, and the variable that comes before it.
pub fn master_key(config: &Config) -> (PathBuf, Option<String>) {
    let file = config.storage.data.join("master.key");
    (file, std::env::var("KALENDS_MASTER_KEY").ok())
}

/// Builds the house; `demo` says whether it is the demo's.
pub async fn build(config: &Config, demo: bool) -> Result<House, Failure> {
    let stores = open_stores(config).await?;
    let tenant = match stores.tenants().await?.first() {
        Some(tenant) => *tenant,
        None => stores.create_tenant("house").await?.tenant(),
    };
    let store = stores.of(tenant).await?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids: Arc<dyn Ids> = Arc::new(SystemIds);
    let network = network(config)?;
    let directory: Arc<dyn Directory> = Arc::new(Registry::new(
        network.clone(),
        clock.clone(),
        configured(config),
    ));
    let hub_settings = hub_settings(config, &*ids)?;
    let hub = Hub::new(
        stores.clone(),
        directory,
        clock.clone(),
        ids.clone(),
        hub_settings,
    );
    let notifier = Notifier::new(delivery::Parts {
        store: store.clone(),
        google_root: format!("{}google/", config.public_url()),
        coalesce: COALESCE,
        every: LOOK_AFTER,
        policy: Arc::new(OverTls),
        clock: clock.clone(),
        ids: ids.clone(),
        network: network.clone(),
    });
    let post = post(config, &hub, &store, &*ids)?;
    let identity = Identity::new(store.clone(), clock, ids);
    let owner = match identity.users().await?.into_iter().next() {
        Some(owner) => owner,
        None => identity.create_user(first_person(config)).await?,
    };
    let app = App::new(Parts {
        hub,
        identity,
        tenant,
        public_url: config.public_url(),
        dialect: Dialect::default(),
        watchers: Arc::new(notifier.clone()),
        oldest_position: AtomicI64::new(0),
        mails: AtomicU64::new(0),
        demo,
    });
    Ok(House {
        app,
        stores,
        store,
        network,
        owner,
        notifier,
        post,
    })
}

/// What of the configuration is the hub's.
fn hub_settings(config: &Config, ids: &dyn Ids) -> Result<hub::Settings, Failure> {
    Ok(hub::Settings {
        public_url: config.server.notifications.then(|| config.public_url()),
        time_zone: config.sync.time_zone.clone(),
        poll: config.sync.poll_seconds.map(Duration::from_secs),
        workers: config.sync.workers.max(1),
        node: Some(node(&config.storage.data, ids)?),
        explode: hub::Explode {
            days_before: config.sync.explode_days_before,
            days_after: config.sync.explode_days_after,
            most: config.sync.explode_most,
        },
        mails: config.mail.is_some(),
    })
}

/// Whoever sends what is to be mailed; nobody without a mail server.
fn post(config: &Config, hub: &Hub, store: &Store, ids: &dyn Ids) -> Result<Option<Post>, Failure> {
    let Some(mail) = &config.mail else {
        return Ok(None);
    };
    let server = mail_server(config, mail)?;
    Ok(Some(Post::new(hub.clone(), store.clone(), server, ids)))
}

/// The mail server, and for whom it may write.
pub fn mail_server(config: &Config, mail: &Mail) -> Result<(Server, Speaker), Failure> {
    let root_ca = config.network.root_ca.as_deref().map(read_ca).transpose()?;
    let speaker = mail.speaker()?;
    let server = Server::new(mail.server(root_ca)?, &speaker);
    let server = server.map_err(|what| Failure::new(format!("mail.host: {what}")))?;
    Ok((server, speaker))
}

/// Who this process is, as its former self in the same directory was: a directory is one process's.
fn node(data: &Path, ids: &dyn Ids) -> Result<NodeId, Failure> {
    let file = data.join("node");
    // A file that was cut short is written anew.
    let known = std::fs::read_to_string(&file).ok();
    if let Some(known) = known.and_then(|text| text.trim().parse().ok()) {
        return Ok(known);
    }
    let node = ids.uuid();
    std::fs::write(&file, node.to_string())
        .map_err(|error| Failure::new(format!("storage.data: {}: {error}", file.display())))?;
    Ok(node)
}

fn first_person(config: &Config) -> NewUser {
    NewUser {
        email: "owner@localhost".to_owned(),
        name: "Owner".to_owned(),
        time_zone: config.sync.time_zone.clone(),
        password: None,
        roles: vec!["owner".to_owned()],
    }
}

/// The one HTTP client.
pub fn network(config: &Config) -> Result<Network, Failure> {
    let reach = match config.network.reach {
        Reach::Public => network::Reach::PublicOnly,
        Reach::Loopback => network::Reach::AlsoLoopback,
        Reach::Anything => network::Reach::Anything,
    };
    network_that_reaches(config, reach)
}

/// The same, for addresses that the administrator chose.
pub fn network_that_reaches(config: &Config, reach: network::Reach) -> Result<Network, Failure> {
    let allow = config
        .network
        .allow
        .iter()
        .map(|text| text.parse())
        .collect::<Result<Vec<_>, _>>()?;
    let extra_root_ca = config.network.root_ca.as_deref().map(read_ca).transpose()?;
    Ok(Network::new(network::Settings {
        reach,
        allow,
        extra_root_ca,
        ..network::Settings::default()
    })?)
}

fn read_ca(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file)
        .map_err(|error| Failure::new(format!("network.root_ca: {}: {error}", file.display())))
}

/// The providers with OAuth, as they are configured.
pub fn configured(config: &Config) -> Configuration {
    let pairs = |pairs: &[(&str, &str)]| {
        pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    };
    let words = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect();
    let google = config.google.as_ref().map(|client| OauthProvider {
        root: client
            .root
            .clone()
            .unwrap_or_else(|| google::ROOT.to_owned()),
        endpoints: Endpoints {
            scopes: words(&google::SCOPES),
            extra: pairs(&google::AUTHORIZE_PARAMETERS),
            ..endpoints(client, google::AUTHORIZE_URL, google::TOKEN_URL)
        },
    });
    let microsoft = config.microsoft.as_ref().map(|client| {
        let tenant = client.tenant.as_deref().unwrap_or("common");
        let (authorize, token) = microsoft::endpoint_urls(microsoft::AUTHORITY, tenant);
        OauthProvider {
            root: client
                .root
                .clone()
                .unwrap_or_else(|| microsoft::ROOT.to_owned()),
            endpoints: Endpoints {
                scopes: words(&microsoft::SCOPES),
                ..endpoints(client, &authorize, &token)
            },
        }
    });
    Configuration { google, microsoft }
}

fn endpoints(client: &OauthClient, authorize: &str, token: &str) -> Endpoints {
    Endpoints {
        authorize: client
            .authorize_url
            .clone()
            .unwrap_or_else(|| authorize.to_owned()),
        token: client.token_url.clone().unwrap_or_else(|| token.to_owned()),
        client_id: client.client_id.clone(),
        client_secret: client.client_secret.clone().map(SecretString::from),
        scopes: Vec::new(),
        extra: Vec::new(),
    }
}
