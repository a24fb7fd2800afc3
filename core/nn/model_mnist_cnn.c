/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/model.h"

enum { N_LAYERS = 4, GROUPS = 8 };

static int micro_batch(const void *config)
{
    (void)config;
    return 8; /* one example fills a product; more only share its weights */
}

static int halved(int side, int stride)
{
    return (side - 1) / stride + 1;
}

static int build(const void *config, int n_outputs, struct graph *g, struct error *err)
{
    static const int widths[N_LAYERS] = {64, 128, 128, 128}, strides[N_LAYERS] = {1, 2, 1, 1};
    static const struct op_group_norm norm = {.groups = GROUPS, .epsilon = 1e-5};
    static const struct op_pool pool = {.pool = POOL_MEAN};
    struct op_channels_last *last = arena_alloc(g->arena, sizeof *last);
    struct op_linear *linear = arena_alloc(g->arena, sizeof *linear);
    const struct field *picture = model_picture(g, err);
    int height, width, node;

    (void)config;
    if (!picture)
        return -1;
    last->channels = picture->shape[0];
    height = picture->shape[1];
    width = picture->shape[2];
    *linear = (struct op_linear){.width = n_outputs, .init_uniform = true};
    node = graph_add(g, "pixels", &op_channels_last, last, GRAPH_INPUT, -1, err);
    for (int i = 0; i < N_LAYERS && node >= 0; i++) {
        struct op_conv *conv = arena_alloc(g->arena, sizeof *conv);

        *conv = (struct op_conv){.height = height, .width = width, .kernel = 3,
                                 .stride = strides[i], .pad = 1, .width_out = widths[i],
                                 .has_relu = true};
        height = halved(height, strides[i]);
        width = halved(width, strides[i]);
        node = graph_add(g, arena_printf(g->arena, "conv%d", i + 1), &op_conv, conv, node, -1, err);
        if (node >= 0)
            node = graph_add(g, arena_printf(g->arena, "norm%d", i + 1), &op_group_norm, &norm,
                             node, -1, err);
    }
    if (node >= 0)
        node = graph_add(g, "features", &op_pool, &pool, node, -1, err);
    if (node >= 0)
        node = graph_add(g, "output", &op_linear, linear, node, -1, err);
    return node < 0 ? -1 : 0;
}

const struct model_type model_mnist_cnn = {
    .component =
        {
            .name = "mnist_cnn",
            .doc = "DomainBed's MNIST_CNN: four 3x3 convolutions with relu and group norm, mean, "
                   "linear",
            .source = "Gulrajani and Lopez-Paz 2021 (arXiv 2007.01434), appendix D; their code",
        },
    .micro_batch = micro_batch,
    .build = build,
};
