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
#ifndef NN_OP_OP_H
#define NN_OP_OP_H

#include "base/error.h"
#include "math/rng.h"
#include "nn/params.h"

#include <stdint.h>

enum { OP_MAX_INPUTS = 2, OP_MAX_PARAMS = 4 };
enum { GRAPH_INPUT = 0 }; /* the index of the first input among the nodes of a graph */

struct shape {
    int rows, width;
};

static inline size_t shape_size(struct shape s)
{
    return (size_t)s.rows * (size_t)s.width;
}

struct byte_rows; /* math/product.h */
struct op_type;

struct op_node {
    const char *name;
    const struct op_type *type;
    const void *config; /* what the type's plan and passes expect */
    int inputs[OP_MAX_INPUTS]; /* node indices; -1: none */
    /* Set by graph_add: has it weights, or what it reads? Has what each input gives? Else
     * nobody needs that input's gradient. */
    bool has_weights, has_weights_before[OP_MAX_INPUTS];
    struct shape in[OP_MAX_INPUTS], out;
    bool gives_codes; /* an input of the graph whose values are int32_t */
    size_t weights[OP_MAX_PARAMS]; /* offsets in the weight block, set by plan */
    size_t weights_start, weights_end; /* all of them, set by graph_add */
    size_t saved_size;   /* floats per example kept from forward to backward, set by plan */
    size_t scratch_size; /* floats per example free to use inside one pass, set by plan */
    size_t prepared_size; /* floats that prepare makes of the weights, set by plan */
    /* Set by graph_plan: offsets in the workspace, in floats. */
    size_t prepared; /* likewise, in the block of prepared floats */
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
    const float *prepared; /* this node's part; backward only */
    float *gw;       /* the gradient block; backward only */
    bool gw_adds;    /* it has the sum of earlier micro-batches, to be added to */
    const float *x[OP_MAX_INPUTS]; /* [n][in.rows][in.width] */
    const int32_t *codes;          /* in place of x[0] where reads_codes */
    const struct byte_rows *bytes; /* n rows in place of x[0]; NULL but where takes_bytes */
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
    /* Once per step, before the first backward: what backward wants of the
     * weights in another order; (optional). */
    void (*prepare)(const struct op_node *node, const float *w, float *prepared);
    void (*forward)(const struct op_node *node, const struct op_pass *pass);
    void (*backward)(const struct op_node *node, const struct op_pass *pass);
    /* Can it read its one input, that of the graph, as bytes, of n examples? (optional) */
    bool (*takes_bytes)(const struct op_node *node, size_t n);
    /* Its first input is one of the graph that gives int32_t, and needs no gradient. */
    bool reads_codes;
    /* The gradient of the second input is the output's: backward leaves gy as it
     * is, and the graph may give both one place (then gx[1] == gy). */
    bool passes_on;
    /* Where !gw_adds, backward writes all of its weights' gradient; of the others the graph
     * makes it zero before. */
    bool begins_gw;
    const void *sample;        /* a configuration for tests */
    struct shape sample_input; /* and the shape of all inputs for it; zero: 2 x 7 */
};

/* The list of all, NULL-ended. */
extern const struct op_type *const op_types[];

/* y = activation(x W^T + b). W is [width][in.width] by name and shape, as PyTorch
 * has it; in the block it lies transposed, because then the forward product and
 * the weights' gradient read it along its rows. */
enum activation { ACTIVATION_NONE, ACTIVATION_RELU, ACTIVATION_GELU, ACTIVATION_GELU_TANH };

struct op_linear {
    int width;
    enum activation activation;
    double init_sd; /* of W, from a normal distribution about 0; 0: sqrt(1 / (3 in.width)), the
                     * deviation that PyTorch's linear layers start with. b starts at 0 */
    bool init_uniform; /* W and b both from the uniform distribution of that deviation: this is
                        * PyTorch's default for linear layers */
};
extern const struct op_type op_linear;

/* y = r + x W^T + b of the inputs x and r; the same configuration, no activation. */
extern const struct op_type op_linear_residual;

/* y_j = x w_j / (|x| |w_j|): cosines, from -1 to 1. W as in linear; no bias. The
 * head of LDAM (Cao et al. 2019). */
struct op_cosine {
    int width;
};
extern const struct op_type op_cosine;

/* y = r + s x of the inputs x and r. In training s is 0 with probability p, drawn
 * for each example, else 1/(1-p): stochastic depth (Huang et al. 2016). */
struct op_residual {
    double p;
};
extern const struct op_type op_residual;

/* y = (x - mean) / sqrt(variance + epsilon) * w + b over each row. */
struct op_layer_norm {
    double epsilon;
};
extern const struct op_type op_layer_norm;

/* A picture [channels][height][width] in one row to (height/patch)(width/patch)
 * rows of `width_out`: each patch, flattened as [channels][patch][patch], times W^T
 * plus b. Dosovitskiy et al. 2021, equation 1. */
struct op_patches {
    int channels, height, width, patch, width_out;
};
extern const struct op_type op_patches;

/* Puts the class token, if any, before the rows and adds the positions. */
struct op_tokens {
    bool has_class_token;
    const float *positions; /* [rows of the output][width], fixed; NULL: learned */
};
extern const struct op_type op_tokens;

/* Rows of [q | k | v], each `heads` pieces wide, to softmax(q k^T / sqrt(d)) v of
 * each head side by side. Vaswani et al. 2017, equation 1. */
struct op_attention {
    int heads;
};
extern const struct op_type op_attention;

/* A picture of `channels` planes in one row to rows of channels, one for each pixel. */
struct op_channels_last {
    int channels;
};
extern const struct op_type op_channels_last;

/* y = relu(W * x + b) of a picture of height x width rows of channels: windows of kernel x
 * kernel pixels, every `stride` pixels, with a border of `pad` zeros; without has_relu no relu.
 * W is [width_out][channels][kernel][kernel]; in the block it lies as
 * [kernel][kernel][channels][width_out]. */
struct op_conv {
    int height, width, kernel, stride, pad, width_out;
    bool has_relu;
};
extern const struct op_type op_conv;

/* The channels in groups, each to mean 0 and variance 1 over all rows of an example, times w
 * plus b of each channel. Wu and He 2018, equations 1 to 7. */
struct op_group_norm {
    int groups;
    double epsilon;
};
extern const struct op_type op_group_norm;

/* The first row, or the mean of all. */
enum pool_kind { POOL_CLASS_TOKEN, POOL_MEAN };

struct op_pool {
    enum pool_kind pool;
};
extern const struct op_type op_pool;

/* y = x / (1-p) with probability 1-p, else 0, in training; else y = x. */
struct op_dropout {
    double p;
};
extern const struct op_type op_dropout;

#endif
