//! Who is acting: the first parameter of every use case.

use std::collections::BTreeSet;

use storage::ids::{TenantId, UserId};

/// Who is acting, for whom, and what for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// In whose house.
    pub tenant: TenantId,
    /// What kind of actor.
    pub kind: Kind,
    /// What a token allows; `None` for somebody who has signed in and may do all that they may do.
    pub scopes: Option<BTreeSet<String>>,
    /// Why, where that must be recorded.
    pub purpose: Option<String>,
}

/// What kind of actor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A person.
    Person(UserId),
    /// A program that a person let in.
    Application {
        /// Its client id.
        client: String,
        /// The person.
        user: UserId,
    },
    /// The installation itself: rules, timers, the worker.
    System,
}

impl Actor {
    /// A person who has signed in.
    pub fn person(tenant: TenantId, user: UserId) -> Self {
        Self {
            tenant,
            kind: Kind::Person(user),
            scopes: None,
            purpose: None,
        }
    }

    /// The installation itself.
    pub fn system(tenant: TenantId) -> Self {
        Self {
            tenant,
            kind: Kind::System,
            scopes: None,
            purpose: None,
        }
    }

    /// The person behind it.
    pub fn user(&self) -> Option<UserId> {
        match &self.kind {
            Kind::Person(user) | Kind::Application { user, .. } => Some(*user),
            Kind::System => None,
        }
    }

    /// The program that the person let in, by its client id.
    pub fn program(&self) -> Option<&str> {
        match &self.kind {
            Kind::Application { client, .. } => Some(client),
            Kind::Person(_) | Kind::System => None,
        }
    }

    /// Whether its token, if it has one, allows this.
    pub fn may(&self, scope: &str) -> bool {
        self.scopes
            .as_ref()
            .is_none_or(|scopes| scopes.contains(scope))
    }

    /// How the change log and the audit name it.
    pub fn log_name(&self) -> String {
        match &self.kind {
            Kind::Person(user) => format!("user:{user}"),
            Kind::Application { client, user } => format!("app:{client}:{user}"),
            Kind::System => "system".to_owned(),
        }
    }
}
