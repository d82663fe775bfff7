-- Calendars published as feeds: whoever has the address can read, as far as its maker lets them. Of the secret in the address
-- only a keyed hash is kept.
CREATE TABLE published (
    tenant BYTEA NOT NULL,
    id BYTEA NOT NULL,
    calendar BYTEA NOT NULL,
    secret_hash BYTEA NOT NULL,
    shows TEXT NOT NULL,
    show_private BIGINT NOT NULL,
    created BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    last_read BIGINT,
    content BYTEA NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, secret_hash),
    FOREIGN KEY (tenant, calendar) REFERENCES calendars (tenant, id) ON DELETE CASCADE
);
CREATE INDEX published_of_calendar ON published (tenant, calendar);
