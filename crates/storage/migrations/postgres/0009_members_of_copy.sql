-- With the linked event in it the index answers alone. Without that SQLite took another one, and read all members of the
-- tenant, to find out what a copy is a member of.
DROP INDEX members_of_copy;
CREATE INDEX members_of_copy ON members (tenant, copy, linked);
