//! The CalDAV face.

mod clients;
mod connector;
mod dtd;
mod filters;
mod grammar;
mod homes;
mod listing;
mod lossless;
mod objects;
mod people;
mod reports;
mod scheduling;
mod scratch;
mod sharing;
mod tasks;
mod text;
mod webdav;

use kalends_faces::{App, caldav};
use network::{Network, Reach, Request, Response, Settings};
use protocols::caldav::{Element, Multistatus, PropFind, Report};

use crate::world::World;

/// A world and a client of its CalDAV face.
struct Dav {
    world: World,
    network: Network,
}

impl Dav {
    async fn start() -> Self {
        Self::of(caldav::router).await
    }

    /// The same, with the collection of files that a stand-in has.
    async fn start_with_scratch() -> Self {
        let router = |app: App| caldav::router(app.clone()).merge(caldav::scratch::router(app));
        Self::of(router).await
    }

    async fn of(router: fn(App) -> axum::Router) -> Self {
        let settings = Settings {
            reach: Reach::AlsoLoopback,
            ..Settings::default()
        };
        Self {
            world: World::start(router, grammar::check).await,
            network: Network::new(settings).unwrap(),
        }
    }

    fn home(&self) -> String {
        format!("/caldav/calendars/{}/", self.world.user.id)
    }

    fn calendar(&self) -> String {
        self.home() + "practice/"
    }

    fn object(&self, name: &str) -> String {
        self.calendar() + name
    }

    /// Sends a request with the person's app password.
    async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Response {
        let mut request = Request::new(method.parse().unwrap(), self.world.url(path))
            .basic("ada@example.com", &self.world.password)
            .body("text/plain", body.to_owned());
        for (name, value) in headers {
            request = request.header(name, value);
        }
        self.network.send(request).await.unwrap()
    }

    async fn put(&self, name: &str, lines: &str, headers: &[(&str, &str)]) -> Response {
        let body = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:{name}\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        );
        self.send("PUT", &self.object(name), headers, &body).await
    }

    /// Puts an event that must be taken.
    async fn have(&self, name: &str, lines: &str) {
        let response = self.put(name, lines, &[("if-none-match", "*")]).await;
        assert_eq!(response.status, 201, "{}", response.text().unwrap());
    }

    async fn etag(&self, name: &str) -> String {
        let response = self.send("GET", &self.object(name), &[], "").await;
        assert_eq!(response.status, 200);
        response.header("etag").unwrap().to_owned()
    }

    async fn propfind(&self, path: &str, depth: &str, find: &PropFind) -> Multistatus {
        let body = find.write().write();
        let response = self
            .send("PROPFIND", path, &[("depth", depth)], &body)
            .await;
        multistatus(&response)
    }

    async fn report(&self, report: &Report) -> Response {
        let body = report.write().write();
        self.send("REPORT", &self.calendar(), &[("depth", "1")], &body)
            .await
    }
}

fn multistatus(response: &Response) -> Multistatus {
    assert_eq!(response.status, 207, "{}", response.text().unwrap());
    Multistatus::parse(&response.body).unwrap()
}

/// The names of the conditions that a refusal names. What is not for clients is in a namespace of its own.
fn conditions(response: &Response) -> Vec<String> {
    let root = Element::parse(&response.body).unwrap();
    let names = root.children.iter().map(|c| &c.name);
    let known = names.filter(|n| !n.namespace.contains("twistedmatrix"));
    known.map(|n| n.local.to_string()).collect()
}
