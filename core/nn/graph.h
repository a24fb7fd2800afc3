/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * graph: a model as a list of ops, each reading the output of earlier ones.
 *
 * Order of calls: init, add ... add, plan; then, with a workspace, forward and
 * backward as often as wanted. Shapes are checked by add, memory is laid out once
 * by plan, and the passes allocate nothing. A graph is read-only after plan, so
 * several threads may run it, each with its own workspace and scratch.
 *
 * In training a graph is cut before each node that waits for statistics of the whole batch (op.h): into segments, which
 * all micro-batches go through before any goes on. Between two, graph_merge.
 *
 *     graph_init(&g, &arena, &signature);
 *     h = graph_add(&g, "hidden1", &op_linear, &config, graph_input(&g, FIELD_PICTURE), -1, &err);
 *     graph_plan(&g, 128);
 */
#ifndef NN_GRAPH_H
#define NN_GRAPH_H

#include "nn/field.h"
#include "nn/op/op.h"

struct graph {
    struct arena *arena;
    struct params params;
    struct signature signature;
    struct op_node *nodes; /* the first are the inputs, in the signature's order; the last is the output */
    int n_nodes;
    int max_examples, max_rows; /* of a micro-batch; of rows, where items are rows (op.h) */
    size_t workspace_size; /* floats */
    size_t prepared_size;  /* floats */
    size_t scratch_size;   /* floats */
    size_t statistics_size; /* doubles */
    int *cuts;             /* [n_cuts] the nodes that segments but the first begin with */
    int n_cuts;
    int n_params_before_last; /* weights of the last node are behind so many */
};

/* One micro-batch through the whole graph. */
struct graph_pass {
    int n, first;                /* examples */
    const struct op_rows *rows;  /* where the data are texts; else NULL */
    bool training;
    int n_frozen;   /* the first so many nodes are as in an evaluation, and have no backward */
    struct rng rng; /* this step's */
    const float *weights;
    const float *prepared; /* [prepared_size], backward only */
    float *grads;     /* backward only; written, or added to */
    bool grads_add;
    const void *x[SIGNATURE_MAX];  /* [n][field] of each input: floats (also of pictures), or int32_t; of tokens, those
                                    * that there are of all examples */
    const struct byte_rows *bytes; /* in place of x[0], where the graph takes them; NULL: none */
    float *workspace; /* [workspace_size] */
    float *scratch;   /* [scratch_size] */
    double *part;     /* [statistics_size] of this micro-batch's; training only */
    const double *whole; /* likewise, of the batch */
    const float *feature_gradient; /* [n][features] added to that of the features; NULL: none */
};

/* Its inputs are one row each; tokens that a length comes with are items. Borrows what the fields point to. */
void graph_init(struct graph *g, struct arena *arena, const struct signature *signature);

/* Before the first add: inputs that are floats have a gradient, too, and do not come as bytes. */
void graph_want_input_gradients(struct graph *g);

/* The node that gives the field of that kind, -1: there is none. */
int graph_input(const struct graph *g, enum field_kind kind);

/* Adds an op that reads the nodes a and b (-1: none). `config` must outlive the
 * graph. Gives the node's index, or -1 with an error that names the node. */
int graph_add(struct graph *g, const char *name, const struct op_type *type, const void *config,
              int a, int b, struct error *err);

/* The same with a copy of `config`, size bytes, in the graph's arena. */
int graph_add_copy(struct graph *g, const char *name, const struct op_type *type, const void *config, size_t size,
                   int a, int b, struct error *err);

/* Lays out the workspace for micro-batches of up to max_examples; of texts, which have up to max_rows together. */
void graph_plan(struct graph *g, int max_examples, int max_rows);

/* Are items rows, where the graph begins? Then what an example has of them at most; else 0. */
int graph_most_rows(const struct graph *g);

/* Items that a node gives in a pass. */
size_t graph_items(const struct graph *g, const struct graph_pass *pass, int node);

/* Values of one example, of all inputs. */
size_t graph_inputs_size(const struct graph *g);

/* Do all readers of its one input take bytes, once planned? */
bool graph_takes_bytes(const struct graph *g);

struct shape graph_output(const struct graph *g);

/* What the last node reads, [n][graph_features_size], after a forward pass. */
size_t graph_features_size(const struct graph *g);
const float *graph_features(const struct graph *g, const struct graph_pass *pass);

/* Makes of the weights what backward reads, into prepared[prepared_size]; again
 * whenever the weights have changed. */
void graph_prepare(const struct graph *g, const float *weights, float *prepared);

/* Gives the output [n][output], inside the workspace. In training not of a graph with cuts. */
const float *graph_forward(const struct graph *g, const struct graph_pass *pass);

/* One segment, 0 to n_cuts, forward; gives the output of its last node. What the next one's statistics are made of
 * is in pass->part behind it. */
const float *graph_forward_segment(const struct graph *g, const struct graph_pass *pass, int segment);

/* Adds up the parts of n micro-batches, statistics_size doubles each, in `whole`: those that the segment begins with,
 * or those of its beginning's derivatives. */
void graph_merge(const struct graph *g, int segment, bool is_backward, const double *parts, int n, double *whole);

/* Running statistics, among the weights, take in those of a batch; none of their nodes was frozen. */
void graph_track(const struct graph *g, const double *parts, int n, const double *whole, float *weights);

/* That of the first input, [n][field], behind the backward of all segments. */
const float *graph_input_gradient(const struct graph *g, const struct graph_pass *pass);

/* Where the gradient of the output [n][output] is to be put before backward. */
float *graph_output_gradient(const struct graph *g, const struct graph_pass *pass);
void graph_backward(const struct graph *g, const struct graph_pass *pass);

/* One segment, n_cuts down to 0, but for the node it begins with, whose share of the statistics' derivatives is
 * in pass->part behind it; that node goes first in the next call, with the segment before. */
void graph_backward_segment(const struct graph *g, const struct graph_pass *pass, int segment);

#endif
