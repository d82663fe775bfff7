-- What clients put beside an event: files, and properties of their own. It never leaves for a provider.
CREATE TABLE enclosures (
    tenant BYTEA NOT NULL,
    id BYTEA NOT NULL,
    calendar BYTEA NOT NULL,
    copy BYTEA NOT NULL,
    kind TEXT NOT NULL,
    created BIGINT NOT NULL,
    content BYTEA NOT NULL,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, calendar) REFERENCES calendars (tenant, id) ON DELETE CASCADE
);
CREATE INDEX enclosures_of_copy ON enclosures (tenant, copy, created);
CREATE INDEX enclosures_of_calendar ON enclosures (tenant, calendar, kind);
