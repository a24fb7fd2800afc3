/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/model.h"

extern const struct model_type model_mlp, model_mnist_cnn, model_vit;

/* To add a model, add its line here. */
static const struct model_type *const types[] = {
    &model_mlp,
    &model_mnist_cnn,
    &model_vit,
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

const char *const model_head_names[] = {"linear", "cosine", NULL};

int model_add_head(struct graph *g, const char *name, int head, int n_classes, double init_sd,
                   int node, struct error *err)
{
    struct op_linear *linear = arena_alloc(g->arena, sizeof *linear);
    struct op_cosine *cosine = arena_alloc(g->arena, sizeof *cosine);

    *linear = (struct op_linear){.width = n_classes, .init_sd = init_sd};
    cosine->width = n_classes;
    return head == HEAD_COSINE ? graph_add(g, name, &op_cosine, cosine, node, -1, err)
                               : graph_add(g, name, &op_linear, linear, node, -1, err);
}
