-- What was seen at a provider and is not taken up: deletions that wait for a person, and events that cannot be read and are
-- looked at again.
CREATE TABLE held (
    tenant BLOB NOT NULL,
    calendar BLOB NOT NULL,
    remote_hash BLOB NOT NULL,
    state TEXT NOT NULL,
    tries BIGINT NOT NULL,
    due BIGINT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (tenant, calendar, remote_hash),
    FOREIGN KEY (tenant, calendar) REFERENCES calendars (tenant, id) ON DELETE CASCADE
);
