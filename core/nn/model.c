/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/model.h"

extern const struct model_type model_mlp, model_mlp_plr, model_ft_transformer, model_mnist_cnn, model_resnet,
    model_vit, model_bert, model_distilbert;

/* To add a model, add its line here. */
static const struct model_type *const types[] = {
    &model_mlp,
    &model_mlp_plr,
    &model_ft_transformer,
    &model_mnist_cnn,
    &model_resnet,
    &model_vit,
    &model_bert,
    &model_distilbert,
    NULL,
};

static const struct component *at(int i)
{
    return types[i] ? &types[i]->component : NULL;
}

const struct component_kind model_kind = {
    .name = "model",
    .doc = "what maps an example to class scores",
    .at = at,
};

const struct field *model_picture(const struct graph *g, struct error *err)
{
    const struct signature *s = &g->signature;

    if (s->n == 1 && s->fields[0].kind == FIELD_PICTURE)
        return &s->fields[0];
    error_set(err, "it reads pictures; these data have %s", s->fields[0].name);
    return NULL;
}

int model_columns(const struct graph *g, struct model_columns *ret_columns, struct error *err)
{
    const struct signature *s = &g->signature;
    struct model_columns columns = {graph_input(g, FIELD_NUMBERS), graph_input(g, FIELD_CATEGORIES), {0, NULL}};
    int n_known = (columns.numbers >= 0) + (columns.categories >= 0), *first;

    for (int i = 0; s->n != n_known; i++)
        if (i != columns.numbers && i != columns.categories)
            return error_set(err, "it reads numbers and categories, no %s", s->fields[i].name);
    if (columns.categories >= 0) {
        const struct field *categories = &s->fields[columns.categories];

        columns.levels.n_columns = categories->shape[0];
        columns.levels.first = first = arena_alloc(g->arena, ((size_t)categories->shape[0] + 1) * sizeof *first);
        for (int c = 0; c < categories->shape[0]; c++)
            first[c + 1] = first[c] + categories->n_levels[c];
    }
    *ret_columns = columns;
    return 0;
}

const char *const model_head_names[] = {"linear", "cosine", NULL};

int model_add_head(struct graph *g, const char *name, int head, const struct op_linear *linear, int node,
                   struct error *err)
{
    struct op_linear *copy = arena_alloc(g->arena, sizeof *copy);
    struct op_cosine *cosine = arena_alloc(g->arena, sizeof *cosine);

    *copy = *linear;
    *cosine = (struct op_cosine){.width = linear->width, .flattens = linear->flattens};
    return head == HEAD_COSINE ? graph_add(g, name, &op_cosine, cosine, node, -1, err)
                               : graph_add(g, name, &op_linear, copy, node, -1, err);
}

/* [node | one-hot codes] in one row, as a node of its own. */
static int add_row(struct graph *g, int node, int codes, const struct op_levels *levels, struct error *err)
{
    static const struct op_concat flat = {.is_flat = true};
    struct op_one_hot *hot = arena_alloc(g->arena, sizeof *hot);
    int last;

    if (codes < 0)
        return node;
    hot->levels = *levels;
    last = graph_add(g, "one_hot", &op_one_hot, hot, codes, -1, err);
    return node < 0 || last < 0 ? last : graph_add(g, "row", &op_concat, &flat, node, last, err);
}

/* One layer; the first reads codes, too. */
static int add_layer(struct graph *g, const char *name, const struct op_linear *linear, int node, int codes,
                     const struct op_levels *levels, struct error *err)
{
    struct op_linear_one_hot *config = arena_alloc(g->arena, sizeof *config);

    config->linear = *linear;
    if (node < 0 || codes < 0) {
        node = add_row(g, node, codes, levels, err);
        return node < 0 ? -1 : graph_add(g, name, &op_linear, &config->linear, node, -1, err);
    }
    config->levels = *levels;
    return graph_add(g, name, &op_linear_one_hot, config, codes, node, err);
}

int model_add_layers(struct graph *g, const struct model_layers *layers, int node, int codes,
                     const struct op_levels *levels, int n_outputs, struct error *err)
{
    struct op_linear linear = {.activation = ACTIVATION_RELU, .init_uniform = layers->init_uniform,
                               .flattens = true};

    for (int i = 0; i < layers->hidden.n; i++, codes = -1) {
        struct op_dropout *dropout = arena_alloc(g->arena, sizeof *dropout);

        linear.width = layers->hidden.at[i];
        node = add_layer(g, arena_printf(g->arena, "hidden%d", i + 1), &linear, node, codes, levels, err);
        dropout->p = layers->dropout;
        if (node >= 0 && layers->dropout > 0)
            node = graph_add(g, arena_printf(g->arena, "dropout%d", i + 1), &op_dropout, dropout, node, -1, err);
        if (node < 0)
            return -1;
    }
    node = add_row(g, node, codes, levels, err);
    linear.width = n_outputs;
    linear.activation = ACTIVATION_NONE;
    return node < 0 || model_add_head(g, "output", layers->head, &linear, node, err) < 0 ? -1 : 0;
}
