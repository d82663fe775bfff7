-- Programs that are told of changes to a calendar, and how far each has been told.
CREATE TABLE watchers (
    tenant BLOB NOT NULL,
    id BLOB NOT NULL,
    calendar BLOB NOT NULL,
    expires BIGINT NOT NULL,
    position BIGINT NOT NULL,
    number BIGINT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, calendar) REFERENCES calendars (tenant, id) ON DELETE CASCADE
);
CREATE INDEX watchers_of_calendar ON watchers (tenant, calendar);
CREATE INDEX watchers_by_end ON watchers (tenant, expires);
