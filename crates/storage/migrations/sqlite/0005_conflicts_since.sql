-- What lost is kept from when it lost: a question may have been open for long before somebody answered it.
ALTER TABLE conflicts ADD COLUMN since BIGINT NOT NULL DEFAULT 0;
UPDATE conflicts SET since = at;
