/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * op: one differentiable operation, forward and backward, on a micro-batch.
 *
 * An example is `rows` vectors of `width` floats (a picture's tokens; an MLP's
 * input is one row). A tensor of n examples is [n][rows][width], dense.
 *
 * To add one:
 *   1. write nn/op_NAME.c: plan (check shapes, declare weights), forward, and
 *      backward right below it;
 *   2. end it in `const struct op_type op_NAME = {...}` and declare that below;
 *   3. add one line to op_types in graph.c. tests/test_op.c checks its gradients
 *      because it is listed; give it a `sample` configuration for that.
 */
#ifndef NN_OP_H
#define NN_OP_H

#include "base/error.h"
#include "base/rng.h"
#include "nn/params.h"

enum { OP_MAX_INPUTS = 2, OP_MAX_PARAMS = 4 };

struct shape {
    int rows, width;
};

static inline size_t shape_size(struct shape s)
{
    return (size_t)s.rows * (size_t)s.width;
}

struct op_type;

struct op_node {
    const char *name;
    const struct op_type *type;
    const void *config; /* what the type's plan and passes expect */
    int inputs[OP_MAX_INPUTS]; /* node indices; -1: none */
    struct shape in[OP_MAX_INPUTS], out;
    size_t weights[OP_MAX_PARAMS]; /* offsets in the weight block, set by plan */
    size_t saved_size;   /* floats per example kept from forward to backward, set by plan */
    size_t scratch_size; /* floats per example free to use inside one pass, set by plan */
    /* Set by graph_plan: offsets in the workspace, in floats. */
    size_t y, saved, gy;
    bool gx_adds[OP_MAX_INPUTS]; /* another consumer wrote that gradient before */
};

/* One micro-batch at one node. */
struct op_pass {
    int n;           /* examples */
    int first;       /* place of the first of them in the batch; keys random numbers */
    bool training;   /* dropout and the like are on */
    struct rng rng;  /* this step's, this node's */
    const float *w;  /* the weight block */
    float *gw;       /* the gradient block, added to; backward only */
    const float *x[OP_MAX_INPUTS]; /* [n][in.rows][in.width] */
    float *y;                      /* [n][out.rows][out.width] */
    float *saved, *scratch;
    float *gy;                /* gradient of y, backward only; the op may overwrite it */
    float *gx[OP_MAX_INPUTS]; /* gradient of x: written, or added to where node->gx_adds;
                               * NULL where nobody needs it */
};

struct op_type {
    const char *name, *doc;
    int n_inputs;
    /* Sets node->out, sizes and weights from node->config and node->in. */
    int (*plan)(struct op_node *node, struct params *params, struct arena *arena,
                struct error *err);
    void (*forward)(const struct op_node *node, const struct op_pass *pass);
    void (*backward)(const struct op_node *node, const struct op_pass *pass);
    const void *sample; /* a configuration for tests */
};

/* The list of all, NULL-ended. */
extern const struct op_type *const op_types[];

/* y = activation(x W^T + b). W is [width][in.width], as PyTorch stores it. */
enum activation { ACTIVATION_NONE, ACTIVATION_RELU };

struct op_linear {
    int width;
    enum activation activation;
};
extern const struct op_type op_linear;

/* y = x / (1-p) with probability 1-p, else 0, in training; else y = x. */
struct op_dropout {
    double p;
};
extern const struct op_type op_dropout;

#endif
