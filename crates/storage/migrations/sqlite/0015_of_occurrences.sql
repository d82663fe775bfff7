-- What is beside one occurrence of a series alone: when the series has it, in UTC; NULL: it is beside the event itself.
ALTER TABLE enclosures ADD COLUMN occurrence BIGINT;
