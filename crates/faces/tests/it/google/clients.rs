//! The official Python client, unmodified.

use super::world::World;
use crate::official;

#[tokio::test]
async fn the_official_client_works_unmodified() {
    let world = World::start().await;
    let root = format!("http://{}/", world.address);
    let client = "google-api-python-client";
    official::run(client, "google/client.py", &[&root, &world.token]).await;
}
