/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/kernels.h"
#include "nn/op/op.h"

#include <string.h>

enum { WORDS, POSITIONS, TYPES };

static const float INIT_SD = 0.02f; /* Devlin et al. 2019, as in their code */

static size_t add_param(const struct op_node *node, const char *name, int n, int width, struct params *params,
                        struct arena *arena)
{
    return params_add(params, arena,
                      (struct param){.name = arena_printf(arena, "%s.%s_embeddings.weight", node->name, name),
                                     .n_dims = 2,
                                     .dims = {n, width},
                                     .init_sd = INIT_SD,
                                     .decays = true});
}

static int plan(struct op_node *node, struct params *params, struct arena *arena, struct error *err)
{
    const struct op_words *config = node->config;

    if (node->most_rows > config->n_positions)
        return error_set(err, "texts of up to %d tokens; it has %d positions", node->most_rows, config->n_positions);
    node->out = (struct shape){1, config->width};
    node->weights[WORDS] = add_param(node, "word", config->n_words, config->width, params, arena);
    node->weights[POSITIONS] = add_param(node, "position", config->n_positions, config->width, params, arena);
    if (config->n_types)
        node->weights[TYPES] = add_param(node, "token_type", config->n_types, config->width, params, arena);
    return 0;
}

/* Where among the weights what is added up for a row stands; as many as there are. */
struct terms {
    size_t at[3];
    int n;
};

static struct terms terms_of(const struct op_node *node, const struct op_pass *pass, int example, int row)
{
    const struct op_words *config = node->config;
    const struct op_rows *rows = pass->rows;
    size_t width = (size_t)config->width, word = (size_t)pass->codes[rows->first[example] + row];
    size_t type = config->n_types > 1 && row >= rows->second[example];

    return (struct terms){{node->weights[WORDS] + word * width, node->weights[POSITIONS] + (size_t)row * width,
                           node->weights[TYPES] + type * width},
                          2 + (config->n_types > 0)};
}

static void forward(const struct op_node *node, const struct op_pass *pass)
{
    size_t width = (size_t)node->out.width;
    float *y = pass->y;

    for (int e = 0; e < pass->n_examples; e++)
        for (int r = 0; r < pass->rows->first[e + 1] - pass->rows->first[e]; r++, y += width) {
            struct terms terms = terms_of(node, pass, e, r);

            kernels->add_bias(y, pass->w + terms.at[0], pass->w + terms.at[1], 1, width);
            for (int k = 2; k < terms.n; k++)
                kernels->add(y, pass->w + terms.at[k], width);
        }
}

static void backward(const struct op_node *node, const struct op_pass *pass)
{
    size_t width = (size_t)node->out.width;
    const float *gy = pass->gy;

    for (int e = 0; e < pass->n_examples; e++)
        for (int r = 0; r < pass->rows->first[e + 1] - pass->rows->first[e]; r++, gy += width) {
            struct terms terms = terms_of(node, pass, e, r);

            for (int k = 0; k < terms.n; k++)
                kernels->add(pass->gw + terms.at[k], gy, width);
        }
}

static const struct op_words sample = {.n_words = 9, .n_positions = 6, .n_types = 2, .width = 5};

const struct op_type op_words = {
    .name = "words",
    .doc = "a row for each token: of the word, its place and its text, added up",
    .n_inputs = 1,
    .reads_codes = true,
    .by_rows = OP_ROW_BY_ROW,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .sample = &sample,
};
