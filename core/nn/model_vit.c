/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Vision Transformer, Dosovitskiy et al. 2021, with the norm before each branch;
 * parameters are named as in timm, so that weights can go over. */
#include "math/kernels.h"
#include "nn/model.h"

struct vit {
    int dim, depth, heads, patch, pool, positions, gelu, head;
    double mlp_ratio, dropout, drop_path;
};

enum { POSITIONS_LEARNED, POSITIONS_SINCOS };

static const char *const pools[] = {"cls", "mean", NULL};
static const char *const positions[] = {"learned", "sincos", NULL};
static const char *const gelus[] = {"erf", "tanh", NULL};

static const struct hparam hparams[] = {
    {"dim", HPARAM_INTEGER, offsetof(struct vit, dim), .fallback = "192", .low = 1, .high = 4096,
     .doc = "width of a token"},
    {"depth", HPARAM_INTEGER, offsetof(struct vit, depth), .fallback = "12", .low = 1, .high = 100,
     .doc = "number of blocks"},
    {"heads", HPARAM_INTEGER, offsetof(struct vit, heads), .fallback = "3", .low = 1, .high = 64,
     .doc = "attention heads; must divide dim"},
    {"patch", HPARAM_INTEGER, offsetof(struct vit, patch), .fallback = "4", .low = 1, .high = 64,
     .doc = "side of a patch in pixels; must divide the picture's"},
    {"mlp_ratio", HPARAM_NUMBER, offsetof(struct vit, mlp_ratio), .fallback = "4", .low = 0.1,
     .high = 16, .doc = "hidden width of a block's MLP over dim"},
    {"pool", HPARAM_CHOICE, offsetof(struct vit, pool), .fallback = "\"cls\"", .choices = pools,
     .doc = "what is classified: a class token, or the mean of all"},
    {"positions", HPARAM_CHOICE, offsetof(struct vit, positions), .fallback = "\"learned\"",
     .choices = positions, .doc = "learned, or fixed sines and cosines of row and column"},
    {"gelu", HPARAM_CHOICE, offsetof(struct vit, gelu), .fallback = "\"erf\"", .choices = gelus,
     .doc = "form of the activation"},
    MODEL_HEAD_HPARAM(struct vit),
    {"dropout", HPARAM_NUMBER, offsetof(struct vit, dropout), .fallback = "0", .low = 0,
     .high = 0.99, .doc = "probability to drop a float of the tokens and of a branch"},
    {"drop_path", HPARAM_NUMBER, offsetof(struct vit, drop_path), .fallback = "0", .low = 0,
     .high = 0.99, .doc = "probability to drop the last block's branches; falls to 0 at the first"},
    {0},
};

/* Few enough that a block's activations stay near the cache, enough for long products: 4
 * pictures of 64 tokens; more where patches are larger. At patch 4, 8 pictures took as long and
 * 45 MB more at dim 192, and 3% longer at dim 96. */
static int micro_batch(const void *config)
{
    const struct vit *vit = config;

    return vit->patch < 8 ? 4 : 32;
}

/* What the layers are added to, one after the other. */
struct builder {
    const struct vit *vit;
    struct graph *g;
    struct error *err;
    int node; /* the last one, -1 after an error */
};

static void add(struct builder *b, const char *name, const struct op_type *type,
                const void *config, size_t config_size, int residual)
{
    if (b->node >= 0)
        b->node = graph_add_copy(b->g, name, type, config, config_size, b->node, residual, b->err);
}

static void add_norm(struct builder *b, const char *name)
{
    struct op_layer_norm config = {.epsilon = 1e-6};

    add(b, name, &op_layer_norm, &config, sizeof config, -1);
}

static void add_linear(struct builder *b, const char *name, int width, enum activation activation)
{
    struct op_linear config = {.width = width, .activation = activation, .init_sd = 0.02};

    add(b, name, &op_linear, &config, sizeof config, -1);
}

static void add_dropout(struct builder *b, const char *name)
{
    struct op_dropout config = {.p = b->vit->dropout};

    if (config.p > 0)
        add(b, name, &op_dropout, &config, sizeof config, -1);
}

/* The last linear layer of a branch, and the stream it adds to. */
static void end_branch(struct builder *b, const char *name, int stream, double drop_path)
{
    struct op_linear linear = {.width = b->vit->dim, .init_sd = 0.02};
    struct op_residual residual = {.p = drop_path};

    if (b->vit->dropout == 0 && drop_path == 0) {
        add(b, name, &op_linear_residual, &linear, sizeof linear, stream);
        return;
    }
    add(b, name, &op_linear, &linear, sizeof linear, -1);
    add_dropout(b, "dropout");
    add(b, "residual", &op_residual, &residual, sizeof residual, stream);
}

static void add_block(struct builder *b, int i)
{
    const struct vit *vit = b->vit;
    struct op_attention attention = {.heads = vit->heads};
    double drop_path = vit->depth > 1 ? vit->drop_path * i / (vit->depth - 1) : vit->drop_path;
    int stream = b->node;
#define NAME(part) arena_printf(b->g->arena, "blocks.%d." part, i)

    add_norm(b, NAME("norm1"));
    add_linear(b, NAME("attn.qkv"), 3 * vit->dim, ACTIVATION_NONE);
    add(b, NAME("attn"), &op_attention, &attention, sizeof attention, -1);
    end_branch(b, NAME("attn.proj"), stream, drop_path);
    stream = b->node;
    add_norm(b, NAME("norm2"));
    add_linear(b, NAME("mlp.fc1"), (int)(vit->dim * vit->mlp_ratio + 0.5),
               vit->gelu ? ACTIVATION_GELU_TANH : ACTIVATION_GELU);
    add_dropout(b, NAME("mlp.dropout"));
    end_branch(b, NAME("mlp.fc2"), stream, drop_path);
#undef NAME
}

/* Fixed positions: the first half of a token tells the row, the second the
 * column, each by sines and cosines of 10000^(-4k/dim) (Chen et al. 2021, MoCo
 * v3). A class token has zeros. */
static const float *sincos(struct arena *arena, int rows, int columns, int dim, bool has_class)
{
    static const double LOG_10000 = 9.210340371976184, PI = 3.14159265358979323846;
    float *all = arena_alloc(arena, (size_t)(rows * columns + has_class) * (size_t)dim * sizeof *all);
    float *at = all + (has_class ? dim : 0);
    int quarter = dim / 4;

    for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++, at += dim) {
            for (int k = 0; k < quarter; k++) {
                double turn = kernel_exp(-LOG_10000 * k / quarter) / PI;

                at[k] = (float)kernel_sinpi(r * turn);
                at[quarter + k] = (float)kernel_cospi(r * turn);
                at[2 * quarter + k] = (float)kernel_sinpi(c * turn);
                at[3 * quarter + k] = (float)kernel_cospi(c * turn);
            }
        }
    }
    return all;
}

static int build(const void *config, int n_outputs, struct graph *g, struct error *err)
{
    const struct vit *vit = config;
    struct builder b = {vit, g, err, GRAPH_INPUT};
    const struct field *picture = model_picture(g, err);
    struct op_patches patches = {.patch = vit->patch, .width_out = vit->dim};
    struct op_tokens tokens = {.has_class_token = vit->pool == POOL_CLASS_TOKEN};
    struct op_pool pool = {.pool = (enum pool_kind)vit->pool};
    struct op_linear head = {.init_sd = 0.02};

    if (!picture)
        return -1;
    patches.channels = picture->shape[0];
    patches.height = picture->shape[1];
    patches.width = picture->shape[2];
    if (vit->dim % vit->heads)
        return error_set(err, "model.heads %d does not divide model.dim %d", vit->heads, vit->dim);
    if (vit->positions == POSITIONS_SINCOS && vit->dim % 4)
        return error_set(err, "model.dim %d; positions of sines need a multiple of 4", vit->dim);
    if (vit->positions == POSITIONS_SINCOS)
        tokens.positions = sincos(g->arena, patches.height / vit->patch, patches.width / vit->patch,
                                  vit->dim, tokens.has_class_token);
    add(&b, "patch_embed.proj", &op_patches, &patches, sizeof patches, -1);
    add(&b, "tokens", &op_tokens, &tokens, sizeof tokens, -1);
    add_dropout(&b, "dropout");
    for (int i = 0; i < vit->depth; i++)
        add_block(&b, i);
    add(&b, "pool", &op_pool, &pool, sizeof pool, -1);
    add_norm(&b, vit->pool == POOL_MEAN ? "fc_norm" : "norm"); /* timm's names */
    if (b.node < 0)
        return -1;
    head.width = n_outputs;
    return model_add_head(g, "head", vit->head, &head, b.node, err) < 0 ? -1 : 0;
}

const struct model_type model_vit = {
    .component =
        {
            .name = "vit",
            .doc = "Vision Transformer; the default is ViT-tiny",
            .source = "Dosovitskiy et al. 2021; sizes: Touvron et al. 2021, table 1",
            .hparams = hparams,
            .config_size = sizeof(struct vit),
        },
    .micro_batch = micro_batch,
    .build = build,
};
