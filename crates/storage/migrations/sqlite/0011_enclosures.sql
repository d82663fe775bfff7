-- What clients put beside an event: files, and properties of their own. It never leaves for a provider.
CREATE TABLE enclosures (
    tenant BLOB NOT NULL,
    id BLOB NOT NULL,
    calendar BLOB NOT NULL,
    copy BLOB NOT NULL,
    kind TEXT NOT NULL,
    created BIGINT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, calendar) REFERENCES calendars (tenant, id) ON DELETE CASCADE
);
CREATE INDEX enclosures_of_copy ON enclosures (tenant, copy, created);
CREATE INDEX enclosures_of_calendar ON enclosures (tenant, calendar, kind);
