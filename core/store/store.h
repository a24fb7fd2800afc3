/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * store: one SQLite file with the plans, runs and raw metrics of an experiment.
 * The only door to SQLite; schema.sql documents each column.
 *
 * Invariants:
 *   1. A run's results and its state `finished` or `diverged` are written in one
 *      transaction: what is reported finished is on disk, whole.
 *   2. A run is claimed in one transaction, for the time of a lease; two workers
 *      never hold the same one. Each claim has a higher number, its fence.
 *   3. Only who claimed a run last writes to it: a worker whose lease ran out, and
 *      whose run another took over, is refused.
 *   4. Runs that finished or diverged are never changed.
 *
 *     planned --claim--> running --finish--> finished | diverged
 *      ^   ^                |  `--fail-----> failed
 *      |   `-release, lease-'                  |
 *      |     ran out                           |
 *      `---------------------------------------' (retry; the next sweep)
 *      planned --cancel--> cancelled --retry--> planned
 *      planned <--take share--> elsewhere
 *
 * Calls give 0, or -1 with an error that names the file, unless said otherwise.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "plan/measure.h"
#include "plan/plan.h"

struct store;

enum store_mode {
    STORE_READ,  /* must exist */
    STORE_WRITE, /* must exist */
    STORE_CREATE /* made where missing */
};

/* A store is not written to on a network or shared file system (os/mount.h), whose locks may lie
 * and whose machines do not see each other's log: the call fails, unless RGDBENCH_NETWORK_STORE=1 is set by one
 * who knows that a single machine uses it. */
int store_open(const char *path, enum store_mode mode, struct store **ret_store,
               struct error *err);
void store_close(struct store *store);

/* Is what a writing handle has open still what its path names (os/place.h)? Else what it is given counts
 * for nothing: this fails with EXIT_STORAGE, and so does each call that writes. */
int store_check_place(struct store *store, struct error *err);

/* The end of a verb that writes: gives `result` and closes. Where the store is not in its place, what the
 * handle can still read goes into a new store beside it, NAME.rescue-N.db, or into the folder that we stand
 * in, and the error (EXIT_STORAGE) names that. */
int store_leave(struct store *store, int result, struct error *err);

/* Makes `plan` the current one, but for one that confirms another, and adds the runs that are not
 * there yet; the store is bound to it. */
int store_put_plan(struct store *store, const struct plan *plan, struct error *err);

/* What this handle counts, claims and reads from now on: the plan with that digest
 * (NULL: the current one), whichever becomes the current one later. */
int store_bind_plan(struct store *store, const char *digest, char ret_digest[HASH_HEX_SIZE],
                    struct error *err);

/* The plan of fresh seeds that was last put for the plan it is bound to: 1, or 0 where there is none. */
int store_bind_fresh(struct store *store, struct error *err);

/* ---- for workers ---- */

struct store_claim {
    long run, fence;
    char *spec; /* in the arena given to store_claim */
};

/* Claims the first planned run of the plan in that numeric profile for `lease`
 * seconds; also one whose owner's lease ran out: 1, or 0 where none is left. */
int store_claim(struct store *store, const char *owner, const char *numeric, double lease,
                struct arena *arena, struct store_claim *ret_claim, struct error *err);

/* `lease` seconds from now: 1, or 0 where the run was taken away. */
int store_renew(struct store *store, long run, long fence, double lease, struct error *err);

/* The description of the data set with that digest. */
int store_data_description(struct store *store, const char *digest, struct settings *ret_settings,
                           struct error *err);

/* What the plan called the file with that digest (learn/weights.h: weights_find); in `arena`. */
int store_file_path(struct store *store, const char *digest, struct arena *arena,
                    const char **ret_path, struct error *err);

struct store_metric {
    long step;
    const char *part, *name; /* static texts */
    int class_index;         /* -1: not of one class */
    double value;
};

/* Which examples of the test part a run got right at the evaluation that judges it. */
enum { STORE_MAX_ANSWERS = 1 << 23 }; /* more are not kept */

struct store_answers {
    long step;
    int n;                     /* examples; 0: none are kept */
    const unsigned char *bits; /* [(n + 7) / 8]: example i is bit i % 8 of byte i / 8; 1: right */
};

/* A row of numbers that a run recorded; schema.sql lists the names. */
enum { STORE_MAX_ARRAY = RUN_MAX_NUMBERS };

struct store_array {
    long step;
    const char *name;
    int n;
    const float *numbers; /* [n] */
};

struct store_outcome {
    bool has_diverged;
    long n_steps, last_step;
    const char *where; /* it diverged; NULL where it did not */
    const char *weights_hash;
    const struct store_metric *metrics;
    int n_metrics;
    struct store_answers answers;
    const struct store_array *arrays;
    int n_arrays;
    const char *environment; /* text of settings */
    const char *host;
    double started, seconds;
    long peak_memory;
};

/* These end a claim: 0, or 1 where the run was taken away from this worker meanwhile, and
 * nothing was changed. */
int store_finish(struct store *store, const struct store_claim *claim,
                 const struct store_outcome *outcome, struct error *err);
int store_fail(struct store *store, const struct store_claim *claim, const char *why,
               struct error *err);
int store_release(struct store *store, const struct store_claim *claim, struct error *err);

/* ---- for imports ---- */

/* store_put_plan for runs that ended elsewhere, with their results: all or none. outcome(context,
 * i, arena) gives that of plan->runs[i]; the arena is emptied behind each. A run that is there
 * already stays as it is. */
int store_put_ended(struct store *store, const struct plan *plan,
                    struct store_outcome (*outcome)(void *context, int i, struct arena *arena),
                    void *context, struct error *err);

/* ---- several stores, and damaged ones ---- */

struct store_merged {
    int n_new, n_same; /* results taken; results that were there already, the same */
    int n_left;        /* runs that neither has results of */
    int n_damaged;     /* of a rescue: runs left out */
};

enum store_merge_kind {
    MERGE_ALL,
    MERGE_PLANS, /* without results: runs that `from` has some of are `elsewhere` in `into` */
    MERGE_SOUND, /* leaves out what is damaged */
};

/* Adds to `into` the plans, runs and results of `from`, wholly or, with an error, not at all. Again it
 * changes nothing; the order of several does not matter to what tables and digests are of. Refused
 * where the experiments' titles differ, where `from` is damaged, and where the two have different
 * results of one run (EXIT_MISMATCH). */
int store_merge(struct store *into, struct store *from, enum store_merge_kind kind,
                struct store_merged *ret_merged, struct error *err);

/* A new store under another name (os/file.h), which gets its own when it is wanted: closes it and gives
 * it that name, or fails where there is a file of that name by then; or removes it. */
struct store_draft {
    const char *temporary, *path; /* in the arena */
};

int store_begin(const char *path, struct arena *arena, struct store_draft *ret_draft,
                struct store **ret_store, struct error *err);
int store_publish(const struct store_draft *draft, struct store *store, bool is_wanted,
                  struct error *err);

/* What is sound of `from` as a new store at `path`, where nothing may be; nobody sees half of it there. */
int store_rescue(struct store *from, const char *path, struct store_merged *ret_merged,
                 struct error *err);

/* Of the plan's runs, numbered from 0 in its order, those whose number modulo n is i are this store's
 * to run, the others are `elsewhere`; what is not planned stays as it is. Where only_planned, the
 * planned ones are numbered, which is done once; else all, which any number of times gives the same. */
int store_take_share(struct store *store, int i, int n, bool only_planned, struct error *err);

struct store_soundness {
    int n_runs, n_sound, n_found; /* n_found: lines told */
};

/* Looks at all of the store; tells `listener` a line for each fault. */
int store_fsck(struct store *store, const struct listener *listener, struct store_soundness *ret_s,
               struct error *err);

/* ---- for the sweep: the plan's runs ---- */

/* Those whose spec's id begins with `prefix` ("": all); each gives the number of those changed.
 * The first plans again those that failed, and where wanted those that were cancelled; the second
 * cancels planned ones, but none that is being worked on. */
int store_retry(struct store *store, const char *prefix, bool with_cancelled, struct error *err);
int store_cancel(struct store *store, const char *prefix, struct error *err);

/* Plans again the running ones whose lease ran out or whose owner is not alive; fails those
 * of `owner` instead. */
int store_reclaim(struct store *store, bool (*is_alive)(const char *owner), struct error *err);
int store_fail_owner(struct store *store, const char *owner, const char *why, int *ret_n,
                     struct error *err);

struct store_counts {
    int planned, running, finished, diverged, failed, cancelled, elsewhere;
};

/* Another number than the last time where the store has changed since: a cheap look. */
int store_revision(struct store *store, long *ret_revision, struct error *err);

/* Each run once. */
int store_count(struct store *store, struct store_counts *ret_counts, struct error *err);

/* Has a run whose spec's id begins so finished or diverged? */
int store_has_ended(struct store *store, const char *spec_id, bool *ret_has_ended,
                    struct error *err);

/* The numeric profile of the next planned run: 1, or 0 where none is left. */
int store_next_numeric(struct store *store, char ret_numeric[16], struct error *err);

/* ---- for reports: the current plan ---- */

/* From here on, all that is read is of one moment, whatever workers add meanwhile; and it is
 * read much faster. For commands that are soon done: the store's log grows as long. */
int store_freeze(struct store *store, struct error *err);

struct store_run {
    long run;
    const char *method, *condition, *point;
    struct label condition_label, point_label; /* of what is read as a whole plan, or has ended */
    int seed;
    const char *state, *error, *spec_id;
    long last_step, n_steps, ended; /* made, to be made; ended: 0 while it has not */
    double seconds;
    bool is_judged_best; /* train.judge: by the best evaluation on validation data, not by the last */
};

/* Runs of the current plan that ended after the `since`-th, in that order, each
 * once; with what selects, on validation data (NaN: none). For progress lines. */
struct store_ended {
    struct store_run run;
    double validation;
};

int store_read_ended(struct store *store, long since, const struct measure *select_by, struct arena *arena,
                     struct store_ended **ret_ended, int *ret_n, struct error *err);

/* The plan's runs that are being worked on, diverged or failed, in its order. */
struct store_watched {
    struct store_run run;
    const char *owner;     /* running: whose; else "" */
    double started, lease; /* running: seconds since 1970 */
};

struct store_watch {
    const struct store_watched *runs;
    int n_runs;
    double seconds; /* mean time of the last 50 runs that ended; NaN: none has */
};

int store_read_watch(struct store *store, struct arena *arena, struct store_watch *ret_watch,
                     struct error *err);

/* See store/caveats.h; "" where there are none. */
struct store_caveats {
    const char *choices;  /* "frr: the norm ...; rgd_chi2: ..." */
    const char *warnings; /* "train.batch holds ...; ..." */
    const char *same;     /* "erm, rgd": methods that are the same (plan/same.h) */
    const char *names;    /* "kl_dro: IR-DRO; ...": what others call them (learn/config/alias.h) */
};

struct store_plan {
    const char *title, *question, *baseline;
    const char *overrides; /* what the command line changed, a word a line; "" */
    const char *digest;
    const struct store_run *runs; /* in the plan's order */
    int n_runs;
    const char *const *methods; /* labels, in the experiment's order */
    int n_methods;
    struct value class_names;          /* of its data; none: targets are numbers; of imported runs two "?" */
    struct measure measure, select_by; /* what judges, and what selects on validation data: mostly the same */
    struct store_caveats caveats;
};

int store_read_plan(struct store *store, struct arena *arena, struct store_plan *ret_plan,
                    struct error *err);

/* The plan with other runs: those of fresh seeds (store_put_plan of one that confirms it), all that
 * there ever were, by method, condition, point and seed. They are in no selection. */
int store_read_fresh(struct store *store, const struct store_plan *plan, struct arena *arena,
                     struct store_plan *ret_fresh, struct error *err);

/* The measure that `text` names ("": what the data have by default), for the plan's data. */
int store_find_measure(const struct store_plan *plan, const char *text, struct arena *arena,
                       struct measure *ret_measure, struct error *err);

/* The current plan's, without all else of it. */
int store_read_measures(struct store *store, struct arena *arena, struct measure *ret_measure,
                        struct measure *ret_select_by, struct error *err);

/* ret_values[i] is the measure of plan->runs[i] at the evaluation that judges it, mostly its last, as it is stored;
 * NaN where the run has not finished. Of one that has, and whose predictions have no such value, it is the worst. One
 * that has, and has not recorded it, is an error. */
int store_read_last(struct store *store, const struct store_plan *plan, const char *part,
                    const struct measure *measure, double *ret_values, struct error *err);

/* One run's metric (of a class, or -1) at all evaluations, by step; or by class at the one that judges. */
struct store_series {
    int n;
    const long *at; /* step, or class */
    const double *values;
};

int store_read_curve(struct store *store, long run, const char *part, const char *name, int class_index,
                     struct arena *arena, struct store_series *ret_series, struct error *err);
int store_read_classes(struct store *store, long run, const char *part, struct arena *arena,
                       struct store_series *ret_series, struct error *err);

/* n = 0 where the store has none of this run. */
int store_read_answers(struct store *store, long run, struct arena *arena,
                       struct store_answers *ret_answers, struct error *err);

/* What a run recorded under that name, by step; none where the store has nothing of it. */
int store_read_arrays(struct store *store, long run, const char *name, struct arena *arena,
                      struct store_array **ret_arrays, int *ret_n, struct error *err);

/* The last of them; n = 0 where there is none. */
int store_read_last_array(struct store *store, long run, const char *name, struct arena *arena,
                          struct store_array *ret_array, struct error *err);

/* The text of a run's spec. */
int store_read_spec(struct store *store, long run, struct settings *ret_settings,
                    struct error *err);
/* The finished run whose spec's id begins with `prefix`; texts in `arena`. */
struct store_weights {
    const char *spec, *spec_id, *weights_hash;
};

int store_read_weights(struct store *store, const char *prefix, struct arena *arena,
                       struct store_weights *ret_weights, struct error *err);

/* Where the numbers come from: for each run of the plan its settings, what computed it
 * and its weights; and the experiment's script. */
struct store_environment {
    long id;
    const char *text; /* one "name = value" a line */
};

struct store_origin {
    const char *spec, *weights_hash; /* hash: "" where it has not ended */
    int environment;                 /* index, or -1 */
};

struct store_provenance {
    const char *source, *overrides; /* the script; what the command line changed, a word a line */
    const struct store_environment *environments; /* sorted by text */
    int n_environments;
    const struct store_origin *origins; /* [plan->n_runs] */
};

int store_read_provenance(struct store *store, const struct store_plan *plan, struct arena *arena,
                          struct store_provenance *ret_provenance, struct error *err);

/* What a program's code has that its commit has not (environment.h), by its digest. Reading gives
 * NULL where the store has none. */
int store_put_patch(struct store *store, const char *text, struct error *err);
int store_read_patch(struct store *store, const char *digest, struct arena *arena,
                     const char **ret_text, struct error *err);

/* Is this metric part of a digest of results? Measures that came later are not: they are made of the same
 * answers, and stores with and without them must agree (metric.h: is_later). */
bool store_is_digested(const struct store_metric *m);

/* All that a run measured, by step, part, name and class. */
int store_read_metrics(struct store *store, long run, struct arena *arena,
                       struct store_metric **ret_metrics, int *ret_n, struct error *err);

/* The class names of a data set. */
int store_read_class_names(struct store *store, const char *data_digest, struct arena *arena,
                           struct value *ret_list, struct error *err);

/* The same of the data that a run's spec names: 1; or 0 where it names none, as an imported one's, and then
 * the list is empty. */
int store_read_spec_classes(struct store *store, const struct settings *spec, struct arena *arena,
                            struct value *ret_list, struct error *err);

/* SHA-256 over specs, states, metrics and weight hashes of the current plan and its fresh seeds:
 * equal for equal results, whoever computed them, when and where. *ret_n_left is
 * the number of runs that have not ended. */
int store_digest(struct store *store, char ret_hex[HASH_HEX_SIZE], int *ret_n_left,
                 struct error *err);

/* Calls `row` for each metric of the current plan's ended runs, in the plan's
 * order, then of its fresh seeds'; stops where it gives non-zero, and gives that. */
struct store_export_row {
    bool is_first; /* of its run */
    bool is_fresh; /* of a fresh seed */
    const char *method, *condition, *point, *spec_id, *state;
    int seed;
    struct store_metric metric;
};

int store_export(struct store *store,
                 int (*row)(void *context, const struct store_export_row *row), void *context,
                 struct error *err);

#endif
