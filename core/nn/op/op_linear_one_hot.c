/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * In the block W^T lies as [in][out]: below the rows for x is one for each level, which is added
 * where the code names it. */
#include "math/kernels.h"
#include "math/product.h"
#include "nn/op/linear.h"

#include <string.h>

static int plan(struct op_node *node, struct params *params, struct arena *arena,
                struct error *err)
{
    const struct op_linear_one_hot *config = node->config;
    const struct op_levels *levels = &config->levels;

    node->in[1] = (struct shape){1, (int)shape_size(node->in[1])};
    if (node->has_weights_before[1])
        node->prepared_size = shape_size((struct shape){node->in[1].width, config->linear.width});
    return linear_plan(node, &config->linear, 1, node->in[1].width + levels->first[levels->n_columns],
                       params, arena, err);
}

/* The rows for x as [out][in], for the gradient of x. */
static void prepare(const struct op_node *node, const float *w, float *prepared)
{
    size_t in = (size_t)node->in[1].width, out = (size_t)node->out.width;

    transpose(prepared, in, w + node->weights[LINEAR_WEIGHT], out, in, out);
}

/* The row of a block for the level that an example has in a column, NULL: for none. */
static float *level_row(const struct op_node *node, const struct op_pass *pass, const float *block,
                        int example, int column)
{
    const struct op_linear_one_hot *config = node->config;
    int code = pass->codes[example * config->levels.n_columns + column];
    int row = node->in[1].width + config->levels.first[column] + code;

    return code < 0 ? NULL : (float *)block + (size_t)row * (size_t)node->out.width;
}

static void forward(const struct op_node *node, const struct op_pass *pass)
{
    const struct op_linear_one_hot *config = node->config;
    size_t in = (size_t)node->in[1].width, out = (size_t)node->out.width;
    const float *w = pass->w + node->weights[LINEAR_WEIGHT];

    for (int e = 0; e < pass->n; e++) {
        float *y = pass->y + (size_t)e * out;

        memcpy(y, pass->w + node->weights[LINEAR_BIAS], out * sizeof *y);
        for (int c = 0; c < config->levels.n_columns; c++) {
            const float *row = level_row(node, pass, w, e, c);

            if (row)
                kernels->add(y, row, out);
        }
    }
    product_from(pass->y, out, pass->y, out, pass->x[1], in, 1, w, out, (size_t)pass->n, out, in);
    linear_activate(node, &config->linear, pass);
}

static void backward(const struct op_node *node, const struct op_pass *pass)
{
    const struct op_linear_one_hot *config = node->config;
    const struct op_levels *levels = &config->levels;
    size_t in = (size_t)node->in[1].width, out = (size_t)node->out.width, n = (size_t)pass->n;
    float *gw = pass->gw + node->weights[LINEAR_WEIGHT];

    linear_activate_backward(node, &config->linear, pass);
    if (!pass->gw_adds)
        memset(gw + in * out, 0, (size_t)levels->first[levels->n_columns] * out * sizeof *gw);
    for (int e = 0; e < pass->n; e++) {
        for (int c = 0; c < levels->n_columns; c++) {
            float *row = level_row(node, pass, gw, e, c);

            if (row)
                kernels->add(row, pass->gy + (size_t)e * out, out);
        }
    }
    product(gw, out, pass->x[1], 1, in, pass->gy, out, in, out, n, pass->gw_adds);
    if (pass->gx[1])
        product(pass->gx[1], in, pass->gy, out, 1, pass->prepared, in, n, in, out, node->gx_adds[1]);
}

static const int first[] = {0, 3, 4, 9};
static const struct op_linear_one_hot sample = {
    .linear = {.width = 7, .activation = ACTIVATION_GELU}, .levels = {3, first}};

const struct op_type op_linear_one_hot = {
    .name = "linear_one_hot",
    .doc = "y = activation([x | one_hot(codes)] W^T + b)",
    .n_inputs = 2,
    .reads_codes = true,
    .plan = plan,
    .prepare = prepare,
    .forward = forward,
    .backward = backward,
    .begins_gw = true,
    .sample = &sample,
};
