//! The requests that go out.

use std::time::Duration;

use network::Request;
use url::Url;

use crate::Notifier;

/// How long a receiver may take. Graph's own limit before it counts as slow is 3 s.
const DEADLINE: Duration = Duration::from_secs(5);
/// When a message that failed is sent again.
const AGAIN: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(3)];
/// Most of an answer that is read, in bytes.
const ANSWER_MAX: usize = 64 * 1024;

impl Notifier {
    /// Sends a message, again if it is not taken. Whether it was in the end.
    pub(crate) async fn send(&self, request: Request) -> bool {
        let request = request.deadline(DEADLINE).body_limit(ANSWER_MAX);
        for wait in AGAIN.iter().map(Some).chain([None]) {
            match self.parts.network.send(request.clone()).await {
                Ok(response) if response.status < 500 => return response.status < 300,
                Ok(response) => {
                    tracing::info!(status = response.status, "a notification was not taken");
                }
                Err(error) => tracing::info!(%error, "a notification was not taken"),
            }
            if let Some(wait) = wait {
                tokio::time::sleep(*wait).await;
            }
        }
        false
    }

    /// Graph's handshake: the receiver answers with the token that it was sent.
    pub(crate) async fn shake_hands(&self, address: &str) -> Result<(), String> {
        let token = self.parts.ids.token();
        let mut url = Url::parse(address).map_err(|error| error.to_string())?;
        url.query_pairs_mut().append_pair("validationToken", &token);
        let request = Request::post(&url)
            .body("text/plain; charset=utf-8", "")
            .deadline(DEADLINE)
            .body_limit(ANSWER_MAX);
        let refusal = "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request.";
        match self.parts.network.send(request).await {
            Ok(response)
                if response.status == 200
                    && response.text().is_ok_and(|text| text.trim() == token) =>
            {
                Ok(())
            }
            Ok(_) | Err(_) => Err(refusal.to_owned()),
        }
    }
}
