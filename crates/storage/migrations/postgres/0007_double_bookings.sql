-- When what people have made in a calendar takes up time, as far as it may still meet something: no stretch is longer than a
-- day, so that what reaches into a moment begins at most a day before it.
CREATE TABLE spans (
    tenant BYTEA NOT NULL,
    copy BYTEA NOT NULL,
    calendar BYTEA NOT NULL,
    start_at BIGINT NOT NULL,
    end_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, copy, start_at),
    FOREIGN KEY (tenant, calendar) REFERENCES calendars (tenant, id) ON DELETE CASCADE
);
CREATE INDEX spans_by_time ON spans (tenant, calendar, start_at);

-- Two events that take up the same time in calendars that are linked. `first` is the one that came first.
CREATE TABLE double_bookings (
    tenant BYTEA NOT NULL,
    id BYTEA NOT NULL,
    first BYTEA NOT NULL,
    second BYTEA NOT NULL,
    first_calendar BYTEA NOT NULL,
    second_calendar BYTEA NOT NULL,
    rule TEXT NOT NULL,
    found BIGINT NOT NULL,
    -- The next stretch in which they meet, the end of the last one that is known, and how many there are.
    start_at BIGINT NOT NULL,
    end_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    times BIGINT NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, first, second),
    FOREIGN KEY (tenant, first_calendar) REFERENCES calendars (tenant, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant, second_calendar) REFERENCES calendars (tenant, id) ON DELETE CASCADE
);
CREATE INDEX double_bookings_of_second ON double_bookings (tenant, second);
CREATE INDEX double_bookings_of_calendar ON double_bookings (tenant, first_calendar);
CREATE INDEX double_bookings_of_second_calendar ON double_bookings (tenant, second_calendar);
CREATE INDEX double_bookings_by_start ON double_bookings (tenant, start_at, id);
