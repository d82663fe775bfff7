//! Providers without a network: one is connected on a page of its own, the other with a password. Each has one calendar
//! that notifies and never changes.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use providers::{
    Account, Auth, AuthorizeRequest, Calendar, Changes, Channel, Connector, Create, Delete,
    Description, Directory, Failure, Grant, Place, Preset, Seen, Traits, Update, Watch,
};
use sync::{Stamp, replication::Reply};
use uuid::Uuid;

/// The code that is accepted.
pub const CODE: &str = "the-right-code";
/// The password that is accepted.
pub const PASSWORD: &str = "the-right-password";

/// `page` is connected with OAuth, `server` with a password.
pub struct Providers;

/// An account at either.
struct Still(String);

#[async_trait]
impl Directory for Providers {
    fn list(&self) -> Vec<Description> {
        let description = |id: &str, auth| Description {
            id: id.to_owned(),
            name: id.to_uppercase(),
            auth,
            presets: vec![Preset {
                name: "Example".to_owned(),
                url: "https://dav.example/".to_owned(),
            }],
        };
        vec![
            description("page", Auth::Oauth),
            description("server", Auth::Password),
        ]
    }

    fn authorize_url(&self, provider: &str, request: &AuthorizeRequest<'_>) -> Option<String> {
        (provider == "page").then(|| format!("https://page.example/?state={}", request.state))
    }

    async fn exchange(&self, _: &str, code: &str, _: &str, _: &str) -> Result<Grant, Failure> {
        if code != CODE {
            return Err(Failure::Reauthorise("invalid_grant".to_owned()));
        }
        Ok(Grant {
            access: "access".to_owned().into(),
            refresh: Some("refresh".to_owned().into()),
            expires_in: 3600,
            scopes: "calendar".to_owned(),
        })
    }

    async fn refresh(&self, _: &str, _: &str) -> Result<Grant, Failure> {
        Err(Failure::Protocol("nothing expires here".to_owned()))
    }

    fn connector(&self, account: Account<'_>) -> Result<Arc<dyn Connector>, Failure> {
        let name = match account.password {
            Some((name, PASSWORD)) => name,
            Some(_) => {
                let reason = "the user name or app password is not accepted";
                return Err(Failure::Reauthorise(reason.to_owned()));
            }
            None => "ada@page.example",
        };
        Ok(Arc::new(Still(name.to_owned())))
    }
}

#[async_trait]
impl Connector for Still {
    fn traits(&self) -> Traits {
        Traits {
            push: true,
            poll: Duration::from_secs(3600),
            hurry: Duration::from_secs(60),
            concurrency: 1,
            quiet: true,
            in_parts: false,
        }
    }

    async fn calendars(&self) -> Result<Vec<Calendar>, Failure> {
        Ok(vec![Calendar {
            id: self.0.clone(),
            name: "Work".to_owned(),
            color: None,
            time_zone: Some("Europe/Berlin".to_owned()),
            writable: true,
            primary: true,
        }])
    }

    async fn changes(&self, _: Place<'_>, _: Option<&str>) -> Result<Changes, Failure> {
        Ok(Changes::default())
    }

    async fn get(&self, _: Place<'_>, _: &str) -> Result<Seen, Failure> {
        Ok(Seen::Nothing)
    }

    async fn find(&self, _: Place<'_>, _: Option<&str>, _: Stamp) -> Result<Seen, Failure> {
        Ok(Seen::Nothing)
    }

    fn choose_id(&self, _: Uuid, _: u32) -> Option<String> {
        None
    }

    async fn create(&self, _: Place<'_>, _: Create<'_>) -> Result<Reply, Failure> {
        Err(Failure::Forbidden("it stands still".to_owned()))
    }

    async fn update(&self, _: Place<'_>, _: Update<'_>) -> Result<Reply, Failure> {
        Err(Failure::Forbidden("it stands still".to_owned()))
    }

    async fn delete(&self, _: Place<'_>, _: Delete<'_>) -> Result<Reply, Failure> {
        Err(Failure::Forbidden("it stands still".to_owned()))
    }

    async fn watch(&self, _: Place<'_>, watch: Watch<'_>) -> Result<Channel, Failure> {
        Ok(Channel {
            id: watch.id,
            resource: "resource".to_owned(),
            expires: watch.until,
        })
    }

    async fn unwatch(&self, _: &Channel) -> Result<(), Failure> {
        Ok(())
    }
}
