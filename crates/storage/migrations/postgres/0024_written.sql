-- A cursor may tell nothing of what was made and deleted since: what was written since then is looked for.
CREATE INDEX intents_written ON intents (tenant, calendar, closed_at) WHERE outcome IN ('done', 'partly');

-- What no provider has is not looked for by a provider's id: calendars of the hub's own are written without this index.
DROP INDEX copies_by_remote;
CREATE INDEX copies_by_remote ON copies (tenant, calendar, remote_hash) WHERE remote_hash IS NOT NULL;
