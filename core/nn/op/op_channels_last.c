/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/product.h"
#include "nn/op/op.h"

static int plan(struct op_node *node, struct params *params, struct arena *arena,
                struct error *err)
{
    const struct op_channels_last *config = node->config;
    size_t size = shape_size(node->in[0]), channels = (size_t)config->channels;

    (void)params, (void)arena;
    if (config->channels < 1 || size % channels)
        return error_set(err, "the input's %zu floats are not %d planes", size, config->channels);
    node->out = (struct shape){(int)(size / channels), config->channels};
    return 0;
}

static void forward(const struct op_node *node, const struct op_pass *pass)
{
    size_t rows = (size_t)node->out.rows, n = (size_t)node->out.width, size = rows * n;

    for (int e = 0; e < pass->n; e++)
        transpose(pass->y + (size_t)e * size, n, pass->x[0] + (size_t)e * size, rows, n, rows);
}

static void backward(const struct op_node *node, const struct op_pass *pass)
{
    size_t rows = (size_t)node->out.rows, n = (size_t)node->out.width, size = rows * n;

    if (!pass->gx[0])
        return;
    for (int e = 0; e < pass->n; e++)
        for (size_t c = 0; c < n; c++)
            for (size_t r = 0; r < rows; r++) {
                float *gx = pass->gx[0] + (size_t)e * size + c * rows + r;
                float g = pass->gy[(size_t)e * size + r * n + c];

                *gx = node->gx_adds[0] ? *gx + g : g;
            }
}

static const struct op_channels_last sample = {.channels = 3};

const struct op_type op_channels_last = {
    .name = "channels_last",
    .doc = "a picture of planes to one row of channels per pixel",
    .n_inputs = 1,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .sample = &sample,
    .sample_input = {1, 21},
};
