/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/model.h"

struct mlp {
    struct hparam_integers hidden;
    double dropout;
    int head; /* enum model_head */
};

static const struct hparam hparams[] = {
    {"hidden", HPARAM_INTEGERS, offsetof(struct mlp, hidden), .fallback = "[256,256]", .low = 1,
     .high = 65536, .doc = "widths of the hidden layers"},
    {"dropout", HPARAM_NUMBER, offsetof(struct mlp, dropout), .fallback = "0", .low = 0,
     .high = 0.99, .doc = "probability to drop a hidden unit"},
    {"head", HPARAM_CHOICE, offsetof(struct mlp, head), .fallback = "\"linear\"",
     .choices = model_head_names, .doc = "last layer; cosine is for ldam"},
    {0},
};

static int micro_batch(const void *config)
{
    (void)config;
    return 128; /* its time is in the products with the weights: long ones are best */
}

static int build(const void *config, int n_outputs, struct graph *g, struct error *err)
{
    const struct mlp *mlp = config;
    int node = GRAPH_INPUT;

    for (int i = 0; i < mlp->hidden.n; i++) {
        struct op_linear *linear = arena_alloc(g->arena, sizeof *linear);
        struct op_dropout *dropout = arena_alloc(g->arena, sizeof *dropout);

        linear->width = mlp->hidden.at[i];
        linear->activation = ACTIVATION_RELU;
        node = graph_add(g, arena_printf(g->arena, "hidden%d", i + 1), &op_linear, linear, node, -1,
                         err);
        if (node < 0)
            return -1;
        if (mlp->dropout == 0)
            continue;
        dropout->p = mlp->dropout;
        node = graph_add(g, arena_printf(g->arena, "dropout%d", i + 1), &op_dropout, dropout, node,
                         -1, err);
        if (node < 0)
            return -1;
    }
    return model_add_head(g, "output", mlp->head, n_outputs, 0, node, err) < 0 ? -1 : 0;
}

const struct model_type model_mlp = {
    .component =
        {
            .name = "mlp",
            .doc = "multi-layer perceptron: linear layers with relu between them",
            .hparams = hparams,
            .config_size = sizeof(struct mlp),
        },
    .micro_batch = micro_batch,
    .build = build,
};
