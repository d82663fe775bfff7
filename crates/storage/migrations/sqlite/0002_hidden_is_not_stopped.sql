-- Hiding a calendar is not stopping it. Until now `selected` was both, and the one place where people set it was the list
-- of calendars that are shown.
ALTER TABLE calendars ADD COLUMN shown BIGINT NOT NULL DEFAULT 1;
UPDATE calendars SET shown = selected, selected = 1;

-- When something last happened in it: a calendar in which nothing happens is looked at more rarely.
ALTER TABLE calendars ADD COLUMN moved BIGINT;
ALTER TABLE calendars DROP COLUMN next_poll;
