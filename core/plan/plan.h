/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * plan: an experiment spelled out as runs. Made once, before the first run
 * starts, and stored; workers and resumed sweeps only read it.
 *
 * A run's spec is the canonical text of all its settings; its id is the SHA-256
 * of that text. No path, host or time is in it, but the digest of the pictures
 * is: the same spec is never trained twice, and a changed data file makes
 * another one.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "base/hash.h"
#include "base/listener.h"
#include "learn/run.h"
#include "plan/experiment.h"
#include "plan/label.h"

/* Raised when the same settings would give other bits: then no old run is taken
 * for a new one. */
enum { PLAN_SPEC_VERSION = 1 };

struct plan_run {
    const char *method;    /* label */
    const char *condition; /* what varies of the data and of the experiment's conditions:
                            * "data.imbalance=100"; or "" */
    const char *point;     /* what else varies: "objective.clip=1 train.lr=0.05"; or "".
                            * Points are what selection chooses from, in each condition */
    struct label condition_label, point_label; /* their parts */
    int seed;
    const char *spec;
    char id[HASH_HEX_SIZE];
};

struct plan_data {
    char digest[HASH_HEX_SIZE];
    const char *name;
    const char *description; /* text of its settings, and `environments`: the names of these */
    const char *classes;     /* the class names as a list value, in text */
    bool has_groups, has_score; /* of plan_make */
};

/* A file that runs start from, by what it holds; specs have the digest only. */
struct plan_file {
    char digest[HASH_HEX_SIZE];
    const char *name; /* as model.init has it, for stores: another machine has its own data root */
    const char *path; /* where it was found (weights_find) */
};

struct plan {
    struct arena *arena;
    const struct experiment *experiment;
    struct plan_run *runs; /* by method, condition and point, seed; methods in the experiment's order */
    int n_runs;
    struct plan_data *data;
    int n_data;
    struct plan_file *files;
    int n_files;
    struct run_needs needs; /* of the run that needs most; 0 where the plan is not from plan_make */
    const char *measure, *select; /* the experiment's, where they are not what the data have by default; "" */
    const char *confirms;   /* of fresh seeds: id of the plan whose selection they are for; else NULL */
    char id[HASH_HEX_SIZE]; /* of runs, `confirms`, measure and select */
    const char *warnings;   /* of plan_make: learn/config/warnings.h, and what of the experiment does nothing; "" */
};

/* A label: a method's name, a condition, a point. */
enum { PLAN_MAX_RUNS = 1000000, PLAN_MAX_LABEL = 16384 };

/* Opens the data sets under data_root, and the files of model.init, to take their
 * digests; builds each model once, so that what cannot run is refused here. listener: NULL, or
 * is told where that takes long, and what a data set's note says. */
int plan_make(const struct experiment *e, const char *data_root, const struct listener *listener,
              struct arena *arena, struct plan *ret_plan, struct error *err);

/* The hash that is a plan's id, without its runs; and a run added to it. confirms, measure and select
 * may be "" or NULL. */
void plan_hash_begin(struct hash *h, const char *confirms, const char *measure, const char *select);
void plan_hash_run(struct hash *h, const char *method, const char *condition, const char *point,
                   int seed, const char *spec_id);

/* From its runs, where they do not come from plan_make. */
void plan_set_id(struct plan *plan);

#endif
