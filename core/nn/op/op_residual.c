/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each example's choice comes from its place in the batch, so that the cut into
 * micro-batches does not show. */
#include "math/kernels.h"
#include "nn/op/op.h"

#include <string.h>

static int plan(struct op_node *node, struct params *params, struct arena *arena,
                struct error *err)
{
    const struct op_residual *config = node->config;

    (void)params, (void)arena;
    if (!(config->p >= 0 && config->p < 1))
        return error_set(err, "probability %g; must be from 0 to below 1", config->p);
    if (node->most_rows && config->p > 0)
        return error_set(err, "rows of texts are not dropped");
    if (node->in[0].rows != node->in[1].rows || node->in[0].width != node->in[1].width)
        return error_set(err, "adds %d x %d to %d x %d", node->in[0].rows, node->in[0].width,
                         node->in[1].rows, node->in[1].width);
    node->out = node->in[0];
    return 0;
}

static float share(const struct op_node *node, const struct op_pass *pass, int example)
{
    const struct op_residual *config = node->config;
    struct rng rng = rng_index(pass->rng, (uint64_t)(pass->first + example));

    if (!pass->training || config->p == 0)
        return 1;
    return rng_uniform(&rng) < config->p ? 0 : (float)(1 / (1 - config->p));
}

static void forward(const struct op_node *node, const struct op_pass *pass)
{
    size_t size = shape_size(node->out);

    for (int e = 0; e < pass->n; e++) {
        float s = share(node, pass, e);
        const float *x = pass->x[0] + (size_t)e * size, *r = pass->x[1] + (size_t)e * size;
        float *y = pass->y + (size_t)e * size;

#pragma omp simd
        for (size_t i = 0; i < size; i++)
            y[i] = r[i] + s * x[i];
    }
}

static void backward(const struct op_node *node, const struct op_pass *pass)
{
    size_t size = shape_size(node->out), n = (size_t)pass->n * size;

    if (pass->gx[0] && !node->gx_adds[0])
        memset(pass->gx[0], 0, n * sizeof *pass->gx[0]);
    for (int e = 0; pass->gx[0] && e < pass->n; e++) {
        float s = share(node, pass, e);
        const float *gy = pass->gy + (size_t)e * size;
        float *gx = pass->gx[0] + (size_t)e * size;

#pragma omp simd
        for (size_t i = 0; i < size; i++)
            gx[i] += s * gy[i];
    }
    if (pass->gx[1] && node->gx_adds[1])
        kernels->add(pass->gx[1], pass->gy, n);
    else if (pass->gx[1] && pass->gx[1] != pass->gy)
        memcpy(pass->gx[1], pass->gy, n * sizeof *pass->gy);
}

static const struct op_residual sample = {.p = 0.4};

const struct op_type op_residual = {
    .name = "residual",
    .doc = "y = r + s x, s drawn for each example: stochastic depth",
    .n_inputs = 2,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .passes_on = true,
    .by_rows = OP_ROW_BY_ROW,
    .sample = &sample,
};
