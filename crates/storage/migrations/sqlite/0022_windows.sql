-- What happens in a window is found by two ends: each copy is in one of four indexes by how long it lasts from its first occurrence to
-- its last (two days, 32, 512, longer or for ever), and in each only what begins in the window, or at most so long before it, is
-- looked at.
DROP INDEX copies_by_start;
CREATE INDEX copies_of_days ON copies (tenant, calendar, start_at, end_at, id)
    WHERE alive = 1 AND end_at - start_at <= 172800000000;
CREATE INDEX copies_of_weeks ON copies (tenant, calendar, start_at, end_at, id)
    WHERE alive = 1 AND end_at - start_at > 172800000000 AND end_at - start_at <= 2764800000000;
CREATE INDEX copies_of_months ON copies (tenant, calendar, start_at, end_at, id)
    WHERE alive = 1 AND end_at - start_at > 2764800000000 AND end_at - start_at <= 44236800000000;
CREATE INDEX copies_of_years ON copies (tenant, calendar, start_at, end_at, id)
    WHERE alive = 1 AND (end_at IS NULL OR end_at - start_at > 44236800000000);
