-- Old edits go once a day; no edit that is made pays for that.
DROP INDEX edits_by_time;
