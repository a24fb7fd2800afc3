/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/kernels.h"
#include "nn/op/op.h"

#include <string.h>

static int plan(struct op_node *node, struct params *params, struct arena *arena,
                struct error *err)
{
    const struct op_concat *config = node->config;
    const struct shape *in = node->in;

    (void)params, (void)arena;
    if (!config->is_flat && in[0].width != in[1].width)
        return error_set(err, "rows of width %d after rows of %d", in[1].width, in[0].width);
    node->out = config->is_flat ? (struct shape){1, (int)(shape_size(in[0]) + shape_size(in[1]))}
                                : (struct shape){in[0].rows + in[1].rows, in[0].width};
    return 0;
}

static void forward(const struct op_node *node, const struct op_pass *pass)
{
    float *y = pass->y;

    for (int e = 0; e < pass->n; e++) {
        for (int k = 0; k < 2; k++) {
            size_t size = shape_size(node->in[k]);

            memcpy(y, pass->x[k] + (size_t)e * size, size * sizeof *y);
            y += size;
        }
    }
}

static void backward(const struct op_node *node, const struct op_pass *pass)
{
    const float *gy = pass->gy;

    for (int e = 0; e < pass->n; e++) {
        for (int k = 0; k < 2; k++) {
            size_t size = shape_size(node->in[k]);
            float *gx = pass->gx[k] ? pass->gx[k] + (size_t)e * size : NULL;

            if (gx && node->gx_adds[k])
                kernels->add(gx, gy, size);
            else if (gx)
                memcpy(gx, gy, size * sizeof *gx);
            gy += size;
        }
    }
}

static const struct op_concat sample = {0};

const struct op_type op_concat = {
    .name = "concat",
    .doc = "the rows of the first input, then those of the second",
    .n_inputs = 2,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .sample = &sample,
};
