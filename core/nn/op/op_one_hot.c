/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/op/op.h"

#include <string.h>

static int plan(struct op_node *node, struct params *params, struct arena *arena,
                struct error *err)
{
    const struct op_one_hot *config = node->config;

    (void)params, (void)arena, (void)err;
    node->out = (struct shape){1, config->levels.first[config->levels.n_columns]};
    return 0;
}

static void forward(const struct op_node *node, const struct op_pass *pass)
{
    const struct op_one_hot *config = node->config;
    const struct op_levels *levels = &config->levels;
    size_t width = (size_t)node->out.width;
    const int32_t *code = pass->codes;

    memset(pass->y, 0, (size_t)pass->n * width * sizeof *pass->y);
    for (int e = 0; e < pass->n; e++)
        for (int c = 0; c < levels->n_columns; c++, code++)
            if (*code >= 0)
                pass->y[(size_t)e * width + (size_t)(levels->first[c] + *code)] = 1;
}

/* There is no gradient to give. */
static void backward(const struct op_node *node, const struct op_pass *pass)
{
    (void)node, (void)pass;
}

static const int first[] = {0, 3, 4, 9};
static const struct op_one_hot sample = {.levels = {3, first}};

const struct op_type op_one_hot = {
    .name = "one_hot",
    .doc = "1 at the level of each column, else 0",
    .n_inputs = 1,
    .reads_codes = true,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .sample = &sample,
};
