/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The patches are copied into rows, so that the rest is one product. */
#include "math/kernels.h"
#include "math/product.h"
#include "nn/op/op.h"

#include <math.h>
#include <string.h>

enum { WEIGHT, BIAS };

static int patch_size(const struct op_patches *config)
{
    return config->channels * config->patch * config->patch;
}

static int plan(struct op_node *node, struct params *params, struct arena *arena,
                struct error *err)
{
    const struct op_patches *config = node->config;
    int patch = config->patch;

    if (patch < 1 || config->height % patch || config->width % patch)
        return error_set(err, "patches of %d x %d do not tile pictures of %d x %d", patch, patch,
                         config->height, config->width);
    if (shape_size(node->in[0]) !=
        (size_t)config->channels * (size_t)config->height * (size_t)config->width)
        return error_set(err, "the input is %d x %d, not a picture of %d x %d x %d",
                         node->in[0].rows, node->in[0].width, config->channels, config->height,
                         config->width);
    node->out = (struct shape){config->height / patch * (config->width / patch),
                               config->width_out};
    node->saved_size = (size_t)node->out.rows * (size_t)patch_size(config); /* the patches */
    node->scratch_size = node->saved_size; /* their gradient */
    if (node->has_weights_before[0])
        node->prepared_size = (size_t)patch_size(config) * (size_t)config->width_out;
    /* PyTorch's start for the convolution that this is. */
    node->weights[WEIGHT] = params_add(
        params, arena,
        (struct param){.name = arena_printf(arena, "%s.weight", node->name),
                       .n_dims = 4,
                       .dims = {config->width_out, config->channels, patch, patch},
                       .transposed = true,
                       .decays = true,
                       .init_sd = (float)sqrt(1.0 / (3 * patch_size(config)))});
    node->weights[BIAS] = params_add(params, arena,
                                     (struct param){.name = arena_printf(arena, "%s.bias", node->name),
                                                    .n_dims = 1,
                                                    .dims = {config->width_out}});
    return 0;
}

/* The weights as [out][in], for the gradient of x. */
static void prepare(const struct op_node *node, const float *w, float *prepared)
{
    size_t in = (size_t)patch_size(node->config), out = (size_t)node->out.width;

    transpose(prepared, in, w + node->weights[WEIGHT], out, in, out);
}

/* Calls move(to, from, floats) for each line of each patch: from is a place in the
 * picture, to one in the row of patches. */
static void each_line(const struct op_patches *config, float *patches, float *picture,
                      void (*move)(float *patches, float *picture, size_t n))
{
    int patch = config->patch;
    size_t plane = (size_t)config->height * (size_t)config->width;

    for (int top = 0; top < config->height; top += patch)
        for (int left = 0; left < config->width; left += patch)
            for (int c = 0; c < config->channels; c++)
                for (int i = 0; i < patch; i++, patches += patch)
                    move(patches,
                         picture + (size_t)c * plane +
                             (size_t)(top + i) * (size_t)config->width + left,
                         (size_t)patch);
}

static void gather(float *patches, float *picture, size_t n)
{
    for (size_t i = 0; i < n; i++)
        patches[i] = picture[i];
}

static void scatter(float *patches, float *picture, size_t n)
{
    for (size_t i = 0; i < n; i++)
        picture[i] += patches[i];
}

static void forward(const struct op_node *node, const struct op_pass *pass)
{
    const struct op_patches *config = node->config;
    size_t rows = (size_t)pass->n * (size_t)node->out.rows;
    size_t in = (size_t)patch_size(config), out = (size_t)node->out.width;

    for (int e = 0; e < pass->n; e++)
        each_line(config, pass->saved + (size_t)e * node->saved_size,
                  (float *)pass->x[0] + (size_t)e * shape_size(node->in[0]), gather);
    product_from(pass->y, out, pass->w + node->weights[BIAS], 0, pass->saved, in, 1,
                 pass->w + node->weights[WEIGHT], out, rows, out, in);
}

static void backward(const struct op_node *node, const struct op_pass *pass)
{
    const struct op_patches *config = node->config;
    size_t rows = (size_t)pass->n * (size_t)node->out.rows;
    size_t in = (size_t)patch_size(config), out = (size_t)node->out.width;
    float *gbias = pass->gw + node->weights[BIAS];

    if (!pass->gw_adds)
        memset(gbias, 0, out * sizeof *gbias);
    kernels->bias_backward(pass->gy, gbias, rows, out);
    product(pass->gw + node->weights[WEIGHT], out, pass->saved, 1, in, pass->gy, out, in, out, rows,
            pass->gw_adds);
    if (!pass->gx[0])
        return;
    product(pass->scratch, in, pass->gy, out, 1, pass->prepared, in, rows, in, out, false);
    if (!node->gx_adds[0])
        memset(pass->gx[0], 0, (size_t)pass->n * shape_size(node->in[0]) * sizeof(float));
    for (int e = 0; e < pass->n; e++)
        each_line(config, pass->scratch + (size_t)e * node->saved_size,
                  pass->gx[0] + (size_t)e * shape_size(node->in[0]), scatter);
}

static const struct op_patches sample = {
    .channels = 2, .height = 4, .width = 6, .patch = 2, .width_out = 5};

const struct op_type op_patches = {
    .name = "patches",
    .doc = "a picture to one row per patch, x W^T + b",
    .n_inputs = 1,
    .plan = plan,
    .prepare = prepare,
    .forward = forward,
    .backward = backward,
    .begins_gw = true,
    .sample = &sample,
    .sample_input = {1, 48},
};
