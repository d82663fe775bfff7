-- What runs of the sync did is kept among the edits; the latest runs are read from this.
CREATE INDEX edits_of_runs ON edits (tenant, change, actor, at) WHERE actor >= 'run:' AND actor < 'run;';
