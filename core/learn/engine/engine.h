/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * trainer: one step of training, and evaluation, on a graph.
 *
 * Same bits on any number of threads:
 *   1. a batch is cut into micro-batches of a fixed size;
 *   2. micro-batch i belongs to lane i mod n_lanes; a lane works through its
 *      micro-batches in order and adds their gradients up;
 *   3. lanes are added up in order. Threads share out lanes, and nothing else.
 *
 * Lanes run in waves of n_threads, each wave added to the sum before the next
 * begins: so memory grows with the threads, not with the lanes.
 *
 * Where the objective needs all losses of a batch, all forwards come first, then
 * the weights, then all backwards. Activations wait in between where those of a
 * batch fit into `keep` bytes, so that this costs nothing but memory; else
 * a micro-batch runs forward again before its backward, to the same bits.
 *
 * SAM, where the optimizer is wrapped in it, takes two gradients of a batch, the
 * second uphill of the weights, and lets the optimizer step with that.
 *
 * Where the optimizer averages (EMA), steps move the weights as ever, and the average
 * of what they were is the model: it is evaluated, and it is what a run ends with.
 *
 * So it is with a penalty, whose derivatives by scores and features join those of the losses.
 *
 * All memory is taken by trainer_init; a step allocates nothing but what a penalty works with.
 */
#ifndef LEARN_TRAINER_H
#define LEARN_TRAINER_H

#include "data/batch.h"
#include "io/safetensors.h"
#include "learn/metric/metric.h"
#include "learn/objective/objective.h"
#include "learn/penalty/penalty.h"
#include "learn/transform/transform.h"
#include "math/product.h"
#include "nn/loss/loss.h"
#include "nn/model.h"
#include "nn/optimizer.h"
#include "nn/schedule.h"

enum { TRAINER_MAX_LANES = 4, TRAINER_KEEP = 64 << 20 /* what suits */ };

/* What may change amid a run: what a batch is made into, and what is minimised. */
struct trainer_slots {
    const struct transform_type *transform;
    const void *transform_config;
    const struct loss *loss;
    struct objective *objective;
};

enum { TRAINER_EARLY, TRAINER_LATE, TRAINER_N_SLOTS };

struct trainer_method {
    struct trainer_slots slots[TRAINER_N_SLOTS]; /* late ones equal where nothing changes */
    const struct optimizer_type *optimizer;
    const void *optimizer_config;
    const struct optimizer_common *optimizer_common;
    const struct penalty_type *penalty; /* NULL: none */
    const void *penalty_config;
};

/* What a micro-batch is worked on with: one for each thread, or for each
 * micro-batch where activations wait. */
struct trainer_desk {
    float *workspace;
    void *x[SIGNATURE_MAX]; /* [micro_batch][field] of each input; pictures that stay bytes are there too */
    struct byte_rows bytes; /* these, and what they are standardised by */
    float *coefficients; /* [micro_batch] */
    int first;           /* place in the batch of the micro-batch it holds; -1: none */
    /* Of the partners, where a transform mixes; else NULL. */
    float *partner_x[SIGNATURE_MAX], *partner_gradient;
    double *partner_losses;
    int *partner_labels;
    uint32_t *partner_indices;
};

struct trainer {
    struct trainer_method method;
    const struct trainer_slots *slots; /* in use: of method.slots */
    struct graph graph;
    int n_classes;
    int batch, micro_batch, n_lanes, n_threads;
    bool takes_bytes; /* the graph standardises pictures itself: they reach it as bytes */
    float *weights, *prepared; /* the latter: what backward wants of them (graph_prepare) */
    float *states[OPTIMIZER_MAX_STATES];
    float *average; /* of the weights after each step; NULL: none is kept */
    struct trainer_desk *desks; /* [n_desks] */
    int n_desks;
    bool keeps; /* n_desks is that of a batch's micro-batches */
    float *grads[TRAINER_MAX_LANES]; /* the sum, then those of a wave's other lanes */
    /* [batch] each, of the last step: */
    double *losses, *example_weights;
    double weight_scale; /* of all example_weights */
    int *labels, *environments;
    int *predicted; /* the class that the model names */
    float *targets;    /* NULL where they are classes */
    struct transform_mix *mixes;
    /* Where there is a penalty; else NULL: [batch] each, and the offset of its own weights. */
    float *scores, *features, *score_gradients, *feature_gradients;
    size_t penalty_weights;
    int n_model_params; /* parameters before those */
    int n_environments;
    /* Where the optimizer is wrapped in SAM; else NULL. */
    float *home;        /* the weights that a step started from */
    double *home_state; /* the objective's state then */
};

/* Of these, n_threads and keep reach no number. */
struct trainer_sizes {
    int n_classes, batch, micro_batch;
    int n_threads;
    size_t keep; /* bytes for activations that wait */
    int n_environments; /* of the batch; 0: the data name none */
    enum target_kind target;
};

/* Takes over graph (planned here). Weights start from `rng`. */
void trainer_init(struct trainer *t, struct arena *arena, const struct trainer_method *method,
                  const struct graph *graph, const struct trainer_sizes *sizes, struct rng rng);

/* Bytes that trainer_init would take, but for a penalty's own weights. The graph's plan is spoilt. */
double trainer_memory(const struct trainer_method *method, const struct graph *graph,
                      const struct trainer_sizes *sizes);

/* The early slots, or the late ones. A new trainer uses the early. */
void trainer_use(struct trainer *t, int slots);

/* Back to the state before the first step, with the given weights. */
void trainer_restart(struct trainer *t, const float *weights);

/* The model's weights, good until the next step: the average, or simply the weights. */
const float *trainer_model(const struct trainer *t);

enum { TRAINER_MAX_STATE = 2 + TRAINER_N_SLOTS + OPTIMIZER_MAX_STATES };

/* Lists the blocks that outlive a step, and gives their number: what a checkpoint
 * keeps. A block that steps change belongs here; tests/test_run.c stops and goes
 * on with every objective and optimizer to find one that was forgotten. */
int trainer_state(const struct trainer *t, struct tensor ret_blocks[TRAINER_MAX_STATE]);

/* What a step or an evaluation reads. */
struct trainer_data {
    const struct pool *pool; /* of the graph's signature, prepared */
    const struct standard *standard; /* of pictures */
    const struct augment_config *augment; /* NULL: none */
    struct rng augment_rng;               /* of the epoch */
    bool (*should_stop)(void *context);   /* asked during an evaluation; NULL: never */
    void *stop_context;
    int n_groups; /* of the pool, to be measured in an evaluation; 0: none */
    const double *class_weights; /* [n_classes] in an evaluation's means, adding up to 1; NULL: each
                                  * example weighs the same */
};

struct trainer_step {
    long step;   /* 1 for the first */
    long n_steps; /* that there will be */
    double rate; /* learning rate */
    struct rng rng;
};

/* What a step saw, before its update. */
struct trainer_sums {
    double loss; /* sum over the batch */
    int n_correct;
};

/* One step on the n <= batch pictures indices[n]. Without an update where the loss, or the
 * norm of a gradient to be clipped, is not finite; the caller reads that from ret_sums. */
void trainer_step(struct trainer *t, const struct trainer_data *data, const uint32_t *indices,
                  int n, const struct trainer_step *step, struct trainer_sums *ret_sums);

/* Behind a step without an update, and with its arguments: adds what was not finite first,
 * such as `output of layer "hidden2" (linear)`. */
void trainer_trace(struct trainer *t, const struct trainer_data *data, const uint32_t *indices,
                   int n, const struct trainer_step *step, struct text *ret_text);

/* The first parameter of the model with a weight that is not finite; NULL: none has. */
const char *trainer_trace_weights(const struct trainer *t);

struct evaluation {
    int n;
    double loss; /* mean, of classes as trainer_data weighs them, if it does */
    int n_classes;               /* 0: targets are numbers */
    struct metric_values values; /* likewise */
    const int *labels, *predicted; /* [n] classes; NULL: of several parts, or of numbers */
    const float *scores;           /* [n][n_classes], of numbers [n] the answers; NULL: of several parts */
    unsigned char *answers; /* [(n + 7) / 8]: example i is bit i % 8 of byte i / 8, 1: right; NULL: of
                             * several parts, or of numbers */
};

/* Changes nothing in the trainer but its buffers. The arrays from `arena`.
 * False where it was told to stop: then there is no evaluation. */
bool trainer_evaluate(struct trainer *t, const struct trainer_data *data, const uint32_t *indices,
                      int n, struct arena *arena, struct evaluation *ret_evaluation);

/* ret_scores[n][n_classes] of the model as it is evaluated. */
void trainer_predict(struct trainer *t, const struct trainer_data *data, const uint32_t *indices,
                     int n, float *ret_scores);

/* ret_weights[n] that the objective would give in a step on these examples, a batch at a time, to
 * the losses of the model as it is evaluated. The objective keeps its state. */
void trainer_weigh(struct trainer *t, const struct trainer_data *data, const uint32_t *indices,
                   int n, struct arena *arena, float *ret_weights);

/* ret_errors[n]: 1 where the model, as it is evaluated, names another class. */
void trainer_mark_errors(struct trainer *t, const struct trainer_data *data,
                         const uint32_t *indices, int n, unsigned char *ret_errors);

#endif
