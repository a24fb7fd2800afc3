/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Srivastava et al. 2014, in the inverted form: evaluation does nothing. Each
 * example's mask, and each row's of a text, comes from its place in the batch, so that the cut into
 * micro-batches does not show. */
#include "math/kernels.h"
#include "nn/op/op.h"

#include <string.h>

static int plan(struct op_node *node, struct params *params, struct arena *arena,
                struct error *err)
{
    const struct op_dropout *config = node->config;

    (void)params, (void)arena;
    if (!(config->p >= 0 && config->p < 1))
        return error_set(err, "probability %g; must be from 0 to below 1", config->p);
    node->out = node->in[0];
    return 0;
}

/* to[i] = from[i] or zero, and the rest scaled up; or added. */
static void mask(const struct op_node *node, const struct op_pass *pass, const float *from,
                 float *to, bool adds)
{
    const struct op_dropout *config = node->config;
    size_t size = shape_size(node->out);
    uint32_t threshold = (uint32_t)(config->p * 4294967296.0);
    float scale = (float)(1 / (1 - config->p));

    for (int e = 0; e < pass->n_examples; e++) {
        struct rng rng = rng_index(pass->rng, (uint64_t)(pass->first + e));
        size_t at = (size_t)e * size, n = size;

        if (pass->rows) {
            at = (size_t)pass->rows->first[e] * size;
            n = (size_t)(pass->rows->first[e + 1] - pass->rows->first[e]) * size;
        }
        kernels->dropout(to + at, from + at, adds, rng.key, threshold, scale, n);
    }
}

static void forward(const struct op_node *node, const struct op_pass *pass)
{
    if (pass->training)
        mask(node, pass, pass->x[0], pass->y, false);
    else
        memcpy(pass->y, pass->x[0], (size_t)pass->n * shape_size(node->out) * sizeof *pass->y);
}

static void backward(const struct op_node *node, const struct op_pass *pass)
{
    if (pass->gx[0])
        mask(node, pass, pass->gy, pass->gx[0], node->gx_adds[0]);
}

static const struct op_dropout sample = {.p = 0.4};

const struct op_type op_dropout = {
    .name = "dropout",
    .doc = "zeroes each float with probability p while training",
    .n_inputs = 1,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .by_rows = OP_ROW_BY_ROW,
    .sample = &sample,
};
