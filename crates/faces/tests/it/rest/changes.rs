//! Following the change log: page by page, and as it grows.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use futures::StreamExt;
use serde_json::{Value, json};

use super::world::{World, list, text, visit};

/// How long a test waits for what must come.
const DEADLINE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn changes_are_read_page_by_page() {
    for world in World::all().await {
        let start = world.position().await;
        let (id, _) = world.event(&visit("Check-up")).await;
        let ask = world.ask("DELETE", &format!("/api/v1/events/{id}"));
        assert_eq!(ask.header("if-match", "*").send().await.status, 204);
        let page = async |after: i64| {
            let path = format!("/api/v1/changes?after={after}&limit=1");
            world.get(&path).await
        };
        let one = text(&world.get("/api/v1/me").await["id"]);
        let change = |answer: &Value| list(&answer["changes"])[0].clone();
        let (first, after) = (page(start).await, start + 1);
        assert_eq!(first["position"], after);
        let made = change(&first);
        assert_eq!(
            (text(&made["id"]), text(&made["kind"])),
            (id.clone(), "event".into())
        );
        assert_eq!(text(&made["actor"]), format!("user:{one}"));
        let second = page(after).await;
        assert_eq!(change(&second)["removed"], true);
        let last = page(start + 2).await;
        assert_eq!(last["position"], start + 2);
        assert!(list(&last["changes"]).is_empty());
        for unknown in [start + 3, -1] {
            let path = format!("/api/v1/changes?after={unknown}");
            assert_eq!(world.ask("GET", &path).send().await.problem(), (410, ""));
        }
    }
}

/// A stream of server-sent events as it comes.
struct Sse {
    body: BodyDataStream,
    read: String,
}

impl Sse {
    async fn open(world: &World, last: Option<i64>) -> Self {
        let mut ask = world.ask("GET", "/api/v1/stream");
        if let Some(last) = last {
            ask = ask.header("last-event-id", &last.to_string());
        }
        let response = ask.open().await;
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self {
            body: Body::into_data_stream(response.into_body()),
            read: String::new(),
        }
    }

    /// Id and data of the next event. That the stream says that it is alive does not count.
    async fn next(&mut self) -> (i64, Value) {
        let next = tokio::time::timeout(DEADLINE, self.read_next());
        next.await.expect("nothing came in time")
    }

    async fn read_next(&mut self) -> (i64, Value) {
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.read = rest;
                let field = |name: &str| event.lines().find_map(|l| l.strip_prefix(name));
                if let (Some(id), Some(data)) = (field("id: "), field("data: ")) {
                    assert_eq!(field("event: "), Some("change"));
                    return (id.parse().unwrap(), serde_json::from_str(data).unwrap());
                }
                continue;
            }
            let chunk = self.body.next().await.unwrap().unwrap();
            self.read.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}

#[tokio::test]
async fn the_stream_goes_on_where_it_was() {
    for world in World::all().await {
        let start = world.position().await;
        let mut fresh = Sse::open(&world, None).await;
        let (first, _) = world.event(&visit("One")).await;
        let (id, change) = fresh.next().await;
        assert_eq!((id, text(&change["id"])), (start + 1, first));
        drop(fresh);
        let (second, _) = world.event(&visit("Two")).await;
        let mut again = Sse::open(&world, Some(id)).await;
        let (id, change) = again.next().await;
        assert_eq!((id, text(&change["id"])), (start + 2, second));
        let (third, _) = world.event(&visit("Three")).await;
        let (id, change) = again.next().await;
        assert_eq!((id, text(&change["id"])), (start + 3, third));
    }
}

#[tokio::test]
async fn a_stream_from_a_place_that_never_was_begins_now() {
    let world = World::sqlite().await;
    let start = world.position().await;
    let mut stream = Sse::open(&world, Some(start + 500)).await;
    world.event(&visit("One")).await;
    assert_eq!(stream.next().await.0, start + 1);
    let nobody = world.ask("GET", "/api/v1/stream").cookie("").send().await;
    assert_eq!(nobody.problem(), (401, ""));
    assert_eq!(json!(nobody.header("www-authenticate")), "Bearer");
}
