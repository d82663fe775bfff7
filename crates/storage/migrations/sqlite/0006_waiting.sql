-- How many copies of a link wait is asked whenever the link is shown; without these, all of its copies were read each time.
CREATE INDEX copies_parked ON copies (tenant, calendar, updated) WHERE parked = 1;
-- What a person is asked in a calendar is looked for with each page of changes; mostly there is nothing.
CREATE INDEX conflicts_open ON conflicts (tenant, calendar) WHERE state = 'open';
