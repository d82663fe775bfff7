//! Starting the stand-ins on their ports, and stopping them.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use axum::Router;
use axum_server::{Handle, tls_rustls::RustlsConfig};
use identity::{Clock, Ids};
use network::{Network, Reach};
use serde_json::Value;
use tokio::task::JoinHandle;

use crate::{
    Kind, Result, Settings, Twin, control, description, description::Facts, files, io,
    people::OauthClient, place::Place, tester, tls, twin::Roots,
};

/// Distance of the control port from the first. A stand-in that runs alone has one of its own behind it, so that three of
/// them get along with the same first port.
const CONTROL: u16 = 3;
/// Distance of a TLS port from its plain one.
const TLS: u16 = 10;
/// How long answers that are being sent may take when the sandbox stops.
const STOP: Duration = Duration::from_secs(1);

/// A running sandbox.
pub struct Sandbox {
    twins: Arc<Vec<Twin>>,
    clients: OauthClient,
    settings: Settings,
    control: String,
    network: Network,
    handle: Handle<SocketAddr>,
    tasks: Vec<JoinHandle<std::io::Result<()>>>,
    notifiers: Vec<JoinHandle<()>>,
    demo: Option<Value>,
    /// Given up last.
    _place: Place,
}

/// A stand-in's ports, taken before anything else is done.
struct Ports {
    kind: Kind,
    plain: TcpListener,
    tls: Option<TcpListener>,
}

impl Sandbox {
    /// Takes the data directory and the ports, opens the databases, makes the people on the first start, serves, and writes `sandbox.json`.
    ///
    /// # Errors
    /// [`crate::Error::Io`] names a port that is taken, [`crate::Error::Taken`] a directory. Nothing was removed then.
    pub async fn start(
        settings: Settings,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Result<Self> {
        let place = Place::take(&settings.data)?;
        let ports = settings
            .kinds
            .iter()
            .map(|kind| ports(&settings, *kind))
            .collect::<Result<Vec<_>>>()?;
        let (control_listener, control_root) = control_port(&settings)?;
        if settings.fresh {
            place.clear()?;
        }
        let certificate = certificate(&settings).await?;
        let clients = OauthClient::load(&settings.data, &*ids)?;
        let network = Network::new(network::Settings {
            reach: Reach::AlsoLoopback,
            extra_root_ca: tls::authority(&settings.data),
            ..network::Settings::default()
        })?;
        let (handle, mut tasks, mut notifiers, mut twins) =
            (Handle::new(), Vec::new(), Vec::new(), Vec::new());
        for Ports { kind, plain, tls } in ports {
            let roots = Roots {
                plain: root("http", &plain)?,
                tls: tls.as_ref().map(|l| root("https", l)).transpose()?,
            };
            let twin = Twin::open(
                &settings,
                kind,
                &roots,
                &clients,
                network.clone(),
                clock.clone(),
                ids.clone(),
            )
            .await?;
            notifiers.push(tokio::spawn(
                twin.notifier.clone().showing(twin.app.clone()).run(),
            ));
            tasks.push(serve(plain, None, &handle, twin.router())?);
            if let (Some(listener), Some(router)) = (tls, twin.tls_router()) {
                tasks.push(serve(listener, certificate.clone(), &handle, router)?);
            }
            twins.push(twin);
        }
        let twins = Arc::new(twins);
        let control = control::router(twins.clone());
        tasks.push(serve(control_listener, None, &handle, control)?);
        let sandbox = Self {
            twins,
            clients,
            settings,
            control: control_root,
            network,
            handle,
            tasks,
            notifiers,
            demo: None,
            _place: place,
        };
        sandbox.write()?;
        sandbox.write_serverinfo().await?;
        Ok(sandbox)
    }

    /// What Apple's caldavtester has to know of us, if it is to be run.
    async fn write_serverinfo(&self) -> Result<()> {
        let twin = self.twin(Kind::Caldav).filter(|_| self.settings.tester);
        let Some(twin) = twin else { return Ok(()) };
        let serverinfo = tester::serverinfo(&twin.app).await?;
        let file = self.settings.data.join("serverinfo.xml");
        files::write(&file, serverinfo.as_bytes())
    }

    /// The stand-ins, in the order of their ports.
    pub fn twins(&self) -> &[Twin] {
        &self.twins
    }

    /// One of them, if it was started.
    pub fn twin(&self, kind: Kind) -> Option<&Twin> {
        self.twins.iter().find(|twin| twin.kind == kind)
    }

    /// The OAuth clients that they know.
    pub fn clients(&self) -> &OauthClient {
        &self.clients
    }

    /// Root of the control port.
    pub fn control(&self) -> &str {
        &self.control
    }

    /// An HTTP client that reaches this machine and trusts the sandbox's authority.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Requests, writes, mails and faults by stand-in, as `GET /state` of the control port answers.
    pub fn state(&self) -> Value {
        control::states(&self.twins)
    }

    /// Where `sandbox.json` is.
    pub fn file(&self) -> PathBuf {
        self.settings.data.join("sandbox.json")
    }

    /// Adds what the demo knows (an object with `hub` and `demo`) and writes `sandbox.json` again.
    pub fn describe_demo(&mut self, demo: Value) -> Result<()> {
        self.demo = Some(demo);
        self.write()
    }

    /// What `sandbox.json` says.
    pub fn description(&self) -> Value {
        let ca = self
            .settings
            .tls
            .then(|| self.settings.data.join(tls::CA).display().to_string());
        let mut all = description::of(&Facts {
            twins: &self.twins,
            clients: &self.clients,
            redirect_uri: &self.settings.redirect_uri,
            control: &self.control,
            ca,
        });
        for (name, value) in self.demo.iter().filter_map(Value::as_object).flatten() {
            all[name] = value.clone();
        }
        all
    }

    fn write(&self) -> Result<()> {
        files::write(
            &self.file(),
            &serde_json::to_vec_pretty(&self.description()).unwrap_or_default(),
        )
    }

    /// Stops serving and closes the databases.
    pub async fn stop(self) {
        for notifier in self.notifiers {
            notifier.abort();
        }
        self.handle.graceful_shutdown(Some(STOP));
        for task in self.tasks {
            if let Ok(Err(error)) = task.await {
                tracing::warn!(%error, "a stand-in did not stop cleanly");
            }
        }
        for twin in self.twins.iter() {
            twin.app.hub.stores().close().await;
        }
    }
}

fn control_port(settings: &Settings) -> Result<(TcpListener, String)> {
    let offset = match settings.kinds[..] {
        [alone] => CONTROL + 1 + alone.offset(),
        _ => CONTROL,
    };
    listen(settings, offset, "control", "http")
}

async fn certificate(settings: &Settings) -> Result<Option<RustlsConfig>> {
    if settings.tls {
        Ok(Some(tls::config(&settings.data).await?))
    } else {
        Ok(None)
    }
}

fn ports(settings: &Settings, kind: Kind) -> Result<Ports> {
    let (plain, _) = listen(settings, kind.offset(), kind.name(), "http")?;
    let tls = if settings.tls {
        Some(listen(settings, kind.offset() + TLS, kind.name(), "https")?.0)
    } else {
        None
    };
    Ok(Ports { kind, plain, tls })
}

fn listen(
    settings: &Settings,
    offset: u16,
    what: &str,
    scheme: &str,
) -> Result<(TcpListener, String)> {
    let port = if settings.port == 0 {
        0
    } else {
        settings.port.saturating_add(offset)
    };
    let sentence = format!(
        "port {port} of 127.0.0.1, where the sandbox has its {what} stand-in ({scheme}), cannot be used; \
         stop what uses it or choose another first port"
    );
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(io(sentence))?;
    listener
        .set_nonblocking(true)
        .map_err(io("preparing a port"))?;
    let root = root(scheme, &listener)?;
    Ok((listener, root))
}

fn root(scheme: &str, listener: &TcpListener) -> Result<String> {
    let address = listener
        .local_addr()
        .map_err(io("asking for a port's number"))?;
    // Certificates are for both; some official clients compare the name.
    let host = if scheme == "https" {
        "localhost"
    } else {
        "127.0.0.1"
    };
    Ok(format!("{scheme}://{host}:{}/", address.port()))
}

fn serve(
    listener: TcpListener,
    certificate: Option<RustlsConfig>,
    handle: &Handle<SocketAddr>,
    router: Router,
) -> Result<JoinHandle<std::io::Result<()>>> {
    let (service, handle) = (router.into_make_service(), handle.clone());
    Ok(match certificate {
        None => {
            let server = axum_server::from_tcp(listener).map_err(io("serving"))?;
            tokio::spawn(server.handle(handle).serve(service))
        }
        Some(config) => {
            let server = axum_server::from_tcp_rustls(listener, config).map_err(io("serving"))?;
            tokio::spawn(server.handle(handle).serve(service))
        }
    })
}
