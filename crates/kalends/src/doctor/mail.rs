//! Whether the mail server can be reached, and lets the hub in. Nothing is sent.

use delivery::mail::{Failure, Server};

use super::Doctor;
use crate::{config::Config, house};

impl Doctor {
    /// Asks the mail server.
    pub(super) async fn mail(&mut self, config: &Config) {
        let Some(mail) = &config.mail else {
            Self::note(
                "mail",
                "no server is configured ([mail]): nobody outside of the hub is written to",
            );
            return;
        };
        let server = match house::mail_server(config, mail) {
            Ok((server, _)) => server,
            Err(error) => return self.bad("mail", &error.to_string()),
        };
        match check(&server).await {
            Ok(()) => Self::good("mail", &format!("{} lets the hub in", mail.host)),
            Err(why) => self.bad("mail", &format!("{}: {why}", mail.host)),
        }
    }
}

async fn check(server: &Server) -> Result<(), String> {
    server.check().await.map_err(|failure| match failure {
        Failure::Refused(code) => format!("it answered {code}"),
        Failure::Later(reason) => reason.to_string(),
    })
}
