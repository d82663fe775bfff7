-- Calendar objects that are no events: tasks, journals and the like, as their clients wrote them.
CREATE TABLE objects (
    tenant BYTEA NOT NULL,
    id BYTEA NOT NULL,
    calendar BYTEA NOT NULL,
    uid_hash BYTEA NOT NULL,
    name_hash BYTEA NOT NULL,
    component TEXT NOT NULL,
    alive BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    content BYTEA NOT NULL,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, calendar) REFERENCES calendars (tenant, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX objects_by_name ON objects (tenant, calendar, name_hash) WHERE alive = 1;
CREATE INDEX objects_by_uid ON objects (tenant, uid_hash);
CREATE INDEX objects_of_calendar ON objects (tenant, calendar, alive, id);
