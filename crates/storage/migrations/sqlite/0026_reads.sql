-- What SQLite knows nothing of it takes to be narrowed by the tenant alone: an index that also gives the order is what it uses.
DROP INDEX conflicts_of_copy;
CREATE INDEX conflicts_of_copy ON conflicts (tenant, copy, at, id);
DROP INDEX link_calendars_by_calendar;
CREATE INDEX link_calendars_by_calendar ON link_calendars (tenant, calendar, link);

-- What follows from one change, in order.
DROP INDEX changes_by_cause;
CREATE INDEX changes_by_cause ON changes (tenant, cause, position) WHERE cause IS NOT NULL;
