/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/kernels.h"
#include "nn/op/op.h"

enum { WEIGHT };

static int plan(struct op_node *node, struct params *params, struct arena *arena,
                struct error *err)
{
    const struct op_periodic *config = node->config;
    int n = (int)shape_size(node->in[0]);

    if (config->n_frequencies < 1 || !(config->sigma > 0))
        return error_set(err, "%d frequencies of deviation %g; both must be above 0",
                         config->n_frequencies, config->sigma);
    node->out = (struct shape){n, 2 * config->n_frequencies};
    node->weights[WEIGHT] =
        params_add(params, arena,
                   (struct param){.name = arena_printf(arena, "%s.weight", node->name),
                                  .n_dims = 2,
                                  .dims = {n, config->n_frequencies},
                                  .init_sd = (float)config->sigma,
                                  .init_is_cut = true});
    return 0;
}

static void forward(const struct op_node *node, const struct op_pass *pass)
{
    size_t rows = (size_t)node->out.rows, width = (size_t)node->out.width, n = width / 2;
    const float *c = pass->w + node->weights[WEIGHT];

    for (size_t r = 0; r < (size_t)pass->n * rows; r++)
        kernels->periodic(pass->y + r * width, pass->x[0][r], c + r % rows * n, n);
}

static void backward(const struct op_node *node, const struct op_pass *pass)
{
    size_t rows = (size_t)node->out.rows, width = (size_t)node->out.width, n = width / 2;
    const float *c = pass->w + node->weights[WEIGHT];
    float *gc = pass->gw + node->weights[WEIGHT];

    for (size_t r = 0; r < (size_t)pass->n * rows; r++) {
        const float *gy = pass->gy + r * width, *y = pass->y + r * width;
        float sum = 0;

        kernels->periodic_backward(gc + r % rows * n, gy, y, pass->x[0][r], n);
        if (!pass->gx[0])
            continue;
        for (size_t k = 0; k < n; k++)
            sum += 6.2831853f * c[r % rows * n + k] * (y[k] * gy[n + k] - y[n + k] * gy[k]);
        pass->gx[0][r] = node->gx_adds[0] ? pass->gx[0][r] + sum : sum;
    }
}

static const struct op_periodic sample = {.n_frequencies = 4, .sigma = 1};

const struct op_type op_periodic = {
    .name = "periodic",
    .doc = "a row of cos(2 pi c_jk x_j) and sin(2 pi c_jk x_j) for each number",
    .n_inputs = 1,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .sample = &sample,
};
