/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An MLP that reads each number as cosines and sines of it, and these through one layer that all numbers share
 * ("lite"). Layers start as PyTorch's. */
#include "nn/model.h"

struct mlp_plr {
    struct hparam_integers hidden;
    double dropout, sigma;
    int head, frequencies, embedding;
};

static const struct hparam hparams[] = {
    {"hidden", HPARAM_INTEGERS, offsetof(struct mlp_plr, hidden), .fallback = "[256,256]", .low = 1,
     .high = 65536, .doc = "widths of the hidden layers"},
    {"dropout", HPARAM_NUMBER, offsetof(struct mlp_plr, dropout), .fallback = "0", .low = 0,
     .high = 0.99, .doc = "probability to drop a hidden unit"},
    {"frequencies", HPARAM_INTEGER, offsetof(struct mlp_plr, frequencies), .fallback = "48", .low = 1,
     .high = 4096, .doc = "number of cosines, and of sines, of a number"},
    {"sigma", HPARAM_NUMBER, offsetof(struct mlp_plr, sigma), .fallback = "0.01", .low = 1e-6, .high = 1000,
     .doc = "deviation of the frequencies at the start: matters, from 0.01 to 100 are tried"},
    {"embedding", HPARAM_INTEGER, offsetof(struct mlp_plr, embedding), .fallback = "24", .low = 1,
     .high = 4096, .doc = "width of what a number becomes"},
    MODEL_HEAD_HPARAM(struct mlp_plr),
    {0},
};

static int micro_batch(const void *config)
{
    (void)config;
    return 64; /* from 32 to 256 took the same on Adult's columns, within 2%; lanes for four threads */
}

static int build(const void *config, int n_outputs, struct graph *g, struct error *err)
{
    const struct mlp_plr *plr = config;
    const struct model_layers layers = {
        .hidden = plr->hidden, .dropout = plr->dropout, .head = plr->head, .init_uniform = true};
    struct op_periodic *periodic = arena_alloc(g->arena, sizeof *periodic);
    struct op_linear *linear = arena_alloc(g->arena, sizeof *linear);
    struct model_columns columns;
    int node;

    if (model_columns(g, &columns, err) < 0)
        return -1;
    if (columns.numbers < 0)
        return error_set(err, "it embeds numbers; these data have %s alone: use mlp", g->signature.fields[0].name);
    *periodic = (struct op_periodic){.n_frequencies = plr->frequencies, .sigma = plr->sigma};
    *linear = (struct op_linear){.width = plr->embedding, .activation = ACTIVATION_RELU, .init_uniform = true};
    node = graph_add(g, "periodic", &op_periodic, periodic, columns.numbers, -1, err);
    if (node >= 0)
        node = graph_add(g, "embedding", &op_linear, linear, node, -1, err);
    if (node < 0)
        return -1;
    return model_add_layers(g, &layers, node, columns.categories, &columns.levels, n_outputs, err);
}

const struct model_type model_mlp_plr = {
    .component =
        {
            .name = "mlp_plr",
            .doc = "multi-layer perceptron on tables, numbers by periodic embeddings (PLR, lite)",
            .formula = "relu(W [cos, sin](2 pi c_jk x_j) + b) of each number x_j, beside one-hot categories",
            .source = "Gorishniy, Rubachev and Babenko 2022 (arXiv 2203.05556), section 3.3; lite: Gorishniy et al. "
                      "2024 (arXiv 2307.14338)",
            .hparams = hparams,
            .config_size = sizeof(struct mlp_plr),
        },
    .micro_batch = micro_batch,
    .build = build,
};
