/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/kernels.h"
#include "math/product.h"
#include "nn/op/op.h"

#include <assert.h>
#include <math.h>

enum { WEIGHT };

static const double LEAST = 1e-12; /* of a norm, as PyTorch's normalize has it */

static int plan(struct op_node *node, struct params *params, struct arena *arena,
                struct error *err)
{
    const struct op_cosine *config = node->config;
    int width;

    if (config->width < 1)
        return error_set(err, "width %d; must be at least 1", config->width);
    if (config->flattens)
        node->in[0] = (struct shape){1, (int)shape_size(node->in[0])};
    width = node->in[0].width;
    node->out = (struct shape){node->in[0].rows, config->width};
    node->weights[WEIGHT] =
        params_add(params, arena,
                   (struct param){.name = arena_printf(arena, "%s.weight", node->name),
                                  .n_dims = 2,
                                  .dims = {config->width, width},
                                  .transposed = true,
                                  .decays = true,
                                  .init_sd = (float)(1 / sqrt(width))});
    node->saved_size = (size_t)node->in[0].rows; /* 1 / norm of each row */
    node->scratch_size = (size_t)config->width;  /* 1 / norm of each class's weights */
    if (node->has_weights_before[0])
        node->prepared_size = (size_t)width * (size_t)config->width;
    return 0;
}

/* The weights as [out][in], for the gradient of x. */
static void prepare(const struct op_node *node, const float *w, float *prepared)
{
    size_t in = (size_t)node->in[0].width, out = (size_t)node->out.width;

    transpose(prepared, in, w + node->weights[WEIGHT], out, in, out);
}

static float inverse(double squares)
{
    return (float)(1 / fmax(sqrt(squares), LEAST));
}

/* scratch[out] = 1 / norm of the columns of w[in][out]. */
static void measure_weights(const struct op_node *node, const struct op_pass *pass)
{
    size_t in = (size_t)node->in[0].width, out = (size_t)node->out.width;
    const float *w = pass->w + node->weights[WEIGHT];

    for (size_t j = 0; j < out; j++) {
        double sum = 0;

        for (size_t k = 0; k < in; k++)
            sum += (double)w[k * out + j] * w[k * out + j];
        pass->scratch[j] = inverse(sum);
    }
}

static void forward(const struct op_node *node, const struct op_pass *pass)
{
    size_t rows = (size_t)pass->n * (size_t)node->in[0].rows;
    size_t in = (size_t)node->in[0].width, out = (size_t)node->out.width;

    measure_weights(node, pass);
    product(pass->y, out, pass->x[0], in, 1, pass->w + node->weights[WEIGHT], out, rows, out, in,
            false);
    for (size_t i = 0; i < rows; i++) {
        pass->saved[i] = inverse(kernels->square_sum(pass->x[0] + i * in, in));
        for (size_t j = 0; j < out; j++)
            pass->y[i * out + j] *= pass->saved[i] * pass->scratch[j];
    }
}

/* With a = g / (|x| |w_j|):  gx = a W - x sum_j g y / |x|^2,
 * gw_j = sum_i a x - w_j sum_i g y / |w_j|^2. */
static void backward(const struct op_node *node, const struct op_pass *pass)
{
    size_t rows = (size_t)pass->n * (size_t)node->in[0].rows;
    size_t in = (size_t)node->in[0].width, out = (size_t)node->out.width;
    const float *w = pass->w + node->weights[WEIGHT];
    float *gw = pass->gw + node->weights[WEIGHT];

    measure_weights(node, pass);
    for (size_t j = 0; j < out; j++) {
        double along = 0;

        for (size_t i = 0; i < rows; i++)
            along += (double)pass->gy[i * out + j] * pass->y[i * out + j];
        along *= (double)pass->scratch[j] * pass->scratch[j];
        for (size_t k = 0; k < in; k++)
            gw[k * out + j] -= (float)along * w[k * out + j];
    }
    for (size_t i = 0; i < rows; i++) {
        double along = 0;

        for (size_t j = 0; j < out; j++) {
            along += (double)pass->gy[i * out + j] * pass->y[i * out + j];
            pass->gy[i * out + j] *= pass->saved[i] * pass->scratch[j];
        }
        along *= (double)pass->saved[i] * pass->saved[i];
        for (size_t k = 0; pass->gx[0] && k < in; k++) {
            float *gx = &pass->gx[0][i * in + k];

            *gx = (node->gx_adds[0] ? *gx : 0) - (float)along * pass->x[0][i * in + k];
        }
    }
    product(gw, out, pass->x[0], 1, in, pass->gy, out, in, out, rows, true);
    if (pass->gx[0])
        product(pass->gx[0], in, pass->gy, out, 1, pass->prepared, in, rows, in, out, true);
}

static const struct op_cosine sample = {.width = 5};

const struct op_type op_cosine = {
    .name = "cosine",
    .doc = "y = cosines of the angles between x and each row of W",
    .n_inputs = 1,
    .plan = plan,
    .prepare = prepare,
    .forward = forward,
    .backward = backward,
    .sample = &sample,
};
