-- The first schema. The files for SQLite and PostgreSQL are the same but for the name of the binary type; a test compares
-- them. Instants are microseconds since 1970, ids are UUIDs as 16 bytes, booleans are 0 and 1. `content` is sealed by
-- the vault; columns named `…_hash` are keyed hashes for look-ups over sealed values. `tenant` is part of every key.

CREATE TABLE tenants (
    tenant BLOB NOT NULL PRIMARY KEY,
    -- The newest position of the change log. Locked by the last statements before a commit.
    position BIGINT NOT NULL,
    name BLOB NOT NULL
);

-- Wrapped keys. A destroyed key keeps its row with nothing in it, so that nobody makes another in its place.
CREATE TABLE keys (
    tenant BLOB NOT NULL,
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    subject BLOB NOT NULL,
    wrapped BLOB,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, kind, subject)
);

CREATE TABLE changes (
    tenant BLOB NOT NULL,
    position BIGINT NOT NULL,
    kind TEXT NOT NULL,
    subject BLOB NOT NULL,
    calendar BLOB,
    actor TEXT NOT NULL,
    cause BLOB,
    at BIGINT NOT NULL,
    removed BIGINT NOT NULL,
    PRIMARY KEY (tenant, position)
);
CREATE INDEX changes_of_calendar ON changes (tenant, calendar, position);
CREATE INDEX changes_by_cause ON changes (tenant, cause);

CREATE TABLE meta (
    tenant BLOB NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (tenant, name)
);

CREATE TABLE secrets (
    tenant BLOB NOT NULL,
    name TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (tenant, name)
);

CREATE TABLE users (
    tenant BLOB NOT NULL,
    id BLOB NOT NULL,
    email_hash BLOB NOT NULL,
    created BIGINT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, email_hash)
);

CREATE TABLE sessions (
    tenant BLOB NOT NULL,
    token_hash BLOB NOT NULL,
    user_id BLOB NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    PRIMARY KEY (tenant, token_hash),
    FOREIGN KEY (tenant, user_id) REFERENCES users (tenant, id) ON DELETE CASCADE
);

CREATE TABLE app_passwords (
    tenant BLOB NOT NULL,
    id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    secret_hash BLOB NOT NULL,
    created BIGINT NOT NULL,
    last_used BIGINT,
    content BLOB NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, secret_hash),
    FOREIGN KEY (tenant, user_id) REFERENCES users (tenant, id) ON DELETE CASCADE
);

CREATE TABLE api_tokens (
    tenant BLOB NOT NULL,
    id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    token_hash BLOB NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT,
    last_used BIGINT,
    content BLOB NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, token_hash),
    FOREIGN KEY (tenant, user_id) REFERENCES users (tenant, id) ON DELETE CASCADE
);

CREATE TABLE one_time (
    tenant BLOB NOT NULL,
    purpose TEXT NOT NULL,
    token_hash BLOB NOT NULL,
    expires BIGINT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (tenant, purpose, token_hash)
);

CREATE TABLE oauth_clients (
    tenant BLOB NOT NULL,
    id_hash BLOB NOT NULL,
    created BIGINT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (tenant, id_hash)
);

CREATE TABLE oauth_codes (
    tenant BLOB NOT NULL,
    code_hash BLOB NOT NULL,
    user_id BLOB NOT NULL,
    expires BIGINT NOT NULL,
    used BIGINT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (tenant, code_hash),
    FOREIGN KEY (tenant, user_id) REFERENCES users (tenant, id) ON DELETE CASCADE
);

CREATE TABLE oauth_tokens (
    tenant BLOB NOT NULL,
    token_hash BLOB NOT NULL,
    kind TEXT NOT NULL,
    family BLOB NOT NULL,
    user_id BLOB NOT NULL,
    issued BIGINT NOT NULL,
    expires BIGINT,
    used BIGINT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (tenant, token_hash),
    FOREIGN KEY (tenant, user_id) REFERENCES users (tenant, id) ON DELETE CASCADE
);
CREATE INDEX oauth_tokens_of_family ON oauth_tokens (tenant, family);
CREATE INDEX oauth_tokens_of_user ON oauth_tokens (tenant, user_id);

CREATE TABLE connections (
    tenant BLOB NOT NULL,
    id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    provider TEXT NOT NULL,
    state TEXT NOT NULL,
    last_sync BIGINT,
    created BIGINT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE calendars (
    tenant BLOB NOT NULL,
    id BLOB NOT NULL,
    connection BLOB,
    owner BLOB,
    remote_hash BLOB,
    slug_hash BLOB NOT NULL,
    read_only BIGINT NOT NULL,
    selected BIGINT NOT NULL,
    feed BIGINT NOT NULL,
    state TEXT NOT NULL,
    last_sync BIGINT,
    next_poll BIGINT,
    sort BIGINT NOT NULL,
    created BIGINT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, slug_hash),
    UNIQUE (tenant, connection, remote_hash)
);

CREATE TABLE channels (
    tenant BLOB NOT NULL,
    id BLOB NOT NULL,
    calendar BLOB NOT NULL,
    token_hash BLOB NOT NULL,
    state TEXT NOT NULL,
    expires BIGINT NOT NULL,
    renew_at BIGINT NOT NULL,
    last_message BIGINT,
    content BLOB NOT NULL,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, calendar) REFERENCES calendars (tenant, id) ON DELETE CASCADE
);
CREATE INDEX channels_of_calendar ON channels (tenant, calendar);
CREATE INDEX channels_by_token ON channels (tenant, token_hash);
CREATE INDEX channels_by_renewal ON channels (tenant, renew_at);

CREATE TABLE copies (
    tenant BLOB NOT NULL,
    id BLOB NOT NULL,
    calendar BLOB NOT NULL,
    uid_hash BLOB NOT NULL,
    remote_hash BLOB,
    name_hash BLOB,
    linked BLOB,
    alive BIGINT NOT NULL,
    admitted BIGINT NOT NULL,
    projected BIGINT NOT NULL,
    pending BIGINT NOT NULL,
    parked BIGINT NOT NULL,
    recurring BIGINT NOT NULL,
    start_at BIGINT NOT NULL,
    -- Nothing: it goes on for ever.
    end_at BIGINT,
    revision BIGINT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, calendar) REFERENCES calendars (tenant, id) ON DELETE CASCADE
);
CREATE INDEX copies_of_calendar ON copies (tenant, calendar, id);
CREATE INDEX copies_by_start ON copies (tenant, calendar, start_at);
CREATE INDEX copies_by_uid ON copies (tenant, calendar, uid_hash);
CREATE INDEX copies_by_remote ON copies (tenant, calendar, remote_hash);
CREATE INDEX copies_by_name ON copies (tenant, calendar, name_hash);
CREATE INDEX copies_pending ON copies (tenant, calendar, updated) WHERE pending = 1;

CREATE TABLE intents (
    tenant BLOB NOT NULL,
    stamp BLOB NOT NULL,
    copy BLOB NOT NULL,
    calendar BLOB NOT NULL,
    outcome TEXT NOT NULL,
    at BIGINT NOT NULL,
    closed_at BIGINT,
    content BLOB NOT NULL,
    PRIMARY KEY (tenant, stamp),
    FOREIGN KEY (tenant, calendar) REFERENCES calendars (tenant, id) ON DELETE CASCADE
);
CREATE INDEX intents_of_copy ON intents (tenant, copy, at);
CREATE INDEX intents_by_time ON intents (tenant, at);
CREATE INDEX intents_open ON intents (tenant, calendar, at) WHERE outcome = 'open';

CREATE TABLE observations (
    tenant BLOB NOT NULL,
    change BLOB NOT NULL,
    calendar BLOB NOT NULL,
    remote_hash BLOB NOT NULL,
    at BIGINT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (tenant, change),
    FOREIGN KEY (tenant, calendar) REFERENCES calendars (tenant, id) ON DELETE CASCADE
);
CREATE INDEX observations_by_remote ON observations (tenant, calendar, remote_hash, at);
CREATE INDEX observations_by_time ON observations (tenant, at);

CREATE TABLE edits (
    tenant BLOB NOT NULL,
    change BLOB NOT NULL,
    copy BLOB NOT NULL,
    calendar BLOB NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (tenant, change, copy),
    FOREIGN KEY (tenant, calendar) REFERENCES calendars (tenant, id) ON DELETE CASCADE
);
CREATE INDEX edits_of_copy ON edits (tenant, copy, at);
CREATE INDEX edits_by_time ON edits (tenant, at);

CREATE TABLE conflicts (
    tenant BLOB NOT NULL,
    id BLOB NOT NULL,
    copy BLOB NOT NULL,
    calendar BLOB NOT NULL,
    at BIGINT NOT NULL,
    state TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, calendar) REFERENCES calendars (tenant, id) ON DELETE CASCADE
);
CREATE INDEX conflicts_of_copy ON conflicts (tenant, copy);
CREATE INDEX conflicts_by_time ON conflicts (tenant, at);

CREATE TABLE links (
    tenant BLOB NOT NULL,
    id BLOB NOT NULL,
    state TEXT NOT NULL,
    created BIGINT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (tenant, id)
);

-- Which calendars are in a link; for look-ups, the rest of the membership is in the link's content.
CREATE TABLE link_calendars (
    tenant BLOB NOT NULL,
    link BLOB NOT NULL,
    calendar BLOB NOT NULL,
    PRIMARY KEY (tenant, link, calendar),
    FOREIGN KEY (tenant, link) REFERENCES links (tenant, id) ON DELETE CASCADE
);
CREATE INDEX link_calendars_by_calendar ON link_calendars (tenant, calendar);

CREATE TABLE linked (
    tenant BLOB NOT NULL,
    id BLOB NOT NULL,
    link BLOB NOT NULL,
    alive BIGINT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX linked_of_link ON linked (tenant, link, id);

CREATE TABLE members (
    tenant BLOB NOT NULL,
    linked BLOB NOT NULL,
    copy BLOB NOT NULL,
    link BLOB NOT NULL,
    calendar BLOB NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (tenant, linked, copy)
);
CREATE INDEX members_of_copy ON members (tenant, copy);
CREATE INDEX members_of_link ON members (tenant, link, calendar);
CREATE INDEX members_of_calendar ON members (tenant, calendar);

CREATE TABLE jobs (
    tenant BLOB NOT NULL,
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    subject BLOB NOT NULL,
    due BIGINT NOT NULL,
    -- Grows with every request, so that one that came while the job ran is not forgotten when it is done.
    wanted BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    owner BLOB,
    lease BIGINT,
    fence BIGINT NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, kind, subject)
);
CREATE INDEX jobs_by_due ON jobs (tenant, kind, due);

CREATE TABLE leases (
    tenant BLOB NOT NULL,
    subject TEXT NOT NULL,
    owner BLOB NOT NULL,
    expires BIGINT NOT NULL,
    fence BIGINT NOT NULL,
    PRIMARY KEY (tenant, subject)
);

CREATE TABLE timers (
    tenant BLOB NOT NULL,
    subscriber TEXT NOT NULL,
    subject BLOB NOT NULL,
    due BIGINT NOT NULL,
    PRIMARY KEY (tenant, subscriber, subject)
);
CREATE INDEX timers_by_due ON timers (tenant, due);

CREATE TABLE idempotency (
    tenant BLOB NOT NULL,
    key_hash BLOB NOT NULL,
    at BIGINT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (tenant, key_hash)
);
CREATE INDEX idempotency_by_time ON idempotency (tenant, at);
