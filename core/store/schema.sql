-- SPDX-License-Identifier: GPL-3.0-or-later
-- The store of one experiment. core/store/store.c is its only reader and writer;
-- anyone may read it with sqlite3. Raw values only: tables and p-values are
-- computed from these each time they are printed.
--
-- To change it: edit here, and in store_schema.c raise SCHEMA_VERSION, and name a table that has
-- changed. Of an older store the columns are copied that both have, so that a new one needs a
-- default or may be NULL.
--
-- Sums (store_sum.c) find what a disk or another program damaged; reports check them.

CREATE TABLE IF NOT EXISTS environments (
    id   INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE   -- one "name = value" a line: commit, compiler, flags, BLAS, CPU, libraries
) STRICT;

CREATE TABLE IF NOT EXISTS patches (
    digest TEXT PRIMARY KEY, -- SHA-256 of text; an environment's commit.patch
    text   TEXT NOT NULL     -- what the code had that its commit had not: a diff, cut at 262144 bytes
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS data_sets (
    digest      TEXT PRIMARY KEY, -- SHA-256 of the decoded pictures and labels
    name        TEXT NOT NULL,    -- of datasets/NAME.lua
    description TEXT NOT NULL,    -- that file as "name = value" lines; file names are relative to the data root;
                                  -- with "environments" where the data name some
    classes     TEXT NOT NULL,    -- the names of the classes: a list that is empty of number targets
    sum         TEXT              -- SHA-256 of the columns above
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS files (
    digest TEXT PRIMARY KEY, -- SHA-256 of the file that runs start from; their specs have it as model.init
    path   TEXT NOT NULL     -- where it was when the plan was made
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS plans (
    id        INTEGER PRIMARY KEY,
    digest    TEXT NOT NULL UNIQUE, -- SHA-256 of the plan's runs, and of `confirms`
    used      INTEGER NOT NULL,     -- counts sweeps; the plan with the highest is the current one
    title     TEXT NOT NULL,        -- the script's title
    question  TEXT NOT NULL,        -- what the experiment asks
    baseline  TEXT NOT NULL,        -- label of the method the others are compared with
    source    TEXT NOT NULL,        -- the Lua script
    overrides TEXT NOT NULL,        -- what the command line changed, one word a line
    created   REAL NOT NULL,        -- seconds since 1970
    measure   TEXT NOT NULL DEFAULT '', -- what runs are judged by, as 'macro_f1' or 'f1:cat'; '': accuracy, or
                                    -- R2 of targets that are numbers
    select_by TEXT NOT NULL DEFAULT '', -- what selects, where it is another one
    confirms  TEXT,                 -- of fresh seeds: digest of the plan whose selected configurations they
                                    -- train again; such a plan is never the current one
    sum       TEXT                  -- SHA-256 of the columns above, but for id and created
) STRICT;

CREATE TABLE IF NOT EXISTS runs (
    id           INTEGER PRIMARY KEY,
    spec_id      TEXT NOT NULL UNIQUE, -- SHA-256 of spec
    spec         TEXT NOT NULL,        -- all settings, one "name = value" a line, sorted; the seed is train.seed
    numeric      TEXT NOT NULL,        -- profile: portable or native; also in spec
    state        TEXT NOT NULL DEFAULT 'planned'
                 CHECK (state IN ('planned', 'running', 'finished', 'diverged', 'failed', 'cancelled',
                                  'elsewhere')), -- elsewhere: in another store's share of the plan
    owner        TEXT,    -- running: host, process, its start time, boot and PID namespace
    lease        REAL,    -- running: until when it is its owner's, seconds since 1970; the owner renews it
    fence        INTEGER NOT NULL DEFAULT 0, -- counts claims: only who claimed last may write
    error        TEXT,    -- failed: why; diverged: at which step, and what was not finite first
    n_steps      INTEGER, -- ended: steps that the run was to have
    last_step    INTEGER, -- ended: steps that were made; fewer than n_steps: it diverged there
    weights_hash TEXT,    -- ended: SHA-256 of the final weights
    ended        INTEGER, -- counts ended runs, in the order in which they ended
    environment  INTEGER REFERENCES environments (id), -- ended: what it was computed with
    started      REAL,    -- seconds since 1970
    seconds      REAL,    -- wall time
    peak_memory  INTEGER, -- of the worker so far, bytes
    host         TEXT,    -- name of the machine
    sum          TEXT     -- finished, diverged: SHA-256 of all above that a report may show, and of the run's
                          -- metrics, answers and arrays
) STRICT;

CREATE INDEX runs_by_state ON runs (state, numeric);
CREATE INDEX runs_by_end ON runs (ended);

CREATE TABLE IF NOT EXISTS plan_runs (
    plan       INTEGER NOT NULL REFERENCES plans (id),
    position   INTEGER NOT NULL, -- order of the plan
    method     TEXT NOT NULL,    -- label
    condition  TEXT NOT NULL,    -- what varies of the data, and what else is never tuned over; '' where nothing does
    point      TEXT NOT NULL,    -- what else varies: selection chooses from these
    seed       INTEGER NOT NULL, -- methods are paired by it
    run        INTEGER NOT NULL REFERENCES runs (id),
    PRIMARY KEY (plan, position)
) STRICT, WITHOUT ROWID;

-- The conditions and points of plan_runs setting by setting, in the order in which they stand there:
--     SELECT * FROM plan_runs JOIN plan_settings USING (plan, position) WHERE setting = 'train.lr'
CREATE TABLE IF NOT EXISTS plan_settings (
    plan         INTEGER NOT NULL,
    position     INTEGER NOT NULL,
    place        INTEGER NOT NULL, -- from 0, those of the condition first
    is_condition INTEGER NOT NULL CHECK (is_condition IN (0, 1)),
    setting      TEXT NOT NULL, -- train.lr; draw: the number of DomainBed's draw
    value        TEXT,          -- as in a spec; NULL where an older store had a word without "="
    PRIMARY KEY (plan, position, place),
    FOREIGN KEY (plan, position) REFERENCES plan_runs (plan, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS metrics (
    run   INTEGER NOT NULL REFERENCES runs (id),
    step  INTEGER NOT NULL, -- steps made when it was measured
    part  TEXT NOT NULL,    -- train, validation, test; env0_in, env0_out ... of data with environments
    name  TEXT NOT NULL,    -- loss, and the measures of `rgdbench list measure`
    class INTEGER NOT NULL, -- class_accuracy: index of the class; else -1
    value REAL,             -- NULL where it is not finite
    kind  TEXT NOT NULL DEFAULT 'finite' CHECK (kind IN ('finite', 'inf', '-inf', 'nan')),
    PRIMARY KEY (run, step, part, name, class)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS answers (
    run  INTEGER PRIMARY KEY REFERENCES runs (id),
    step INTEGER NOT NULL, -- steps made when they were given: the last evaluation, or the one that judges
    n    INTEGER NOT NULL, -- examples of the part test, in the data's order; 8388608 at most, else there is no row
    bits BLOB NOT NULL     -- (n + 7) / 8 bytes: example i is bit i % 8 (from the lowest) of byte i / 8; 1: right
) STRICT;

-- What a run records besides metrics. By name, rows of numbers:
--   weights  what the objective gave to the examples of the steps since the evaluation before: shares of
--            the examples, in the bins of core/math/histogram.h
-- and at the evaluation that judges it, which is the last or, with train.judge = best, the best on validation data:
--   judged   of the latter runs: the value that it was the best by; its step is whose metrics tables show
-- of classes:
--   train_counts, validation_counts, test_counts   examples of each class
--   test_confusion  [class][class] test examples of the one that were named the other; of 256 classes at most
--   test_predicted  the class that each test example was named, in the data's order
--   train_values    of objectives that weigh an example by its batch: the objective's value of the training part (of 4096
--                   examples at most), and of a constant answer
--   test_scores     with train.keep_scores: the score of each class (or the answer) for each test example
-- and of data that name points to look at:
--   probe_inputs   the points, each a few numbers
--   probe_scores   what the model says there: a score for each class, or its number
--   train_inputs   the examples that were trained on
--   train_targets  their classes' indices, or their numbers
--   train_weights  what the objective gives them now, in batches of train.batch in the data's order
CREATE TABLE IF NOT EXISTS arrays (
    run     INTEGER NOT NULL REFERENCES runs (id),
    step    INTEGER NOT NULL, -- steps made when it was recorded
    name    TEXT NOT NULL,
    n       INTEGER NOT NULL, -- 1048576 at most
    numbers BLOB NOT NULL,    -- n floats of 4 bytes (IEEE 754, the lowest byte first)
    PRIMARY KEY (run, name, step)
) STRICT, WITHOUT ROWID;
