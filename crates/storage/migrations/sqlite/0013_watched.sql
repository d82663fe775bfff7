-- An order may be about a person's list of calendars or their settings instead of one calendar, and it outlives its calendar
-- until its program has been told so. What cannot be told from the log is known by a keyed hash of what was there.
CREATE TABLE watchers_anew (
    tenant BLOB NOT NULL,
    id BLOB NOT NULL,
    calendar BLOB,
    expires BIGINT NOT NULL,
    position BIGINT NOT NULL,
    number BIGINT NOT NULL,
    seen BLOB,
    content BLOB NOT NULL,
    PRIMARY KEY (tenant, id)
);
INSERT INTO watchers_anew (tenant, id, calendar, expires, position, number, content)
    SELECT tenant, id, calendar, expires, position, number, content FROM watchers;
DROP TABLE watchers;
ALTER TABLE watchers_anew RENAME TO watchers;
CREATE INDEX watchers_by_end ON watchers (tenant, expires);
