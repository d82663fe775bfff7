-- What SQLite knows nothing of it takes to be narrowed enough by the first column of an index, and PostgreSQL takes a tenant or
-- calendar that it has not counted yet to have nothing: either read all that a tenant has. So each index of what grows begins
-- with what narrows most, and has what gives the order.

DROP INDEX changes_of_calendar;
CREATE INDEX changes_of_calendar ON changes (calendar, tenant, position);
DROP INDEX changes_by_cause;
CREATE INDEX changes_by_cause ON changes (cause, tenant, position) WHERE cause IS NOT NULL;
DROP INDEX conflicts_of_copy;
CREATE INDEX conflicts_of_copy ON conflicts (copy, tenant, at, id);
DROP INDEX conflicts_open;
CREATE INDEX conflicts_open ON conflicts (calendar, tenant) WHERE state = 'open';
DROP INDEX copies_of_calendar;
CREATE INDEX copies_of_calendar ON copies (calendar, tenant, id);
DROP INDEX copies_by_uid;
CREATE INDEX copies_by_uid ON copies (calendar, tenant, uid_hash);
DROP INDEX copies_by_name;
CREATE INDEX copies_by_name ON copies (calendar, tenant, name_hash);
DROP INDEX copies_pending;
CREATE INDEX copies_pending ON copies (calendar, tenant, updated) WHERE pending = 1;
DROP INDEX copies_parked;
CREATE INDEX copies_parked ON copies (calendar, tenant, updated) WHERE parked = 1;
DROP INDEX copies_of_days;
CREATE INDEX copies_of_days ON copies (calendar, tenant, start_at, end_at, id)
    WHERE alive = 1 AND end_at - start_at <= 172800000000;
DROP INDEX copies_of_weeks;
CREATE INDEX copies_of_weeks ON copies (calendar, tenant, start_at, end_at, id)
    WHERE alive = 1 AND end_at - start_at > 172800000000 AND end_at - start_at <= 2764800000000;
DROP INDEX copies_of_months;
CREATE INDEX copies_of_months ON copies (calendar, tenant, start_at, end_at, id)
    WHERE alive = 1 AND end_at - start_at > 2764800000000 AND end_at - start_at <= 44236800000000;
DROP INDEX copies_of_years;
CREATE INDEX copies_of_years ON copies (calendar, tenant, start_at, end_at, id)
    WHERE alive = 1 AND (end_at IS NULL OR end_at - start_at > 44236800000000);
DROP INDEX copies_by_remote;
CREATE INDEX copies_by_remote ON copies (calendar, tenant, remote_hash) WHERE remote_hash IS NOT NULL;
DROP INDEX double_bookings_of_second;
CREATE INDEX double_bookings_of_second ON double_bookings (second, tenant);
DROP INDEX double_bookings_of_calendar;
CREATE INDEX double_bookings_of_calendar ON double_bookings (first_calendar, tenant);
DROP INDEX double_bookings_of_second_calendar;
CREATE INDEX double_bookings_of_second_calendar ON double_bookings (second_calendar, tenant);
DROP INDEX edits_of_copy;
CREATE INDEX edits_of_copy ON edits (copy, tenant, at);
DROP INDEX enclosures_of_copy;
CREATE INDEX enclosures_of_copy ON enclosures (copy, tenant, created);
DROP INDEX enclosures_of_calendar;
CREATE INDEX enclosures_of_calendar ON enclosures (calendar, tenant, kind);
DROP INDEX intents_of_copy;
CREATE INDEX intents_of_copy ON intents (copy, tenant, at);
DROP INDEX intents_open;
CREATE INDEX intents_open ON intents (calendar, tenant, at) WHERE outcome = 'open';
DROP INDEX intents_unfinished;
CREATE INDEX intents_unfinished ON intents (calendar, tenant, at) WHERE outcome IN ('open', 'unresolved');
DROP INDEX intents_written;
CREATE INDEX intents_written ON intents (calendar, tenant, closed_at) WHERE outcome IN ('done', 'partly');
DROP INDEX link_calendars_by_calendar;
CREATE INDEX link_calendars_by_calendar ON link_calendars (calendar, tenant, link);
DROP INDEX linked_of_link;
CREATE INDEX linked_of_link ON linked (link, tenant, id);
DROP INDEX members_of_link;
CREATE INDEX members_of_link ON members (link, tenant, calendar);
DROP INDEX members_of_calendar;
CREATE INDEX members_of_calendar ON members (calendar, tenant);
DROP INDEX members_of_copy;
CREATE INDEX members_of_copy ON members (copy, tenant, linked);
DROP INDEX objects_by_name;
CREATE UNIQUE INDEX objects_by_name ON objects (calendar, tenant, name_hash) WHERE alive = 1;
DROP INDEX objects_by_uid;
CREATE INDEX objects_by_uid ON objects (uid_hash, tenant);
DROP INDEX objects_of_calendar;
CREATE INDEX objects_of_calendar ON objects (calendar, tenant, alive, id);
DROP INDEX observations_by_remote;
CREATE INDEX observations_by_remote ON observations (calendar, tenant, remote_hash, at);
DROP INDEX spans_by_time;
CREATE INDEX spans_by_time ON spans (calendar, tenant, start_at);

-- PostgreSQL only. Many rows are asked for at once by these keys; behind the tenant it would not look each of them up, but read
-- all of a tenant that seems to have a few.
ALTER TABLE copies DROP CONSTRAINT copies_pkey, ADD PRIMARY KEY (id, tenant);
ALTER TABLE linked DROP CONSTRAINT linked_pkey, ADD PRIMARY KEY (id, tenant);
ALTER TABLE members DROP CONSTRAINT members_pkey, ADD PRIMARY KEY (linked, tenant, copy);
ALTER TABLE spans DROP CONSTRAINT spans_pkey, ADD PRIMARY KEY (copy, tenant, start_at);
-- Without statistics a tenant or calendar has a two-hundredth of a table, whichever it is.
DO $$
DECLARE
    named record;
BEGIN
    FOR named IN
        SELECT table_name, column_name FROM information_schema.columns
        WHERE table_schema = current_schema() AND column_name IN ('tenant', 'calendar')
    LOOP
        EXECUTE format('ALTER TABLE %I ALTER COLUMN %I SET STATISTICS 0', named.table_name, named.column_name);
    END LOOP;
END $$;
