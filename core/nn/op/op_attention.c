/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Per example and head, on the rows of q, k and v where they lie: the strides of
 * the products step over the other heads. Probabilities are kept in rows padded
 * to 16 floats, so that the softmax has whole vectors only. */
#include "math/kernels.h"
#include "math/product.h"
#include "nn/op/op.h"

#include <assert.h>
#include <math.h>

static int padded(int n)
{
    return (n + 15) / 16 * 16;
}

static int plan_heads(struct op_node *node, int n_queries, int rows, int width, struct error *err)
{
    const struct op_attention *config = node->config;
    size_t n_products, stride = (size_t)padded(rows);

    if (config->heads < 1 || width % config->heads)
        return error_set(err, "%d heads do not divide a width of %d", config->heads, width);
    if (!(config->dropout >= 0 && config->dropout < 1))
        return error_set(err, "probability %g; must be from 0 to below 1", config->dropout);
    node->out = (struct shape){n_queries, width};
    n_products = (size_t)config->heads * (size_t)n_queries * stride;
    node->saved_size = n_products * (config->dropout > 0 ? 2 : 1); /* as softmax gives them, and dropped */
    node->scratch_size = ((size_t)n_queries + (size_t)width) * stride;
    if (node->most_rows) { /* items are rows; of those a micro-batch has room for the longest example */
        size_t longest = (size_t)rows;

        node->out.rows = 1;
        node->saved_size /= longest;
        node->scratch_size = (node->scratch_size + longest - 1) / longest;
    }
    return 0;
}

static int most_rows(const struct op_node *node)
{
    return node->most_rows ? node->most_rows : node->in[0].rows;
}

static int plan(struct op_node *node, struct params *params, struct arena *arena,
                struct error *err)
{
    (void)params, (void)arena;
    if (node->in[0].width % 3)
        return error_set(err, "rows of %d are not [q | k | v]", node->in[0].width);
    return plan_heads(node, most_rows(node), most_rows(node), node->in[0].width / 3, err);
}

static int plan_cross(struct op_node *node, struct params *params, struct arena *arena,
                      struct error *err)
{
    (void)params, (void)arena;
    if (node->in[1].width != 2 * node->in[0].width)
        return error_set(err, "rows [k | v] of %d to q of %d", node->in[1].width, node->in[0].width);
    return plan_heads(node, node->in[0].rows, node->in[1].rows, node->in[0].width, err);
}

/* An example: its rows, where among all they begin, and where its probabilities are. */
struct part {
    int example, n_queries, rows;
    size_t q_at, k_at;
    float *saved;
};

static struct part part_of(const struct op_node *node, const struct op_pass *pass, int example, float *saved)
{
    bool is_cross = node->type->n_inputs > 1;
    struct part part = {example, node->out.rows, node->in[is_cross].rows, 0, 0, saved};

    part.q_at = (size_t)example * (size_t)part.n_queries;
    part.k_at = (size_t)example * (size_t)part.rows;
    if (pass->rows) {
        const int *first = pass->rows->first + example;

        part.n_queries = part.rows = first[1] - first[0];
        part.q_at = part.k_at = (size_t)first[0];
    }
    return part;
}

/* Floats of its probabilities. */
static size_t part_size(const struct op_node *node, const struct part *part)
{
    const struct op_attention *config = node->config;

    return (size_t)config->heads * (size_t)part->n_queries * (size_t)padded(part->rows) *
           (config->dropout > 0 ? 2 : 1);
}

/* Where one example's and head's rows begin, in x or in its gradient. */
struct head {
    int n_queries, rows, dim;
    size_t width, q_row, k_row, stride; /* from row to row: of y, q, k and v, and of the products */
    float scale;
    float *q, *k, *v;
    float *p, *dropped; /* probabilities, and as v is weighed with */
};

static struct head head_of(const struct op_node *node, const struct op_pass *pass, float *const x[2],
                           const struct part *part, int head)
{
    const struct op_attention *config = node->config;
    bool is_cross = node->type->n_inputs > 1;
    size_t n_queries = (size_t)part->n_queries, width = (size_t)node->out.width;
    struct head h = {.n_queries = part->n_queries, .rows = part->rows, .dim = node->out.width / config->heads,
                     .width = width};
    size_t at = (size_t)(head * h.dim);

    h.stride = (size_t)padded(h.rows);
    h.scale = (float)(1 / sqrt(h.dim));
    h.q_row = is_cross ? width : 3 * width;
    h.k_row = is_cross ? 2 * width : 3 * width;
    h.q = x[0] + part->q_at * h.q_row + at;
    h.k = is_cross ? x[1] + part->k_at * h.k_row + at : h.q + width;
    h.v = h.k + width;
    h.p = part->saved + (size_t)head * n_queries * h.stride;
    h.dropped = h.p;
    if (config->dropout > 0 && pass->training)
        h.dropped += (size_t)config->heads * n_queries * h.stride;
    return h;
}

/* c[n_queries][rows] = x y^T of a head's rows x and y, which begin every x_row and y_row floats. */
static void product_of_rows(const struct head *h, float *c, const float *x, size_t x_row,
                            const float *y, size_t y_row, float *scratch)
{
    size_t n_queries = (size_t)h->n_queries, rows = (size_t)h->rows, dim = (size_t)h->dim;

    transpose(scratch, h->stride, y, y_row, rows, dim);
    product(c, h->stride, x, x_row, 1, scratch, h->stride, n_queries, rows, dim, false);
}

static float kept_scale(const struct op_attention *config)
{
    return (float)(1 / (1 - config->dropout));
}

static void drop(const struct op_node *node, const struct op_pass *pass, const struct head *h,
                 int example, int head)
{
    const struct op_attention *config = node->config;
    struct rng rng = rng_index(rng_index(pass->rng, (uint64_t)(pass->first + example)), (uint64_t)head);

    kernels->dropout(h->dropped, h->p, false, rng.key, (uint32_t)(config->dropout * 4294967296.0),
                     kept_scale(config), (size_t)h->n_queries * h->stride);
}

static void forward(const struct op_node *node, const struct op_pass *pass)
{
    const struct op_attention *config = node->config;
    float *const x[2] = {(float *)pass->x[0], (float *)pass->x[1]};
    float *saved = pass->saved;

    for (int e = 0; e < pass->n_examples; e++) {
        struct part part = part_of(node, pass, e, saved);

        saved += part_size(node, &part);
        for (int i = 0; i < config->heads; i++) {
            struct head h = head_of(node, pass, x, &part, i);
            size_t n_queries = (size_t)h.n_queries, rows = (size_t)h.rows, dim = (size_t)h.dim;
            float *y = pass->y + part.q_at * h.width + (size_t)i * dim;

            product_of_rows(&h, h.p, h.q, h.q_row, h.k, h.k_row, pass->scratch);
            kernels->softmax(h.p, h.scale, n_queries, rows, h.stride);
            if (h.dropped != h.p)
                drop(node, pass, &h, e, i);
            product(y, h.width, h.dropped, h.stride, 1, h.v, h.k_row, n_queries, dim, rows, false);
        }
    }
}

/* gp of what was dropped to that of the probabilities. */
static void drop_backward(const struct head *h, float *restrict gp, float scale)
{
    const float *restrict dropped = h->dropped;

#pragma omp simd
    for (size_t i = 0; i < (size_t)h->n_queries * h->stride; i++)
        gp[i] = dropped[i] > 0 ? gp[i] * scale : 0;
}

static void backward(const struct op_node *node, const struct op_pass *pass)
{
    const struct op_attention *config = node->config;
    float *const x[2] = {(float *)pass->x[0], (float *)pass->x[1]};
    float *saved = pass->saved;

    if (!pass->gx[0])
        return;
    assert(!node->gx_adds[0] && !node->gx_adds[1]); /* nothing else reads the rows of q, k and v */
    for (int e = 0; e < pass->n_examples; e++) {
        struct part part = part_of(node, pass, e, saved);

        saved += part_size(node, &part);
        for (int i = 0; i < config->heads; i++) {
            struct head h = head_of(node, pass, x, &part, i), g = head_of(node, pass, pass->gx, &part, i);
            size_t n_queries = (size_t)h.n_queries, rows = (size_t)h.rows, dim = (size_t)h.dim;
            const float *gy = pass->gy + part.q_at * h.width + (size_t)i * dim;
            float *gp = pass->scratch;

            product(g.v, h.k_row, h.dropped, 1, h.stride, gy, h.width, rows, dim, n_queries, false);
            product_of_rows(&h, gp, gy, h.width, h.v, h.k_row, pass->scratch + n_queries * h.stride);
            if (h.dropped != h.p)
                drop_backward(&h, gp, kept_scale(config));
            kernels->softmax_backward(gp, h.p, h.scale, n_queries, rows, h.stride);
            product(g.q, h.q_row, gp, h.stride, 1, h.k, h.k_row, n_queries, dim, rows, false);
            product(g.k, h.k_row, gp, 1, h.stride, h.q, h.q_row, rows, dim, n_queries, false);
        }
    }
}

static const struct op_attention sample = {.heads = 2};

const struct op_type op_attention = {
    .name = "attention",
    .doc = "softmax(q k^T / sqrt(d)) v per head, of rows [q | k | v]",
    .n_inputs = 1,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .by_rows = OP_ROW_BY_ROW,
    .sample = &sample,
    .sample_input = {5, 24},
};

static const struct op_attention cross_sample = {.heads = 2, .dropout = 0.3};

const struct op_type op_cross_attention = {
    .name = "cross_attention",
    .doc = "softmax(q k^T / sqrt(d)) v per head, of rows q and rows [k | v]",
    .n_inputs = 2,
    .plan = plan_cross,
    .forward = forward,
    .backward = backward,
    .sample = &cross_sample,
    .sample_input = {3, 8},
    .second_input = {5, 16},
};
