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
 *
 * Examples of unequal length (texts) have their rows one behind the other, and no padding: tensors before a pool are
 * then [rows of all examples][width], and an item is a row, not an example. Shapes and sizes of such a node
 * are of an item: rows is 1. Ops that say how they go by rows may stand there; which rows are whose is in the pass.
 *
 * What an op gives of an example is a function of that example and of the weights, but for one kind: those with
 * `statistics` (batch norm), which in training also reads sums over the batch.
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

/* Which rows are whose. */
struct op_rows {
    int *first;  /* [examples + 1], of all rows; behind the last example how many there are */
    int *second; /* [examples] the row of each, counted from its own first, that its second text begins with */
};

/* How an op reads items that are rows. */
enum op_by_rows {
    OP_NOT_BY_ROWS, /* not at all */
    OP_ROW_BY_ROW,  /* each by itself, or with those of its example; gives as many */
    OP_POOLS_ROWS,  /* gives an item for each example */
};

struct byte_rows; /* math/product.h */
struct op_type;

struct op_node {
    const char *name;
    const struct op_type *type;
    const void *config; /* what the type's plan and passes expect */
    int inputs[OP_MAX_INPUTS]; /* node indices; -1: none */
    /* Set by graph_add: has it weights, or what it reads? Has what each input gives? Else
     * nobody needs that input's gradient. An input of the graph has them where its gradient is wanted. */
    bool has_weights, has_weights_before[OP_MAX_INPUTS];
    struct shape in[OP_MAX_INPUTS], out;
    bool gives_codes; /* an input of the graph whose values are int32_t */
    int most_rows;    /* items of its output are rows, of which an example has so many at most; 0: they are examples */
    size_t weights[OP_MAX_PARAMS]; /* offsets in the weight block, set by plan */
    size_t weights_start, weights_end; /* all of them, set by graph_add */
    size_t saved_size;   /* floats per item of the first input kept from forward to backward, set by plan */
    size_t scratch_size; /* floats per item of the first input free to use inside one pass, set by plan */
    size_t prepared_size; /* floats that prepare makes of the weights, set by plan */
    /* Doubles that a micro-batch adds to those of the batch, and how many of them forward; set by plan. */
    size_t statistics_size, statistics_forward;
    bool cuts; /* in training it waits for the statistics of the whole batch, set by plan */
    /* Set by graph_plan: offsets in the workspace, in floats. */
    size_t prepared; /* likewise, in the block of prepared floats */
    size_t statistics; /* and in the doubles of statistics */
    size_t y, saved, gy;
    bool gx_adds[OP_MAX_INPUTS]; /* another consumer wrote that gradient before */
};

/* One micro-batch at one node. */
struct op_pass {
    int n;           /* items of the first input */
    int first;       /* place of the first example in the batch; keys random numbers */
    int n_examples;
    const struct op_rows *rows; /* where items are rows; else NULL */
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
    double *part;         /* [statistics_size] of this micro-batch; training only */
    const double *whole;  /* likewise, merged, of the batch; where the node cuts */
    float *gy;                /* gradient of y, backward only; the op may overwrite it */
    float *gx[OP_MAX_INPUTS]; /* gradient of x: written, or added to where node->gx_adds;
                               * NULL where nobody needs it */
};

/* Sums over a batch, of which each micro-batch makes its part. Where the node cuts, the graph's user makes all parts
 * before anything behind them, and adds them up in the micro-batches' order; else an op makes its part itself, and
 * that is all it reads. */
struct op_statistics {
    /* Of x into pass->part[0 .. statistics_forward - 1]; of gy, which it may change in place, into the rest. */
    void (*gather)(const struct op_node *node, const struct op_pass *pass);
    void (*gather_backward)(const struct op_node *node, const struct op_pass *pass);
    /* Behind the forwards of a batch in training, of n parts, each `stride` doubles behind the last, and their sum where
     * the node cuts: moves running statistics, which are parameters that only this changes (param.is_buffer). */
    void (*track)(const struct op_node *node, const double *parts, size_t stride, int n, const double *whole, float *w);
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
    enum op_by_rows by_rows;
    /* Its first input is one of the graph that gives int32_t, and needs no gradient. */
    bool reads_codes;
    /* The gradient of the second input is the output's: backward leaves gy as it
     * is, and the graph may give both one place (then gx[1] == gy). */
    bool passes_on;
    /* Where !gw_adds, backward writes all of its weights' gradient; of the others the graph
     * makes it zero before. */
    bool begins_gw;
    const struct op_statistics *statistics; /* (optional) */
    const void *sample;        /* a configuration for tests */
    struct shape sample_input; /* and the shape of all inputs for it; zero: 2 x 7; codes: 1 x 3 */
    struct shape second_input; /* of the second, where it is another */
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
    bool init_zero_bias; /* b starts at 0 all the same */
    bool init_uniform_bias; /* b starts so where W does not */
    bool flattens;       /* all rows of an example are one */
    const char *const *parts; /* NULL-ended: files have W, and b, as so many of these names, one below the other, in
                               * place of the last word of the layer's; NULL: as one */
};
extern const struct op_type op_linear;

/* y = r + x W^T + b of the inputs x and r; the same configuration, no activation. */
extern const struct op_type op_linear_residual;

/* Columns of categories: level k of column c is the one at first[c] + k of all. A code of -1 is a level
 * that has nothing: zeros. */
struct op_levels {
    int n_columns;
    const int *first; /* [n_columns + 1] */
};

/* Codes to one row: 1 at the level of each column, else 0. */
struct op_one_hot {
    struct op_levels levels;
};
extern const struct op_type op_one_hot;

/* y = activation([x | one_hot(codes)] W^T + b) of the inputs codes and x, all of whose rows are one: as
 * op_one_hot and op_linear would, without the products with zeros. */
struct op_linear_one_hot {
    struct op_linear linear;
    struct op_levels levels;
};
extern const struct op_type op_linear_one_hot;

/* Codes to rows, one for each column: that of W[levels][width] for its level, plus b of the column where
 * has_bias. Both start uniform up to 1 / sqrt(width) and do not decay (Gorishniy et al. 2021). */
struct op_embedding {
    struct op_levels levels;
    int width;
    bool has_bias;
};
extern const struct op_type op_embedding;

/* Tokens to rows: W[token] + P[the row's place in its example] + T[0, or 1 in the second text]; no T where n_types is 0.
 * All start normal, of deviation 0.02, and decay. Devlin et al. 2019, figure 2. */
struct op_words {
    int n_words, n_positions, n_types, width;
};
extern const struct op_type op_words;

/* Numbers to rows: x_j w_j + b_j. w and b start and decay as those of an embedding. Gorishniy et al. 2021,
 * section 3.3. */
struct op_number_tokens {
    int width;
};
extern const struct op_type op_number_tokens;

/* Numbers to rows of cos(2 pi c_jk x_j), then sin of these. c starts normal, of deviation sigma and cut at
 * three of it, is trained and does not decay. Gorishniy, Rubachev and Babenko 2022, section 3.3. */
struct op_periodic {
    int n_frequencies;
    double sigma;
};
extern const struct op_type op_periodic;

/* The rows of the first input, then those of the second, of one width; flat: all as one row. */
struct op_concat {
    bool is_flat;
};
extern const struct op_type op_concat;

/* y = relu(x). No configuration. */
extern const struct op_type op_relu;

/* y = tanh(x). No configuration. */
extern const struct op_type op_tanh;

/* y = a relu(b) of rows [a | b]. No configuration. Shazeer 2020. */
extern const struct op_type op_reglu;

/* y_j = x w_j / (|x| |w_j|): cosines, from -1 to 1. W as in linear; no bias. The
 * head of LDAM (Cao et al. 2019). */
struct op_cosine {
    int width;
    bool flattens; /* as op_linear has it */
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

/* Puts the class token, if any, before the rows and adds the positions. Both start normal, of deviation 0.02. */
struct op_tokens {
    bool has_class_token;
    const float *positions; /* [rows of the output][width], fixed; NULL: learned */
    bool has_no_positions;  /* nor fixed ones; then the token starts as an embedding does */
};
extern const struct op_type op_tokens;

/* Rows of [q | k | v], each `heads` pieces wide, to softmax(q k^T / sqrt(d)) v of
 * each head side by side. Vaswani et al. 2017, equation 1. */
struct op_attention {
    int heads;
    double dropout; /* probability to drop one of the softmax's while training */
};
extern const struct op_type op_attention;

/* The same of the inputs q and [k | v], which may have another number of rows. */
extern const struct op_type op_cross_attention;

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
    bool has_no_bias;
    bool init_kaiming; /* W from a normal distribution of variance 2 / (channels kernel^2), b at 0 (He et al.
                        * 2015); else both as PyTorch's convolutions start */
};
extern const struct op_type op_conv;

/* y = the largest of each channel in windows of window x window pixels, every `stride` pixels of a picture of
 * height x width rows of channels; the border of `pad` pixels, at most half a window, counts for nothing. */
struct op_max_pool {
    int height, width, window, stride, pad;
};
extern const struct op_type op_max_pool;

/* The channels in groups, each to mean 0 and variance 1 over all rows of an example, times w
 * plus b of each channel. Wu and He 2018, equations 1 to 7. */
struct op_group_norm {
    int groups;
    double epsilon;
};
extern const struct op_type op_group_norm;

/* Each channel to mean 0 and variance 1 over all rows of all examples, times w plus b of the channel; relu on request.
 * Ioffe and Szegedy 2015, algorithm 1. Of the batch; of each micro-batch by itself ("ghost", Hoffer et al. 2017); or, while
 * training too, by the running mean and variance ("frozen"), by which evaluations go. These move by `momentum` to those of
 * a batch, the variance without bias, as PyTorch has it. */
enum batch_norm { BATCH_NORM_BATCH, BATCH_NORM_GHOST, BATCH_NORM_FROZEN };

struct op_batch_norm {
    int kind; /* enum batch_norm */
    double epsilon, momentum;
    bool has_relu;
};
extern const struct op_type op_batch_norm;

/* The same of the first input, plus the second, before the relu. */
extern const struct op_type op_batch_norm_residual;

/* The shortcut without weights of a residual block that changes shape: of a picture of height x width rows of
 * channels every `stride`-th pixel of every `stride`-th line, with `pad` zero channels on each side. He et al. 2016, section
 * 4.2, option A. */
struct op_shortcut {
    int height, width, stride, pad;
};
extern const struct op_type op_shortcut;

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
