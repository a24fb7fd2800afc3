/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/kernels.h"
#include "nn/op/op.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { CLASS_TOKEN, POSITIONS };

static const float INIT_SD = 0.02f; /* Dosovitskiy et al. 2021, as in their code */

static int plan(struct op_node *node, struct params *params, struct arena *arena,
                struct error *err)
{
    const struct op_tokens *config = node->config;
    int width = node->in[0].width;

    (void)err;
    assert(!config->has_no_positions || !config->positions);
    node->out = (struct shape){node->in[0].rows + config->has_class_token, width};
    if (config->has_class_token)
        node->weights[CLASS_TOKEN] = params_add(
            params, arena,
            (struct param){
                .name = "cls_token",
                .n_dims = 3,
                .dims = {1, 1, width},
                .init_sd = config->has_no_positions ? (float)sqrt(1.0 / 3 / width) : INIT_SD,
                .init_uniform = config->has_no_positions});
    if (!config->positions && !config->has_no_positions)
        node->weights[POSITIONS] = params_add(params, arena,
                                              (struct param){.name = "pos_embed",
                                                             .n_dims = 3,
                                                             .dims = {1, node->out.rows, width},
                                                             .init_sd = INIT_SD});
    return 0;
}

static void forward(const struct op_node *node, const struct op_pass *pass)
{
    const struct op_tokens *config = node->config;
    size_t in = shape_size(node->in[0]), out = shape_size(node->out), width = out - in;
    const float *positions =
        config->positions ? config->positions : pass->w + node->weights[POSITIONS];

    for (int e = 0; e < pass->n; e++) {
        float *y = pass->y + (size_t)e * out;

        if (config->has_no_positions) {
            memcpy(y, pass->w + node->weights[CLASS_TOKEN], width * sizeof *y);
            memcpy(y + width, pass->x[0] + (size_t)e * in, in * sizeof *y);
            continue;
        }
        if (width) /* of the class token, or nothing */
            kernels->add_bias(y, pass->w + node->weights[CLASS_TOKEN], positions, 1, width);
        kernels->add_bias(y + width, pass->x[0] + (size_t)e * in, positions + width, 1, in);
    }
}

static void backward(const struct op_node *node, const struct op_pass *pass)
{
    const struct op_tokens *config = node->config;
    size_t in = shape_size(node->in[0]), out = shape_size(node->out), width = out - in;

    for (int e = 0; e < pass->n; e++) {
        const float *gy = pass->gy + (size_t)e * out;
        float *gx = pass->gx[0] ? pass->gx[0] + (size_t)e * in : NULL;

        if (width)
            kernels->add(pass->gw + node->weights[CLASS_TOKEN], gy, width);
        if (!config->positions && !config->has_no_positions)
            kernels->add(pass->gw + node->weights[POSITIONS], gy, out);
        if (gx && node->gx_adds[0])
            kernels->add(gx, gy + width, in);
        else if (gx)
            memcpy(gx, gy + width, in * sizeof *gx);
    }
}

static const struct op_tokens sample = {.has_class_token = true};

const struct op_type op_tokens = {
    .name = "tokens",
    .doc = "the class token before the rows, positions added",
    .n_inputs = 1,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .sample = &sample,
};
