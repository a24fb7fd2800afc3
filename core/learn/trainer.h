/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * trainer: a model that is trained: its weights, the engine that computes their gradient, the kind of step that asks
 * for it, and the optimizer that moves them.
 *
 * Where an average of the weights is kept (learn/average/average.h), that is the model.
 */
#ifndef LEARN_TRAINER_H
#define LEARN_TRAINER_H

#include "learn/average/average.h"
#include "learn/engine/engine.h"
#include "learn/metric/metric.h"
#include "learn/state.h"
#include "nn/optimizer.h"
#include "nn/schedule.h"

struct step_type; /* learn/step/step.h */

struct trainer_method {
    struct engine_method engine;
    const struct optimizer_type *optimizer;
    const void *optimizer_config;
    const struct optimizer_common *optimizer_common;
    const struct step_type *step; /* that is asked for; NULL: what optimizer_common says */
    const void *step_config;
    struct average average;
};

struct trainer {
    struct trainer_method method;
    struct engine engine;
    const struct step_type *step;
    float *step_room;     /* floats that the kind of step works with */
    struct rng step_rng;  /* and what it begins from */
    float *step_start;    /* what a model of its own starts from; NULL: drawn by step_rng */
    double *step_numbers; /* and doubles */
    float *weights;
    float *states[OPTIMIZER_MAX_STATES];
    float *averages[AVERAGE_MAX_BLOCKS]; /* what the average keeps, itself first */
    const struct metric_name *task; /* [n_task] what evaluations take the mean of as the score of the task; none: no data
                                     * set names any */
    int n_task;
    double l1; /* what is minimised has l1 times the sum of the last layer's absolute weights, too */
};

/* Takes over graph. Weights start from `rng`. */
void trainer_init(struct trainer *t, struct arena *arena, const struct trainer_method *method,
                  const struct graph *graph, const struct engine_sizes *sizes, struct rng rng);

/* Bytes that trainer_init would take, but for a penalty's own weights. The graph's plan is spoilt. */
double trainer_memory(const struct trainer_method *method, const struct graph *graph,
                      const struct engine_sizes *sizes);

/* Back to the state before the first step, with the given weights. */
void trainer_restart(struct trainer *t, const float *weights);

/* Where the kind of step has a model of its own: what that starts from, drawn, to be filled; then trainer_begin_step. Else
 * NULL. */
float *trainer_step_start(struct trainer *t, struct arena *arena);
void trainer_begin_step(struct trainer *t);

/* The last layer begins anew, from `rng`, on the features of the model as it is, which stay; optimizer and objective
 * start as before the first step. */
void trainer_renew_last_layer(struct trainer *t, struct rng rng);

/* The model's weights, good until the next step: the average, or simply the weights. */
const float *trainer_model(const struct trainer *t);

/* Adds its blocks, and those of method and engine. */
void trainer_add_state(const struct trainer *t, struct state *state);

struct trainer_step {
    long step;   /* 1 for the first */
    long n_steps; /* that there will be */
    double rate; /* learning rate */
    struct rng rng;
};

struct trainer_sums {
    double loss; /* sum over the batch */
    int n_correct;
};

/* One step on the n <= batch pictures indices[n]. Without an update where the loss, or the
 * norm of a gradient to be clipped, is not finite; the caller reads that from ret_sums. */
void trainer_step(struct trainer *t, const struct engine_data *data, const uint32_t *indices,
                  int n, const struct trainer_step *step, struct trainer_sums *ret_sums);

/* For steps: the optimizer moves `weights`, of which it keeps `states`, by the engine's gradient, as step number `step` of
 * its own, and clips that if it is to. False, without a move, where the norm to be clipped is not finite. */
bool trainer_move(struct trainer *t, long step, double rate, float *weights, float *const *states);

/* Behind a step without an update, and with its arguments: adds what was not finite first,
 * such as `output of layer "hidden2" (linear)`. */
void trainer_trace(struct trainer *t, const struct engine_data *data, const uint32_t *indices,
                   int n, const struct trainer_step *step, struct text *ret_text);

/* The first parameter of the model with a weight that is not finite; NULL: none has. */
const char *trainer_trace_weights(const struct trainer *t);

struct evaluation {
    int n;
    double loss; /* mean, of classes as engine_data weighs them, if it does */
    int n_classes;               /* 0: targets are numbers */
    struct metric_values values; /* likewise */
    const int *labels, *predicted; /* [n] classes; NULL: of several parts, or of numbers */
    const float *scores;           /* [n][n_classes], of numbers [n] the answers; NULL: of several parts */
    unsigned char *answers; /* [(n + 7) / 8]: example i is bit i % 8 of byte i / 8, 1: right; NULL: of
                             * several parts, or of numbers */
};

/* Changes nothing in the trainer but its buffers. The arrays from `arena`.
 * False where it was told to stop: then there is no evaluation. */
bool trainer_evaluate(struct trainer *t, const struct engine_data *data, const uint32_t *indices,
                      int n, struct arena *arena, struct evaluation *ret_evaluation);

/* ret_scores[n][n_classes] of the model as it is evaluated. */
void trainer_predict(struct trainer *t, const struct engine_data *data, const uint32_t *indices,
                     int n, struct arena *arena, float *ret_scores);

/* ret_weights[n] that the objective would give in a step on these examples, a batch at a time, to
 * the losses of the model as it is evaluated. The objective keeps its state. */
void trainer_weigh(struct trainer *t, const struct engine_data *data, const uint32_t *indices,
                   int n, struct arena *arena, float *ret_weights);

enum { TRAINER_VALUE, TRAINER_CONSTANT, TRAINER_N_VALUES };

/* The mean over batches of the objective's value of these examples: of the model as it is evaluated, and of the best
 * of a few constant answers, which are the same scores for all: a power of the classes' shares, from all alike to as
 * they are. Where the objective may re-weigh the classes to even shares, no model may be better than such an answer.
 * False where it weighs each example by itself, since that does not collapse, where it has no value, and of numbers and
 * cosines. */
bool trainer_values(struct trainer *t, const struct engine_data *data, const uint32_t *indices, int n,
                    struct arena *arena, float ret_values[TRAINER_N_VALUES]);

/* ret_errors[n]: 1 where the model, as it is evaluated, names another class. */
void trainer_mark_errors(struct trainer *t, const struct engine_data *data,
                         const uint32_t *indices, int n, struct arena *arena, unsigned char *ret_errors);

#endif
