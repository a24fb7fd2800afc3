/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Per picture and head, on the rows of q, k and v where they lie: the strides of
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

static int plan(struct op_node *node, struct params *params, struct arena *arena,
                struct error *err)
{
    const struct op_attention *config = node->config;
    int rows = node->in[0].rows, width = node->in[0].width;

    (void)params, (void)arena;
    if (config->heads < 1 || width % (3 * config->heads))
        return error_set(err, "%d heads do not divide a width of %d", config->heads, width / 3);
    node->out = (struct shape){rows, width / 3};
    node->saved_size = (size_t)config->heads * (size_t)rows * (size_t)padded(rows);
    node->scratch_size = ((size_t)rows + (size_t)node->out.width) * (size_t)padded(rows);
    return 0;
}

/* Where one picture's and head's rows begin, in x or in its gradient. */
struct head {
    int rows, width, dim, stride; /* of the products; stride of a row of probabilities */
    float scale;
    float *q, *k, *v, *p;
};

static struct head head_of(const struct op_node *node, const struct op_pass *pass, const float *x,
                           int picture, int head)
{
    const struct op_attention *config = node->config;
    int rows = node->in[0].rows, width = node->out.width, dim = width / config->heads;
    struct head h = {.rows = rows, .width = width, .dim = dim, .stride = padded(rows)};

    h.scale = (float)(1 / sqrt(dim));
    h.q = (float *)x + (size_t)picture * shape_size(node->in[0]) + (size_t)(head * dim);
    h.k = h.q + width;
    h.v = h.k + width;
    h.p = pass->saved + (size_t)picture * node->saved_size +
          (size_t)head * (size_t)rows * (size_t)h.stride;
    return h;
}

/* c[rows][rows] = x y^T of a head's rows x and y, which begin every x_row and
 * y_row floats. */
static void product_of_rows(const struct head *h, float *c, const float *x, size_t x_row,
                            const float *y, size_t y_row, float *scratch)
{
    size_t rows = (size_t)h->rows, stride = (size_t)h->stride, dim = (size_t)h->dim;

    transpose(scratch, stride, y, y_row, rows, dim);
    product(c, stride, x, x_row, 1, scratch, stride, rows, rows, dim, false);
}

static void forward(const struct op_node *node, const struct op_pass *pass)
{
    const struct op_attention *config = node->config;
    size_t width = (size_t)node->out.width, row = 3 * width;

    for (int e = 0; e < pass->n; e++) {
        for (int i = 0; i < config->heads; i++) {
            struct head h = head_of(node, pass, pass->x[0], e, i);
            size_t rows = (size_t)h.rows, stride = (size_t)h.stride;
            float *y = pass->y + (size_t)e * shape_size(node->out) + (size_t)(i * h.dim);

            product_of_rows(&h, h.p, h.q, row, h.k, row, pass->scratch);
            kernels->softmax(h.p, h.scale, rows, rows, stride);
            product(y, width, h.p, stride, 1, h.v, row, rows, (size_t)h.dim, rows, false);
        }
    }
}

static void backward(const struct op_node *node, const struct op_pass *pass)
{
    const struct op_attention *config = node->config;
    size_t width = (size_t)node->out.width, row = 3 * width;

    if (!pass->gx[0])
        return;
    assert(!node->gx_adds[0]); /* nothing else reads the rows of q, k and v */
    for (int e = 0; e < pass->n; e++) {
        for (int i = 0; i < config->heads; i++) {
            struct head h = head_of(node, pass, pass->x[0], e, i);
            struct head g = head_of(node, pass, pass->gx[0], e, i);
            size_t rows = (size_t)h.rows, stride = (size_t)h.stride, dim = (size_t)h.dim;
            const float *gy = pass->gy + (size_t)e * shape_size(node->out) + (size_t)(i * h.dim);
            float *gp = pass->scratch;

            product(g.v, row, h.p, 1, stride, gy, width, rows, dim, rows, false);
            product_of_rows(&h, gp, gy, width, h.v, row, pass->scratch + rows * stride);
            kernels->softmax_backward(gp, h.p, h.scale, rows, rows, stride);
            product(g.q, row, gp, stride, 1, h.k, row, rows, dim, rows, false);
            product(g.k, row, gp, 1, stride, h.q, row, rows, dim, rows, false);
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
    .sample = &sample,
    .sample_input = {5, 24},
};
