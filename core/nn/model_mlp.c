/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/model.h"

struct mlp {
    struct hparam_integers hidden;
    double dropout;
    int head; /* enum model_head */
    int categories, embedding;
};

enum { CATEGORIES_ONE_HOT, CATEGORIES_EMBEDDING };

static const char *const categories_choices[] = {"one_hot", "embedding", NULL};

static const struct hparam hparams[] = {
    {"hidden", HPARAM_INTEGERS, offsetof(struct mlp, hidden), .fallback = "[256,256]", .low = 1,
     .high = 65536, .doc = "widths of the hidden layers"},
    {"dropout", HPARAM_NUMBER, offsetof(struct mlp, dropout), .fallback = "0", .low = 0,
     .high = 0.99, .doc = "probability to drop a hidden unit"},
    MODEL_HEAD_HPARAM(struct mlp),
    {"categories", HPARAM_CHOICE, offsetof(struct mlp, categories), .fallback = "\"one_hot\"",
     .choices = categories_choices, .is_later = true,
     .doc = "what a column of categories is read as: a 1 among zeros, or a vector of weights"},
    {"embedding", HPARAM_INTEGER, offsetof(struct mlp, embedding), .fallback = "8", .low = 1, .high = 4096,
     .is_later = true, .doc = "width of that vector"},
    {0},
};

static int micro_batch(const void *config)
{
    (void)config;
    return 128; /* its time is in the products with the weights: long ones are best */
}

/* Vectors of the categories, behind the numbers where there are some. */
static int add_embedding(const struct mlp *mlp, const struct model_columns *columns, struct graph *g,
                         struct error *err)
{
    static const struct op_concat flat = {.is_flat = true};
    struct op_embedding *embedding = arena_alloc(g->arena, sizeof *embedding);
    int node;

    *embedding = (struct op_embedding){.levels = columns->levels, .width = mlp->embedding};
    node = graph_add(g, "categories", &op_embedding, embedding, columns->categories, -1, err);
    return node < 0 || columns->numbers < 0
               ? node
               : graph_add(g, "row", &op_concat, &flat, columns->numbers, node, err);
}

static int build(const void *config, int n_outputs, struct graph *g, struct error *err)
{
    const struct mlp *mlp = config;
    const struct model_layers layers = {.hidden = mlp->hidden, .dropout = mlp->dropout, .head = mlp->head};
    struct model_columns columns = {.numbers = GRAPH_INPUT, .categories = -1};
    bool is_picture = g->signature.n == 1 && g->signature.fields[0].kind == FIELD_PICTURE;
    bool embeds = mlp->categories == CATEGORIES_EMBEDDING;

    if (!is_picture && model_columns(g, &columns, err) < 0)
        return -1;
    if (embeds && columns.categories < 0)
        return error_set(err, "model.categories is of columns of categories; these data have %s",
                         g->signature.fields[0].name);
    if (embeds && (columns.numbers = add_embedding(mlp, &columns, g, err)) < 0)
        return -1;
    return model_add_layers(g, &layers, columns.numbers, embeds ? -1 : columns.categories, &columns.levels,
                            n_outputs, err);
}

const struct model_type model_mlp = {
    .component =
        {
            .name = "mlp",
            .doc = "multi-layer perceptron: linear layers with relu between them; of tables: numbers and categories",
            .hparams = hparams,
            .config_size = sizeof(struct mlp),
        },
    .micro_batch = micro_batch,
    .build = build,
};
