/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * FT-Transformer, Gorishniy et al. 2021: each column is a token, a class token before them. The norm stands before
 * each branch but the first. Of the last block nothing is read but the class token, so that its queries and
 * what follows are of that alone: the same scores as from all. Parameters are named as the ViT's. */
#include "nn/model.h"

#include <math.h>

struct ft_transformer {
    int dim, depth, heads, hidden, head;
    double attention_dropout, dropout, residual_dropout;
};

static const struct hparam hparams[] = {
    {"dim", HPARAM_INTEGER, offsetof(struct ft_transformer, dim), .fallback = "192", .low = 1, .high = 4096,
     .doc = "width of a token"},
    {"depth", HPARAM_INTEGER, offsetof(struct ft_transformer, depth), .fallback = "3", .low = 1, .high = 100,
     .doc = "number of blocks"},
    {"heads", HPARAM_INTEGER, offsetof(struct ft_transformer, heads), .fallback = "8", .low = 1, .high = 64,
     .doc = "attention heads; must divide dim"},
    {"hidden", HPARAM_INTEGER, offsetof(struct ft_transformer, hidden), .fallback = "256", .low = 1,
     .high = 65536, .doc = "hidden width of a block's MLP, behind its gate: 4/3 dim by default"},
    {"attention_dropout", HPARAM_NUMBER, offsetof(struct ft_transformer, attention_dropout), .fallback = "0.2",
     .low = 0, .high = 0.99, .doc = "probability to drop one of a softmax's probabilities"},
    {"dropout", HPARAM_NUMBER, offsetof(struct ft_transformer, dropout), .fallback = "0.1", .low = 0,
     .high = 0.99, .doc = "probability to drop a hidden unit of a block's MLP"},
    {"residual_dropout", HPARAM_NUMBER, offsetof(struct ft_transformer, residual_dropout), .fallback = "0",
     .low = 0, .high = 0.99, .doc = "probability to drop a float of a branch"},
    MODEL_HEAD_HPARAM(struct ft_transformer),
    {0},
};

static int micro_batch(const void *config)
{
    (void)config;
    return 16; /* from 8 to 64 took the same on Adult's columns, within 4%; little memory */
}

/* What the layers are added to, one after the other. */
struct builder {
    const struct ft_transformer *ft;
    struct graph *g;
    struct error *err;
    bool failed;
};

/* -1 after an error; a node below 0 is none. */
static int add(struct builder *b, const char *name, const struct op_type *type, const void *config,
               size_t config_size, int node, int second)
{
    if (b->failed)
        return -1;
    node = graph_add_copy(b->g, name, type, config, config_size, node, second, b->err);
    b->failed = node < 0;
    return node;
}

static int add_norm(struct builder *b, const char *name, int node)
{
    const struct op_layer_norm config = {.epsilon = 1e-5};

    return add(b, name, &op_layer_norm, &config, sizeof config, node, -1);
}

static int add_linear(struct builder *b, const char *name, int width, bool init_zero_bias, int node)
{
    const struct op_linear config = {.width = width, .init_uniform = true, .init_zero_bias = init_zero_bias};

    return add(b, name, &op_linear, &config, sizeof config, node, -1);
}

static int add_dropout(struct builder *b, const char *name, double p, int node)
{
    const struct op_dropout config = {.p = p};

    return p > 0 ? add(b, name, &op_dropout, &config, sizeof config, node, -1) : node;
}

static int add_class_token(struct builder *b, const char *name, int node)
{
    const struct op_pool config = {.pool = POOL_CLASS_TOKEN};

    return add(b, name, &op_pool, &config, sizeof config, node, -1);
}

/* The last linear layer of a branch, and the stream it adds to. */
static int end_branch(struct builder *b, const char *name, bool init_zero_bias, int node, int stream)
{
    const struct op_linear linear = {
        .width = b->ft->dim, .init_uniform = true, .init_zero_bias = init_zero_bias};
    const struct op_residual residual = {.p = 0};

    if (b->ft->residual_dropout == 0)
        return add(b, name, &op_linear_residual, &linear, sizeof linear, node, stream);
    node = add(b, name, &op_linear, &linear, sizeof linear, node, -1);
    node = add_dropout(b, "dropout", b->ft->residual_dropout, node);
    return add(b, "residual", &op_residual, &residual, sizeof residual, node, stream);
}

static int add_block(struct builder *b, int i, int stream)
{
    const struct ft_transformer *ft = b->ft;
    const struct op_attention attention = {.heads = ft->heads, .dropout = ft->attention_dropout};
    bool is_last = i == ft->depth - 1;
    int node = stream;
#define NAME(part) arena_printf(b->g->arena, "blocks.%d." part, i)

    if (i > 0)
        node = add_norm(b, NAME("norm1"), node);
    if (is_last) {
        int class_token = add_class_token(b, NAME("norm1.class"), node);
        int queries = add_linear(b, NAME("attn.q"), ft->dim, true, class_token);

        node = add_linear(b, NAME("attn.kv"), 2 * ft->dim, true, node);
        node = add(b, NAME("attn"), &op_cross_attention, &attention, sizeof attention, queries, node);
        stream = add_class_token(b, NAME("class"), stream);
    } else {
        node = add_linear(b, NAME("attn.qkv"), 3 * ft->dim, true, node);
        node = add(b, NAME("attn"), &op_attention, &attention, sizeof attention, node, -1);
    }
    stream = end_branch(b, NAME("attn.proj"), true, node, stream);
    node = add_norm(b, NAME("norm2"), stream);
    node = add_linear(b, NAME("mlp.fc1"), 2 * ft->hidden, false, node);
    node = add(b, NAME("mlp.gate"), &op_reglu, "", 1, node, -1);
    node = add_dropout(b, NAME("mlp.dropout"), ft->dropout, node);
    return end_branch(b, NAME("mlp.fc2"), false, node, stream);
#undef NAME
}

static int add_tokens(struct builder *b, const struct model_columns *columns)
{
    const struct op_number_tokens numbers = {.width = b->ft->dim};
    const struct op_embedding categories = {.levels = columns->levels, .width = b->ft->dim, .has_bias = true};
    const struct op_tokens tokens = {.has_class_token = true, .has_no_positions = true};
    const struct op_concat rows = {.is_flat = false};
    int node = -1, second = -1;

    if (columns->numbers >= 0)
        node = add(b, "numbers", &op_number_tokens, &numbers, sizeof numbers, columns->numbers, -1);
    if (columns->categories >= 0)
        second = add(b, "categories", &op_embedding, &categories, sizeof categories, columns->categories, -1);
    if (node >= 0 && second >= 0)
        node = add(b, "columns", &op_concat, &rows, sizeof rows, node, second);
    else if (second >= 0)
        node = second;
    return add(b, "tokens", &op_tokens, &tokens, sizeof tokens, node, -1);
}

static int build(const void *config, int n_outputs, struct graph *g, struct error *err)
{
    const struct ft_transformer *ft = config;
    struct builder b = {ft, g, err, false};
    struct op_linear head = {.width = n_outputs, .init_uniform = true};
    struct model_columns columns;
    int node;

    if (model_columns(g, &columns, err) < 0)
        return -1;
    if (ft->dim % ft->heads)
        return error_set(err, "model.heads %d does not divide model.dim %d", ft->heads, ft->dim);
    node = add_tokens(&b, &columns);
    for (int i = 0; i < ft->depth; i++)
        node = add_block(&b, i, node);
    node = add_norm(&b, "norm", node);
    node = add(&b, "relu", &op_relu, "", 1, node, -1);
    return b.failed || model_add_head(g, "head", ft->head, &head, node, err) < 0 ? -1 : 0;
}

const struct model_type model_ft_transformer = {
    .component =
        {
            .name = "ft_transformer",
            .doc = "FT-Transformer on tables; the default is that of the paper",
            .source = "Gorishniy et al. 2021 (arXiv 2106.11959), section 3.3 and appendix; a hidden width of 255 gives "
                      "the published runs' count of weights",
            .hparams = hparams,
            .config_size = sizeof(struct ft_transformer),
        },
    .micro_batch = micro_batch,
    .build = build,
};
