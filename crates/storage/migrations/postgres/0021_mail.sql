-- Messages that are sent by mail: one for each recipient of each version of an event, by a keyed hash of what it is about. What
-- was sent keeps its row, without its text, so that it is not sent again.
CREATE TABLE mail (
    tenant BYTEA NOT NULL,
    id BYTEA NOT NULL,
    about_hash BYTEA NOT NULL,
    to_hash BYTEA NOT NULL,
    said_hash BYTEA NOT NULL,
    state TEXT NOT NULL,
    revision BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    wanted BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    content BYTEA NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, about_hash)
);
CREATE INDEX mail_to ON mail (tenant, to_hash);
