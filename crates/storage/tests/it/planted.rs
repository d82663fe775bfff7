//! A secret is planted in every text that somebody may write or that identifies somebody; then the database is searched
//! for it, byte by byte.

use std::{collections::BTreeMap, path::Path, process::Command};

use base64::{Engine as _, engine::general_purpose};
use calendar::{
    Address, Event, Override, Patch, Person, Place, Reminder, Text, Unit, VirtualPlace,
};
use kalends_storage::{
    Tx, api_tokens, app_passwords, calendars, channels, conflicts, connections, copies, edits,
    idempotency, intents, linked, links, members, meta, oauth, observations, one_time, published,
    users, watchers,
};
use serde_json::json;
use sync::{
    ChangeId, Conflict, ConnectionId, Filter, Intent, LinkId, LinkedId, Mask, Observation,
    OnConflict, Remote, Role, Stamp, UserId, Version, links::filter::Words,
};

use crate::{
    fixture::{Fixture, a_calendar, a_copy, an_event, at, id},
    rows::{a_conflict, an_intent},
};

/// Long enough not to be there by chance. 24 bytes, so that base64 of it is the same wherever a text around it begins
/// at a multiple of three; the two other alignments are searched for as well.
const SECRET: &str = "Quetzalcoatl-root-canal!";

both! { no_secret_is_in_the_database }

async fn no_secret_is_in_the_database(f: Fixture) {
    let mut tx = f.store.write().await.unwrap();
    plant_events(&mut tx).await;
    plant_people(&mut tx).await;
    // The search itself must be able to find something: this is not sealed.
    meta::set(&mut tx, "findable", &find_me()).await.unwrap();
    tx.commit().await.unwrap();
    let named = f.stores.create_tenant(SECRET).await.unwrap();
    drop(named);

    // Before anything is moved out of the WAL, and after.
    let mut places = bytes_of(&f);
    if let Some(folder) = &f.folder {
        f.stores.close().await;
        places.extend(files(folder.path()));
    }
    let mut findable = 0;
    for (place, bytes) in &places {
        for (form, needle) in forms(SECRET) {
            assert!(
                !contains(bytes, &needle),
                "{place} has the secret in {form}"
            );
        }
        findable += usize::from(contains(bytes, find_me().as_bytes()));
    }
    assert!(
        findable > 0,
        "what is not sealed was found nowhere: the search is broken"
    );
}

fn find_me() -> String {
    SECRET.replace("root", "boot")
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

/// The secret as it is, in hex, and in base64 at each of the three alignments (without the ends, which depend on the
/// bytes around it).
fn forms(secret: &str) -> Vec<(String, Vec<u8>)> {
    let bytes = secret.as_bytes();
    let hex = bytes
        .iter()
        .fold(String::new(), |hex, b| format!("{hex}{b:02x}"));
    let utf16: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut forms = vec![
        ("plain text".to_owned(), bytes.to_vec()),
        ("UTF-16".to_owned(), utf16),
        ("upper hex".to_owned(), hex.to_uppercase().into_bytes()),
        ("hex".to_owned(), hex.into_bytes()),
    ];
    for shift in 0..3 {
        let padded = [&vec![b' '; shift], bytes].concat();
        for (name, engine) in [
            ("base64", &general_purpose::STANDARD_NO_PAD),
            ("URL base64", &general_purpose::URL_SAFE_NO_PAD),
        ] {
            let text = engine.encode(&padded);
            forms.push((
                format!("{name}, shifted by {shift}"),
                text.as_bytes()[4..28].to_vec(),
            ));
        }
    }
    forms
}

/// Every byte that the database has on disk, or that a backup would have.
fn bytes_of(f: &Fixture) -> Vec<(String, Vec<u8>)> {
    if let Some(folder) = &f.folder {
        let files = files(folder.path());
        assert!(
            files.iter().any(|(name, _)| name.ends_with("-wal")),
            "there is a WAL"
        );
        return files;
    }
    let url = f.settings.url.split("options").next().unwrap();
    let url = url.trim_end_matches(['?', '&']);
    let schema = f.schema.as_deref().unwrap();
    let dump = |arguments: &[&str]| {
        let output = Command::new(pg_dump())
            .args(arguments)
            .args(["--schema", schema, url])
            .output();
        let output = output.expect("pg_dump starts");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(!output.stdout.is_empty());
        output.stdout
    };
    let text = dump(&[]);
    // A dump has binary columns in hex: as bytes again, so that a secret in plain text would be seen in them.
    let decoded = hex_runs(&text);
    assert!(!decoded.is_empty(), "the dump has binary columns");
    vec![
        ("pg_dump".into(), text),
        ("the binary columns of pg_dump".into(), decoded),
        ("pg_dump with inserts".into(), dump(&["--inserts"])),
    ]
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let each = std::fs::read_dir(folder).unwrap();
    each.map(|entry| {
        let path = entry.unwrap().path();
        (path.display().to_string(), std::fs::read(&path).unwrap())
    })
    .collect()
}

/// All `\\x…` runs of a dump, decoded.
fn hex_runs(dump: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(dump);
    let mut bytes = Vec::new();
    for run in text.split("\\\\x").skip(1) {
        let digits: Vec<u32> = run.chars().map_while(|c| c.to_digit(16)).collect();
        bytes.extend(
            digits
                .chunks_exact(2)
                .map(|d| u8::try_from(d[0] * 16 + d[1]).unwrap()),
        );
    }
    bytes
}

fn pg_dump() -> std::path::PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let found = versions
        .map(|v| v.path().join("bin/pg_dump"))
        .find(|p| p.is_file());
    found.unwrap_or_else(|| "pg_dump".into())
}

fn s() -> String {
    format!("x {SECRET} y")
}

/// An event with the secret in every text.
fn event() -> Event {
    let mut e = an_event(SECRET);
    e.title = s();
    e.text = Text::html(s());
    e.places = vec![Place {
        name: s(),
        coordinates: Some(s()),
    }];
    e.virtual_places = vec![VirtualPlace {
        name: s(),
        uri: s(),
    }];
    e.people.insert(
        Address::new(&format!("mailto:{SECRET}@example.com")),
        Person {
            name: Some(s()),
            comment: Some(s()),
            parameters: BTreeMap::from([("X-P".into(), s())]),
            ..Person::default()
        },
    );
    e.color = Some(s());
    e.categories.insert(s());
    e.unknown.set("icalendar", json!({ "X-SECRET": s() }));
    e.reminders = Some(Vec::<Reminder>::new());
    let patch = Patch {
        title: Some(s()),
        text: Some(Text::plain(s())),
        places: Some(vec![Place::named(s())]),
        ..Patch::default()
    };
    let when = "2026-11-30T09:00:00".parse().unwrap();
    e.overrides.insert(when, Override::Patch(Box::new(patch)));
    e
}

async fn plant_events(tx: &mut Tx) {
    let calendar = calendars::Calendar {
        connection: Some(ConnectionId(id())),
        name: s(),
        color: Some(s()),
        description: Some(s()),
        time_zone: Some(s()),
        remote_id: Some(s()),
        slug: s(),
        cursor: Some(s()),
        message: Some(s()),
        ..a_calendar()
    };
    calendars::insert(tx, &calendar).await.unwrap();
    let calendar = calendar.id;
    let feed = published::Published {
        id: id(),
        calendar,
        name: s(),
        shows: published::Shows::Whole,
        show_private: false,
        created: at(0),
        changed: at(0),
        last_read: None,
    };
    let hash = tx.hash("feed", SECRET);
    published::insert(tx, &feed, hash).await.unwrap();

    let mut row = a_copy(calendar, SECRET);
    let version = Version {
        tag: s(),
        order: None,
    };
    row.name = Some(s());
    row.copy.local = event();
    row.copy.remote = Remote::Live {
        id: s(),
        version: version.clone(),
    };
    row.copy.base = Some(sync::Base {
        remote: event(),
        local: event(),
    });
    row.copy.held = Some(event());
    row.copy.parked = Some(s());
    copies::insert(tx, &row).await.unwrap();
    copies::update(tx, &mut row).await.unwrap();

    let intent = Intent {
        remote_id: Some(s()),
        version: Some(version.clone()),
        body: Some(event()),
        local: Some(event()),
        ..an_intent(row.copy.id)
    };
    intents::insert(tx, &intent, calendar).await.unwrap();
    let observation = Observation {
        change: ChangeId(id()),
        remote_id: s(),
        version: Some(version),
        body: Some(event()),
        stamp: Some(Stamp(id())),
        modified: None,
    };
    observations::insert(tx, calendar, &observation)
        .await
        .unwrap();
    let edit = edits::Edit {
        change: ChangeId(id()),
        copy: row.copy.id,
        calendar,
        actor: "user:1".into(),
        at: at(0),
        before: Some(event()),
        after: Some(event()),
    };
    edits::insert(tx, &edit).await.unwrap();
    let conflict = Conflict {
        unit: Unit::Unknown(s()),
        base: event(),
        local: event(),
        remote: event(),
        ..a_conflict(calendar).conflict
    };
    let conflict = conflicts::Row {
        conflict,
        ..a_conflict(calendar)
    };
    conflicts::insert(tx, &conflict).await.unwrap();

    let mask = Mask {
        title: Some(s()),
        ..Mask::everything()
    };
    let link = links::Link {
        id: LinkId(id()),
        name: s(),
        state: links::State::Active,
        on_conflict: OnConflict::Newest,
        pilot: false,
        allow_notify: false,
        members: vec![links::LinkMember {
            calendar,
            role: Role::Both,
            mask: mask.clone(),
            filter: Filter {
                text: Words {
                    any_of: vec![s()],
                    ..Words::default()
                },
                ..Filter::default()
            },
            away: false,
        }],
        created: at(0),
    };
    links::insert(tx, &link).await.unwrap();
    let (one, member) = sync::links::begin(LinkedId(id()), link.id, &row.copy, Role::Both, mask);
    linked::insert(tx, &one).await.unwrap();
    members::insert(tx, &member).await.unwrap();
    let channel = channels::Channel {
        id: id(),
        calendar,
        token: s().into(),
        resource: s(),
        expires: at(0),
        renew_at: at(0),
        state: channels::State::Active,
        last_message: None,
    };
    channels::insert(tx, &channel).await.unwrap();
    let watcher = watchers::Watcher {
        id: id(),
        calendar: Some(calendar),
        expires: at(0),
        position: 0,
        number: 0,
        seen: None,
        due: None,
        content: s().into_bytes(),
    };
    watchers::insert(tx, &watcher).await.unwrap();
    let request = idempotency::fingerprint(tx, &s());
    let (who, key) = (s(), s());
    idempotency::claim(tx, &who, &key, &request, at(0))
        .await
        .unwrap();
    idempotency::answer(tx, &who, &key, &request, s().as_bytes())
        .await
        .unwrap();
}

async fn plant_people(tx: &mut Tx) {
    let connection = connections::Connection {
        id: ConnectionId(id()),
        user: UserId(id()),
        provider: "caldav".into(),
        account: s(),
        url: Some(s()),
        credentials: json!({ "password": s() }).into(),
        state: kalends_storage::Health::Ok,
        message: Some(s()),
        scopes: vec![s()],
        last_sync: None,
        created: at(0),
    };
    connections::insert(tx, &connection).await.unwrap();
    let user = users::User {
        id: UserId(id()),
        email: s(),
        name: s(),
        time_zone: s(),
        password: Some(s()),
        roles: vec![s()],
        created: at(0),
    };
    users::insert(tx, &user).await.unwrap();
    let user = user.id;
    let hash = tx.hash("any", SECRET);
    let password = app_passwords::AppPassword {
        id: id(),
        user,
        name: s(),
        created: at(0),
        last_used: None,
    };
    app_passwords::insert(tx, &password, hash).await.unwrap();
    let token = api_tokens::ApiToken {
        id: id(),
        user,
        name: s(),
        scopes: vec![s()],
        created: at(0),
        expires: None,
        last_used: None,
    };
    api_tokens::insert(tx, &token, hash).await.unwrap();
    one_time::insert(tx, "oauth", hash, s().as_bytes(), at(0))
        .await
        .unwrap();
    meta::set_secret(tx, "signing", s().as_bytes())
        .await
        .unwrap();
    let client = oauth::clients::Client {
        id: s(),
        secret_hash: Some(hash),
        name: s(),
        redirect_uris: vec![s()],
        scopes: vec![s()],
        created: at(0),
    };
    oauth::clients::put(tx, &client).await.unwrap();
    let code = oauth::codes::Code {
        client: s(),
        user,
        redirect_uri: s(),
        challenge: Some(s()),
        scopes: vec![s()],
        nonce: Some(s()),
        family: id(),
        expires: at(0),
    };
    oauth::codes::insert(tx, hash, &code).await.unwrap();
    let token = oauth::tokens::Token {
        kind: oauth::tokens::Kind::Access,
        family: id(),
        client: s(),
        user,
        scopes: vec![s()],
        issued: at(0),
        expires: None,
        used: false,
    };
    oauth::tokens::insert(tx, hash, &token).await.unwrap();
}
