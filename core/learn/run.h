/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * run: trains one model as its settings say.
 *
 * A pure function of settings and data: times, hosts, threads, checkpoints and the
 * observer reach no number. The observer is told of each evaluation and may ask to
 * stop; then the run writes a checkpoint, and the next call with the same settings
 * goes on from there to the same bits.
 */
#ifndef LEARN_RUN_H
#define LEARN_RUN_H

#include "learn/checkpoint.h"
#include "learn/protocol/domain_protocol.h"
#include "learn/trainer.h"

enum run_outcome {
    RUN_FINISHED,
    RUN_DIVERGED, /* a loss or a weight became infinite or not a number */
    RUN_STOPPED,  /* the observer asked for it */
};

/* A row of numbers that an evaluation records. */
struct run_record {
    const char *name;
    int n;
    const float *numbers; /* [n] */
    bool replaces;        /* what an evaluation before recorded under that name */
};

struct run_point {
    long step, n_steps;
    int epoch; /* finished ones */
    double train_loss, train_accuracy; /* means over the epoch's batches, as they were trained on */
    struct evaluation validation, test;
    bool has_test; /* train.test says when */
    bool is_judged; /* the run is judged by this evaluation: the last, or with train.judge = best one that is
                     * better than all before, and stands for the run until another is */
    /* Of data with environments: those that domain_protocol.h says; else none. */
    const struct domain_protocol_part *parts;
    int n_parts;
    const struct run_record *records;
    int n_records;
};

struct run_observer {
    void *context;
    int (*evaluated)(void *context, const struct run_point *point, struct error *err);
    bool (*should_stop)(void *context, long step, long n_steps);
    /* What it has been told so far, as text for a checkpoint; and from one, before
     * anything else is told. */
    void (*save)(void *context, struct text *t);
    int (*restore)(void *context, const char *journal, struct error *err);
    /* The weights that the run ends with: the last, also when it diverged, or those that judge it; (optional). */
    int (*ended)(void *context, const struct params *params, const float *weights,
                 struct error *err);
    /* One line about checkpoints: gone on from, damaged, could not be written. */
    void (*tell)(void *context, const char *line);
};

enum { RUN_TEXT_SIZE = 300, RUN_MAX_NUMBERS = 1 << 20 /* of a record that is kept */ };

/* What a run is made of. `settings` are complete (config.h), `dataset` is what they
 * name, `init` a file with the digest model.init (NULL where that is empty). */
struct run_input {
    const struct settings *settings;
    const struct dataset *dataset;
    const char *init;
    int n_threads;
    const struct checkpoint *checkpoint;
};

struct run_result {
    enum run_outcome outcome;
    long n_steps, last_step;
    char weights_hash[HASH_HEX_SIZE]; /* of the weights that the run ends with; also when diverged */
    char diverged[RUN_TEXT_SIZE]; /* at which step, and what first; "" where it did not */
};

/* The checkpoint's file is left there; whoever has stored the result removes it. Fails where a file of the
 * data changed meanwhile: there is no result then, and no checkpoint that has seen the change. */
int run_train(const struct run_input *input, const struct run_observer *observer,
              struct run_result *ret_result, struct error *err);

struct run_needs {
    double bytes;            /* of memory on one thread, about, with the data set (shared or not) */
    double bytes_per_thread; /* for each more, of as many as there are lanes */
};

double run_needs_bytes(const struct run_needs *needs, int n_threads);

struct run_size {
    int n_train;            /* examples that are trained on */
    bool has_equal_classes; /* as many of each; false where there are none */
    struct run_needs needs;
};

/* Could run_train begin with these settings, dataset and init? Says what stands against it
 * (a class that would have nothing to train on, a model that does not fit the pictures,
 * weights that do not fit the model) without training. Of weights only where `init` is there. ret_size may be
 * NULL. */
int run_check(const struct run_input *input, struct run_size *ret_size, struct error *err);

/* Adds those settings that matter to it and whose names begin so, a line each: where they are the same, so is
 * what it finds. */
void run_check_settings(const struct settings *s, const char *prefix, struct text *t);

#endif
