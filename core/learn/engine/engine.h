/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * engine: the gradient of a batch, and the scores of examples, on a graph.
 *
 * Same bits on any number of threads:
 *   1. a batch is cut into micro-batches of a fixed size, of texts by tokens: as many texts as have no more;
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
 * So it is with a penalty, whose derivatives by scores and features join those of the losses.
 *
 * Where a layer needs statistics of the whole batch (batch norm), the graph is cut there (nn/graph.h): all
 * micro-batches go through one segment, then their shares of the statistics are merged in their order, and all go
 * through the next one; backward likewise. Activations always wait then, and each lane has its gradient.
 *
 * All memory is taken by engine_init; a batch allocates nothing but what a penalty works with.
 */
#ifndef LEARN_ENGINE_ENGINE_H
#define LEARN_ENGINE_ENGINE_H

#include "data/batch.h"
#include "learn/objective/objective.h"
#include "learn/penalty/penalty.h"
#include "learn/transform/transform.h"
#include "math/product.h"
#include "nn/loss/loss.h"
#include "nn/model.h"

enum { ENGINE_MAX_LANES = 4, ENGINE_KEEP = 64 << 20 /* what suits */ };

/* What may change amid a run: what a batch is made into, and what is minimised. */
struct engine_slots {
    const struct transform_type *transform;
    const void *transform_config;
    const struct loss *loss;
    struct objective *objective;
};

enum { ENGINE_EARLY, ENGINE_LATE, ENGINE_N_SLOTS };

struct engine_method {
    struct engine_slots slots[ENGINE_N_SLOTS]; /* late ones equal where nothing changes */
    const struct penalty_type *penalty;        /* NULL: none */
    const void *penalty_config;
    bool waits; /* the kind of step weighs the whole batch, too */
};

/* What is known of examples that went forward, at their places. */
struct engine_outcome {
    double *losses;
    int *labels, *groups;
    int *predicted; /* the class that the model names */
    float *targets; /* NULL where they are classes */
};

/* A micro-batch: n examples from place `first` on. */
struct engine_piece {
    int first, n;
};

/* What a micro-batch is worked on with: one for each thread and, where activations wait, for each micro-batch. */
struct engine_desk {
    float *workspace;
    void *x[SIGNATURE_MAX]; /* [micro_batch][field] of each input; pictures that stay bytes are there too */
    struct byte_rows bytes; /* these, and what they are standardised by */
    struct op_rows rows; /* of texts */
    float *coefficients; /* [micro_batch] */
    int piece;           /* of the batch, that it holds; -1: none */
    /* Of the partners, where a transform mixes; else NULL. */
    float *partner_x[SIGNATURE_MAX], *partner_gradient;
    double *partner_losses;
    int *partner_labels;
    uint32_t *partner_indices;
};

struct engine {
    struct engine_method method;
    const struct engine_slots *slots; /* in use: of method.slots */
    struct graph graph;
    int n_classes;
    int batch, n_lanes, n_threads;
    int micro_batch; /* examples of a piece at most */
    int piece_rows;  /* rows of a piece at most, of texts; else 0 */
    int n_lookers; /* threads of an evaluation */
    bool takes_bytes; /* the graph standardises pictures itself: they reach it as bytes */
    int n_frozen;     /* nodes of the graph that have no gradient; 0: all train */
    float *prepared;  /* what backward wants of the weights (graph_prepare) */
    struct engine_piece *pieces; /* [n_pieces] of the batch at work */
    int n_pieces;
    struct engine_desk *desks; /* [n_desks] */
    int n_desks;
    bool keeps; /* each of a batch's micro-batches has its own */
    float *scratch[ENGINE_MAX_LANES];  /* of a thread */
    double *statistics, *whole; /* [micro-batches][graph.statistics_size] shares of the batch's, and merged */
    float *grads[ENGINE_MAX_LANES];    /* the sum, then those of a wave's other lanes */
    /* [batch] each, of the last batch: */
    struct engine_outcome outcome;
    double *example_weights;
    double weight_scale; /* of all example_weights */
    struct transform_mix *mixes;
    uint64_t *mix_room;
    /* Where there is a penalty; else NULL: [batch] each, and the offset of its own weights. */
    float *scores, *features, *score_gradients, *feature_gradients;
    size_t penalty_weights;
    int n_model_params; /* parameters before those */
    int n_environments;
};

/* Of these, n_threads and keep reach no number. */
struct engine_sizes {
    int n_classes, batch;
    int micro_batch; /* examples; of texts rows, or what the longest may have, where that is more */
    int n_threads;
    size_t keep; /* bytes for activations that wait */
    int n_environments; /* of the batch; 0: the data name none */
    enum target_kind target;
};

/* Takes over graph (planned here); a penalty adds its weights to graph->params. */
void engine_init(struct engine *e, struct arena *arena, const struct engine_method *method, const struct graph *graph,
                 const struct engine_sizes *sizes);

/* Bytes that engine_init would take, but for a penalty's own weights; ret_n_params: floats of the graph's. Graph's
 * plan is spoilt. */
double engine_memory(const struct engine_method *method, const struct graph *graph, const struct engine_sizes *sizes);

/* From now on features are what an evaluation makes of an example, and what they are made by has a gradient of zero: the
 * last layer alone trains. */
void engine_freeze_features(struct engine *e);

/* The early slots, or the late ones. A new engine uses the early. */
void engine_use(struct engine *e, int slots);

/* What a batch or an evaluation reads. */
struct engine_data {
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

/* One batch at work. */
struct engine_batch {
    const struct engine_data *data;
    const uint32_t *indices; /* [n] */
    int n;                   /* up to the engine's */
    struct rng rng;          /* of the step */
    long step, n_steps;      /* for penalties: steps made, and how many there will be */
    /* Of steps that go beyond the objective; all (optional): */
    const float *x;    /* [n][field] the first input as it goes forward, in place of what data and transform make */
    float *x_gradient; /* [n][field] takes that of the first input, by the examples' weights and not divided by n; the penalty
                        * has no part in this gradient then, and running statistics stay */
    void (*weigh)(void *context, const struct objective_batch *losses, double *ret_weights); /* in the objective's place */
    void *weigh_context;
};

/* The gradient of the objective at `weights` into grads[0], the outcome of all examples, and the sum of their
 * losses. Where that is not finite, the gradient is not what it should be, and the running statistics that layers
 * keep among the weights have not moved; else they have. */
double engine_gradient(struct engine *e, float *weights, const struct engine_batch *batch);

/* The first input of a batch as data, augmentation and transform make it: ret_x[n][field]. */
void engine_read(struct engine *e, const struct engine_batch *batch, float *ret_x);

/* Forward of n examples for evaluation, on all threads: the outcome at places 0 .. n-1, and their scores[n][n_classes]
 * unless NULL. False where it was told to stop. */
bool engine_look(struct engine *e, const float *weights, const struct engine_data *data, const uint32_t *indices, int n,
                 const struct engine_outcome *ret_outcome, float *ret_scores);

/* Behind a batch whose loss was not finite: the first node whose output of it is not; NULL: none. */
const struct op_node *engine_trace(struct engine *e, const float *weights, const struct engine_batch *batch);

#endif
