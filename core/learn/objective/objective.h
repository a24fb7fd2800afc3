/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * objective: how the losses of a batch become the one number that is minimised.
 *
 * For training only its derivatives count: d value / d loss_i = weight_i / n.
 * Weights are constants for the gradient ("detached"); their gradient through the
 * loss is already in that derivative.
 *
 * How far a weight reaches decides what a step costs:
 *
 *   REACH_EXAMPLE  weight_i is a function of example i alone; forward and backward
 *                  of a micro-batch run together while it is in the cache
 *   REACH_SCALE    the same, and one number per batch, known at the end, scales
 *                  the sum of gradients
 *   REACH_BATCH    weights need all losses of the batch: all forwards come first,
 *                  then all backwards (trainer.h says what that costs)
 *
 * Before any of them stands a filter, `trim`: the highest losses of each batch
 * weigh nothing, and the objective never sees them (Zhai et al. 2021, DORO).
 *
 * To add one:
 *   1. write learn/objective_NAME.c after the pattern of objective_erm.c;
 *   2. end it in `const struct objective_type objective_NAME = {...}`;
 *   3. add one line to the list in objective.c. tests/test_objective.c, help,
 *      `rgdbench list` and the constructors in scripts pick it up.
 */
#ifndef LEARN_OBJECTIVE_OBJECTIVE_H
#define LEARN_OBJECTIVE_OBJECTIVE_H

#include "base/component.h"

enum objective_reach { REACH_EXAMPLE, REACH_SCALE, REACH_BATCH };

enum { OBJECTIVE_MAX_GROUPS = 1000 };

/* What an objective may know of the training part, before the first step. */
struct objective_data {
    int n_classes, n_environments;  /* the latter 0: the data name none */
    const int *class_counts;        /* [n_classes] examples of each */
    const int *environment_counts;  /* [n_environments] */
    const int *both_counts;         /* [n_classes][n_environments] */
};

/* A loss with its place, for objectives that sort. */
struct objective_rank {
    double loss;
    int index;
    int block; /* to work with */
};

/* The examples of a batch; of any part of one for REACH_EXAMPLE and REACH_SCALE. */
struct objective_batch {
    int n; /* above 0 */
    const double *losses;    /* [n], finite */
    const int *classes;      /* [n] each below n_classes; NULL: unknown, see `by` */
    const int *environments; /* [n] likewise */
    const struct objective_data *data;
    double *state;                /* [state_size] what it keeps from step to step */
    struct objective_rank *ranks; /* [n] to work with; REACH_BATCH only */
    double *room;                 /* [n] to work with; `value` only */
};

/* Sums over a whole batch, in its order. */
struct objective_sums {
    int n;
    double weights; /* of weight_i */
    double losses;  /* of loss_i */
};

/* What an objective asks of an example besides its loss: what makes its groups. Both: each class in
 * each environment is one, as in Sagawa et al. 2020. */
enum objective_by { BY_CLASS, BY_ENVIRONMENT, BY_BOTH, BY_NONE };

struct objective_type {
    struct component component;
    enum objective_reach reach;
    /* ret_weights[i] for the losses of `batch`. */
    void (*weigh)(const void *config, const struct objective_batch *batch, double *ret_weights);
    /* The scale of the batch; REACH_SCALE only. */
    double (*scale)(const void *config, const struct objective_sums *sums);
    /* (optional) Moves the state at the end of a batch, when all its examples have been weighed; in place of
     * `weigh`, which sees parts of a batch unless for REACH_BATCH. */
    void (*move)(const void *config, const struct objective_sums *sums, double *state);
    /* (optional) The value, whose derivatives the weights over n are; NULL where
     * they are none, as weights with a memory. Must not touch the state. No number of a
     * run: it is shown and tested only, so libm will do. */
    double (*value)(const void *config, const struct objective_batch *batch);
    /* (optional) BY_NONE without it. */
    enum objective_by (*by)(const void *config);
    /* (optional) How many doubles it keeps, and what they are before the first
     * step; zero without `start`. Checkpoints save them. */
    int (*state_size)(const void *config, const struct objective_data *data);
    void (*start)(const void *config, const struct objective_data *data, double *ret_state);
};

extern const struct component_kind objective_kind;

/* The filter: hparams of `struct objective_filter`, under "objective". */
struct objective_filter {
    double trim;
};

extern const struct component objective_filter_component;

/* A type with its configuration, its state and room to work. */
struct objective {
    const struct objective_type *type;
    const void *config;
    const struct objective_filter *filter;
    const struct objective_data *data;
    double *state; /* [n_state] */
    int n_state;
    struct objective_rank *ranks; /* [max_n] */
    double *room;                 /* [max_n] */
    /* What the filter leaves, [max_n] each. */
    double *kept_losses, *kept_weights;
    int *kept_classes, *kept_environments, *kept_from;
};

/* For batches of up to max_n. Borrows all it is given; memory from `arena`. Fails
 * where the data lack what the objective needs. */
int objective_init(struct objective *o, struct arena *arena, const struct objective_type *type,
                   const void *config, const struct objective_filter *filter,
                   const struct objective_data *data, int max_n, struct error *err);

/* Its state as before the first step. */
void objective_restart(struct objective *o);

/* REACH_BATCH also where the filter is on. */
enum objective_reach objective_reach(const struct objective *o);

/* Weights of a part of a batch, before the scale: not for REACH_BATCH. When all parts are done, the other ends
 * the batch: it gives the scale and moves the state. */
void objective_weigh_part(const struct objective *o, const struct objective_batch *part,
                          double *ret_weights);
double objective_end_batch(struct objective *o, const struct objective_sums *sums);

/* The final weights of a whole batch: filter, weights, scale. Moves the state. */
void objective_weigh(struct objective *o, const struct objective_batch *batch,
                     double *ret_weights);

/* The value of a whole batch at the present state; NaN where it has none. */
double objective_value(struct objective *o, const struct objective_batch *batch);

/* What it asks of an example. */
enum objective_by objective_by(const struct objective_type *type, const void *config);

/* ---- for objectives ---- */

/* Fills batch->ranks with the losses from high to low, equals in their order. */
void objective_rank(const struct objective_batch *batch);

/* Likewise, and gives the `count` highest a weight of 1, the others 0; count may end in a fraction, and equals
 * at the boundary share what is left. */
void objective_take_highest(const struct objective_batch *batch, double count, double *ret_weights);

/* The mean of weight_i loss_i: the value of a worst case, given its weights. */
double objective_weighted_mean(const struct objective_batch *batch, const double *weights);

/* The choices of a setting `by`; of one that may be "none". */
extern const char *const objective_by_names[], *const objective_by_or_none_names[];

/* The number of groups, how many examples each has, that of an example, and of the batch's example i; not of none. */
int objective_n_groups(int by, const struct objective_data *data);
const int *objective_group_counts(int by, const struct objective_data *data);
int objective_group_of(int by, int label, int environment, const struct objective_data *data);
int objective_group(int by, const struct objective_batch *batch, int i);

/* Have the data what makes the groups, and not too many? "objective term" needs them. */
int objective_check_by(const char *kind, const char *name, enum objective_by by, const struct objective_data *data,
                       struct error *err);

#endif
