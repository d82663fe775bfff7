-- A cursor may tell nothing of what was made and deleted since: what was written since then is looked for.
CREATE INDEX intents_written ON intents (tenant, calendar, closed_at) WHERE outcome IN ('done', 'partly');
