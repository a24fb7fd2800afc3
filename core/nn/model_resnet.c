/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names of parameters are those of the code that long-tailed CIFAR's published numbers come from (LDAM-DRW), so that
 * its files can be read. */
#include "nn/model.h"

#include <math.h>

enum { N_STAGES = 3 };

struct resnet {
    int depth, width;
    int batch_norm; /* enum batch_norm */
    int head;       /* enum model_head */
};

static const char *const batch_norm_names[] = {"batch", "ghost", "frozen", NULL};

static const struct hparam hparams[] = {
    {"depth", HPARAM_INTEGER, offsetof(struct resnet, depth), .fallback = "32", .low = 8, .high = 1202,
     .doc = "layers with weights: 6 n + 2, as 8, 14, 20, 32, 44 and 56"},
    {"width", HPARAM_INTEGER, offsetof(struct resnet, width), .fallback = "16", .low = 1, .high = 640,
     .doc = "channels of the first stage; the second has twice, the third four times as many"},
    {"batch_norm", HPARAM_CHOICE, offsetof(struct resnet, batch_norm), .fallback = "\"batch\"",
     .choices = batch_norm_names,
     .doc = "batch: statistics of the whole batch; ghost: of each micro-batch; frozen: the running ones in training too"},
    MODEL_HEAD_HPARAM(struct resnet),
    {0},
};

static int micro_batch(const void *config)
{
    (void)config;
    return 8;
}

/* A graph being built; once something fails, node stays -1. */
struct builder {
    const struct resnet *resnet;
    struct graph *g;
    struct error *err;
    int node;                    /* the last */
    int height, width, channels; /* of its output */
};

static int add(struct builder *b, const char *name, const struct op_type *type, const void *config, int a, int c)
{
    b->node = b->node < 0 ? -1 : graph_add(b->g, name, type, config, a, c, b->err);
    return b->node;
}

static int halved(int side, int stride)
{
    return (side - 1) / stride + 1;
}

/* A 3x3 convolution of the last node. */
static void add_conv(struct builder *b, const char *prefix, const char *name, int width, int stride)
{
    struct op_conv *conv = arena_alloc(b->g->arena, sizeof *conv);

    *conv = (struct op_conv){.height = b->height, .width = b->width, .kernel = 3, .stride = stride, .pad = 1,
                             .width_out = width, .has_no_bias = true, .init_kaiming = true};
    add(b, arena_printf(b->g->arena, "%s%s", prefix, name), &op_conv, conv, b->node, -1);
    b->height = halved(b->height, stride);
    b->width = halved(b->width, stride);
    b->channels = width;
}

/* Batch norm of the last node and relu, with `residual` (-1: none) added between the two. */
static void add_norm(struct builder *b, const char *prefix, const char *name, int residual)
{
    struct op_batch_norm *norm = arena_alloc(b->g->arena, sizeof *norm);

    *norm = (struct op_batch_norm){.kind = b->resnet->batch_norm, .epsilon = 1e-5, .momentum = 0.1, .has_relu = true};
    add(b, arena_printf(b->g->arena, "%s%s", prefix, name),
        residual < 0 ? &op_batch_norm : &op_batch_norm_residual, norm, b->node, residual);
}

/* He et al. 2016, section 4.2. */
static void add_block(struct builder *b, int stage, int block)
{
    const char *prefix = arena_printf(b->g->arena, "layer%d.%d.", stage + 1, block);
    int width = b->resnet->width << stage, stride = stage > 0 && block == 0 ? 2 : 1;
    struct op_shortcut *shortcut = arena_alloc(b->g->arena, sizeof *shortcut);
    int input = b->node, last;

    *shortcut = (struct op_shortcut){b->height, b->width, stride, (width - b->channels) / 2};
    add_conv(b, prefix, "conv1", width, stride);
    add_norm(b, prefix, "bn1", -1);
    add_conv(b, prefix, "conv2", width, 1);
    last = b->node;
    if (stride > 1)
        input = add(b, arena_printf(b->g->arena, "%sshortcut", prefix), &op_shortcut, shortcut, input, -1);
    b->node = b->node < 0 ? -1 : last;
    add_norm(b, prefix, "bn2", input);
}

static int build(const void *config, int n_outputs, struct graph *g, struct error *err)
{
    static const struct op_pool pool = {.pool = POOL_MEAN};
    const struct resnet *resnet = config;
    const struct field *picture = model_picture(g, err);
    struct op_channels_last *last = arena_alloc(g->arena, sizeof *last);
    struct builder b = {resnet, g, err, GRAPH_INPUT, 0, 0, 0};
    struct op_linear linear = {.width = n_outputs, .init_uniform_bias = true};

    if (!picture)
        return -1;
    if ((resnet->depth - 2) % 6)
        return error_set(err, "model.depth %d; must be 6 n + 2, as 8, 14, 20, 32, 44 and 56", resnet->depth);
    if (resnet->width % 2)
        return error_set(err, "model.width %d; must be even, as the shortcut adds channels on both sides", resnet->width);
    last->channels = picture->shape[0];
    b.height = picture->shape[1];
    b.width = picture->shape[2];
    add(&b, "pixels", &op_channels_last, last, GRAPH_INPUT, -1);
    add_conv(&b, "", "conv1", resnet->width, 1);
    add_norm(&b, "", "bn1", -1);
    for (int stage = 0; stage < N_STAGES; stage++)
        for (int block = 0; block < (resnet->depth - 2) / 6; block++)
            add_block(&b, stage, block);
    add(&b, "features", &op_pool, &pool, b.node, -1);
    if (b.node < 0)
        return -1;
    linear.init_sd = sqrt(2.0 / b.channels);
    return model_add_head(g, "linear", resnet->head, &linear, b.node, err) < 0 ? -1 : 0;
}

const struct model_type model_resnet = {
    .component =
        {
            .name = "resnet",
            .doc = "residual network for small pictures: 3x3 convolutions with batch norm, shortcuts without weights",
            .source = "He et al. 2016 (arXiv 1512.03385), section 4.2, option A; initialisation as in LDAM-DRW's code",
            .hparams = hparams,
            .config_size = sizeof(struct resnet),
        },
    .micro_batch = micro_batch,
    .build = build,
};
