-- When the program of an order is to be asked to prove again that it may be told; NULL: never.
ALTER TABLE watchers ADD COLUMN due BIGINT;
