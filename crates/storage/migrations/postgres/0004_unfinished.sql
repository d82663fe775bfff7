-- A new event is known by the id that its create chose, too, while the outcome of that create is not known.
CREATE INDEX intents_unfinished ON intents (tenant, calendar, at) WHERE outcome IN ('open', 'unresolved');
