//! `colors.get`: the palette of events, which never changes.

use axum::Json;
use protocols::google::EVENT_COLORS;
use serde_json::{Map, Value, json};

pub(super) async fn get() -> Json<Value> {
    let color = |(id, [r, g, b]): (&str, [u8; 3])| {
        let background = format!("#{r:02x}{g:02x}{b:02x}");
        (
            id.to_owned(),
            json!({"background": background, "foreground": "#1d1d1d"}),
        )
    };
    let event: Map<String, Value> = EVENT_COLORS.into_iter().map(color).collect();
    Json(json!({
        "kind": "calendar#colors", "updated": "2012-02-14T00:00:00.000Z", "calendar": {}, "event": event,
    }))
}
