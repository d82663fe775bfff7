-- To whom the owner of a calendar has opened it. Whom a grant is for is a keyed hash, the same as of people's addresses, so
-- that it may come before the person; everybody in the house has one of its own.
CREATE TABLE shares (
    tenant BYTEA NOT NULL,
    id BYTEA NOT NULL,
    calendar BYTEA NOT NULL,
    whom_hash BYTEA NOT NULL,
    everybody BIGINT NOT NULL,
    access TEXT NOT NULL,
    created BIGINT NOT NULL,
    content BYTEA NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, calendar, whom_hash),
    FOREIGN KEY (tenant, calendar) REFERENCES calendars (tenant, id) ON DELETE CASCADE
);
CREATE INDEX shares_of_whom ON shares (tenant, whom_hash);
