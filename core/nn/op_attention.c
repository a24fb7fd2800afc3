/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Per picture and head, on the rows of q, k and v where they lie: the leading
 * dimension of the products steps over the other heads. Probabilities are kept
 * in rows padded to 16 floats, so that the softmax has whole vectors only. */
#include "math/blas.h"
#include "math/kernels.h"
#include "nn/op.h"

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
    node->scratch_size = (size_t)rows * (size_t)padded(rows);
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

static void forward(const struct op_node *node, const struct op_pass *pass)
{
    const struct op_attention *config = node->config;

    for (int e = 0; e < pass->n; e++) {
        for (int i = 0; i < config->heads; i++) {
            struct head h = head_of(node, pass, pass->x[0], e, i);
            int row = 3 * h.width;
            float *y = pass->y + (size_t)e * shape_size(node->out) + (size_t)(i * h.dim);

            blas_gemm(false, true, h.rows, h.rows, h.dim, h.q, row, h.k, row, 0, h.p, h.stride);
            kernels->softmax(h.p, h.scale, (size_t)h.rows, (size_t)h.rows, (size_t)h.stride);
            blas_gemm(false, false, h.rows, h.dim, h.rows, h.p, h.stride, h.v, row, 0, y, h.width);
        }
    }
}

static void backward(const struct op_node *node, const struct op_pass *pass)
{
    const struct op_attention *config = node->config;
    float beta = node->gx_adds[0] ? 1 : 0;

    if (!pass->gx[0])
        return;
    for (int e = 0; e < pass->n; e++) {
        for (int i = 0; i < config->heads; i++) {
            struct head h = head_of(node, pass, pass->x[0], e, i);
            struct head g = head_of(node, pass, pass->gx[0], e, i);
            int row = 3 * h.width;
            const float *gy = pass->gy + (size_t)e * shape_size(node->out) + (size_t)(i * h.dim);
            float *gp = pass->scratch;

            blas_gemm(true, false, h.rows, h.dim, h.rows, h.p, h.stride, gy, h.width, beta, g.v,
                      row);
            blas_gemm(false, true, h.rows, h.rows, h.dim, gy, h.width, h.v, row, 0, gp, h.stride);
            kernels->softmax_backward(gp, h.p, h.scale, (size_t)h.rows, (size_t)h.rows,
                                      (size_t)h.stride);
            blas_gemm(false, false, h.rows, h.dim, h.rows, gp, h.stride, h.k, row, beta, g.q, row);
            blas_gemm(true, false, h.rows, h.dim, h.rows, gp, h.stride, h.q, row, beta, g.k, row);
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
