-- What was seen at a provider and is not taken up: deletions that wait for a person, and events that cannot be read and are
-- looked at again.
CREATE TABLE held (
    tenant BYTEA NOT NULL,
    calendar BYTEA NOT NULL,
    remote_hash BYTEA NOT NULL,
    state TEXT NOT NULL,
    tries BIGINT NOT NULL,
    due BIGINT NOT NULL,
    content BYTEA NOT NULL,
    PRIMARY KEY (tenant, calendar, remote_hash),
    FOREIGN KEY (tenant, calendar) REFERENCES calendars (tenant, id) ON DELETE CASCADE
);
