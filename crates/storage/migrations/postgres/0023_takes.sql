-- What a single event with a zone takes of the time between its two ends: 0 nothing, 1 busy, 2 tentatively, 3 away. NULL where the
-- event must be looked into: series, days, floating times, and what was written before this column was there.
ALTER TABLE copies ADD COLUMN takes BIGINT;
