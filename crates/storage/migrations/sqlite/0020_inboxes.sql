-- Scheduling inboxes (RFC 6638 2.2): each is a calendar of its owner that no list of calendars has, and what is in it are
-- objects like tasks.
ALTER TABLE calendars ADD COLUMN inbox BIGINT NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX calendars_inbox ON calendars (tenant, owner) WHERE inbox = 1;
