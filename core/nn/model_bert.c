/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * BERT (Devlin et al. 2019) and DistilBERT (Sanh et al. 2019), with the norm behind each branch. Parameters are named
 * and shaped as in Hugging Face's transformers, BertForSequenceClassification and the like, so that weights go over. */
#include "nn/model.h"

struct bert {
    int size, depth, dim, heads, hidden, positions, pool;
    double dropout, attention_dropout, classifier_dropout;
    int head;
};

/* What config.json has of it, too. */
enum { N_MEMBERS = 8 };
static const struct {
    size_t offset;
    bool is_integer;
} members[N_MEMBERS] = {
    {offsetof(struct bert, dim), true},
    {offsetof(struct bert, depth), true},
    {offsetof(struct bert, heads), true},
    {offsetof(struct bert, hidden), true},
    {offsetof(struct bert, positions), true},
    {offsetof(struct bert, dropout), false},
    {offsetof(struct bert, attention_dropout), false},
    {offsetof(struct bert, classifier_dropout), false},
};

static const double INIT_SD = 0.02, NORM_EPSILON = 1e-12;
enum { N_TYPES = 2 };

/* What the two differ in. */
struct family {
    const char *prefix, *layers;                 /* of names */
    const char *parts[4];                        /* query, key and value, in files */
    const char *qkv, *projection, *norm1, *up, *down, *norm2, *pooler;
    bool has_types;
    bool drops_projection;
    bool has_tanh; /* behind the pooler; else relu */
    struct params_file file;
    const char *keys[N_MEMBERS], *more; /* of config.json: of the members; the rest, as settings */
};

static const char *const sizes[] = {"tiny", "mini", "small", "medium", "base", "minilm_l6", "minilm_l12", NULL};
static const struct {
    int depth, dim, heads;
} shapes[] = {{2, 128, 2}, {4, 256, 4}, {4, 512, 8}, {8, 512, 8}, {12, 768, 12}, {6, 384, 12}, {12, 384, 12}};

static const char *const pools[] = {"cls", "mean", NULL};

#define COMMON_HPARAMS \
    {"heads", HPARAM_INTEGER, offsetof(struct bert, heads), .fallback = "0", .low = 0, .high = 128, \
     .doc = "attention heads, which must divide dim; 0: as size says"}, \
    {"hidden", HPARAM_INTEGER, offsetof(struct bert, hidden), .fallback = "0", .low = 0, .high = 65536, \
     .doc = "hidden width of a layer; 0: four times dim"}, \
    {"positions", HPARAM_INTEGER, offsetof(struct bert, positions), .fallback = "512", .low = 2, .high = 65536, \
     .doc = "tokens that a text may have"}, \
    {"pool", HPARAM_CHOICE, offsetof(struct bert, pool), .fallback = "\"cls\"", .choices = pools, \
     .doc = "what is classified: the first token, or the mean of all"}, \
    {"dropout", HPARAM_NUMBER, offsetof(struct bert, dropout), .fallback = "0.1", .low = 0, .high = 0.99, \
     .doc = "probability to drop a float of the tokens and of a branch"}, \
    {"attention_dropout", HPARAM_NUMBER, offsetof(struct bert, attention_dropout), .fallback = "0.1", .low = 0, \
     .high = 0.99, .doc = "probability to drop one of an attention's weights"}, \
    MODEL_HEAD_HPARAM(struct bert)

static const struct hparam bert_hparams[] = {
    {"size", HPARAM_CHOICE, offsetof(struct bert, size), .fallback = "\"base\"", .choices = sizes,
     .doc = "depth, width and heads by name: tiny to base (Turc et al. 2019), MiniLM (Wang et al. 2020)"},
    {"depth", HPARAM_INTEGER, offsetof(struct bert, depth), .fallback = "0", .low = 0, .high = 100,
     .doc = "number of layers; 0: as size says"},
    {"dim", HPARAM_INTEGER, offsetof(struct bert, dim), .fallback = "0", .low = 0, .high = 8192,
     .doc = "width of a token; 0: as size says"},
    COMMON_HPARAMS,
    {"classifier_dropout", HPARAM_NUMBER, offsetof(struct bert, classifier_dropout), .fallback = "0.1", .low = 0,
     .high = 0.99, .doc = "probability to drop a float of what is classified"},
    {0},
};

static const struct hparam distilbert_hparams[] = {
    {"depth", HPARAM_INTEGER, offsetof(struct bert, depth), .fallback = "6", .low = 1, .high = 100,
     .doc = "number of layers"},
    {"dim", HPARAM_INTEGER, offsetof(struct bert, dim), .fallback = "768", .low = 1, .high = 8192,
     .doc = "width of a token"},
    COMMON_HPARAMS,
    {"classifier_dropout", HPARAM_NUMBER, offsetof(struct bert, classifier_dropout), .fallback = "0.2", .low = 0,
     .high = 0.99, .doc = "probability to drop a float of what is classified"},
    {0},
};

/* Of before Hugging Face's own names. */
static const char *const renames[][2] = {
    {"LayerNorm.weight", "LayerNorm.gamma"}, {"LayerNorm.bias", "LayerNorm.beta"}, {NULL, NULL}};

static const struct family bert_family = {
    .prefix = "bert.",
    .layers = "encoder.layer",
    .parts = {"query", "key", "value", NULL},
    .qkv = "attention.self.qkv",
    .projection = "attention.output.dense",
    .norm1 = "attention.output.LayerNorm",
    .up = "intermediate.dense",
    .down = "output.dense",
    .norm2 = "output.LayerNorm",
    .pooler = "bert.pooler.dense",
    .has_types = true,
    .drops_projection = true,
    .has_tanh = true,
    .file = {.prefix = "bert.",
             .renames = renames,
             .ignored = (const char *const[]){"cls.", "embeddings.position_ids", NULL},
             .drawn = (const char *const[]){"classifier.", "bert.pooler.", NULL}},
    .keys = {"hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "max_position_embeddings",
             "hidden_dropout_prob", "attention_probs_dropout_prob", "classifier_dropout"},
    .more = "architectures = [\"BertForSequenceClassification\"]\nmodel_type = \"bert\"\n"
            "tokenizer_class = \"BertTokenizer\"\nhidden_act = \"gelu\"\n",
};

static const struct family distilbert_family = {
    .prefix = "distilbert.",
    .layers = "transformer.layer",
    .parts = {"q_lin", "k_lin", "v_lin", NULL},
    .qkv = "attention.qkv",
    .projection = "attention.out_lin",
    .norm1 = "sa_layer_norm",
    .up = "ffn.lin1",
    .down = "ffn.lin2",
    .norm2 = "output_layer_norm",
    .pooler = "pre_classifier",
    .file = {.prefix = "distilbert.",
             .renames = renames,
             .ignored = (const char *const[]){"vocab_", "embeddings.position_ids", NULL},
             .drawn = (const char *const[]){"classifier.", "pre_classifier.", NULL}},
    .keys = {"dim", "n_layers", "n_heads", "hidden_dim", "max_position_embeddings", "dropout", "attention_dropout",
             "seq_classif_dropout"},
    .more = "architectures = [\"DistilBertForSequenceClassification\"]\nmodel_type = \"distilbert\"\n"
            "tokenizer_class = \"DistilBertTokenizer\"\nactivation = \"gelu\"\n",
};

/* Tokens: a batch of sentences is one piece, with one gradient, as large as the table of words; with 128, whose activations
 * are nearer to the cache, MiniLM took a tenth to a quarter longer. */
static int micro_batch(const void *config)
{
    (void)config;
    return 512;
}

/* What the layers are added to. */
struct builder {
    const struct bert *bert;
    const struct family *family;
    struct graph *g;
    struct error *err;
    bool failed;
};

static int add(struct builder *b, const char *name, const struct op_type *type, const void *config, size_t config_size,
               int node, int second)
{
    if (b->failed)
        return -1;
    node = graph_add_copy(b->g, name, type, config, config_size, node, second, b->err);
    b->failed = node < 0;
    return node;
}

static int add_linear(struct builder *b, const char *name, struct op_linear config, int node)
{
    config.init_sd = INIT_SD;
    return add(b, name, &op_linear, &config, sizeof config, node, -1);
}

static int add_dropout(struct builder *b, const char *name, double p, int node)
{
    const struct op_dropout config = {.p = p};

    return p > 0 ? add(b, name, &op_dropout, &config, sizeof config, node, -1) : node;
}

static int add_norm(struct builder *b, const char *name, int node)
{
    const struct op_layer_norm config = {.epsilon = NORM_EPSILON};

    return add(b, name, &op_layer_norm, &config, sizeof config, node, -1);
}

/* The last linear layer of a branch, what it adds to, and the norm of both. */
static int end_branch(struct builder *b, const char *name, const char *norm, double dropout, int node, int stream)
{
    const struct op_linear linear = {.width = b->bert->dim, .init_sd = INIT_SD};
    const struct op_residual residual = {.p = 0};

    if (dropout == 0)
        return add_norm(b, norm, add(b, name, &op_linear_residual, &linear, sizeof linear, node, stream));
    node = add_dropout(b, "dropout", dropout, add_linear(b, name, linear, node));
    return add_norm(b, norm, add(b, "residual", &op_residual, &residual, sizeof residual, node, stream));
}

static int add_layer(struct builder *b, int i, int stream)
{
    const struct bert *bert = b->bert;
    const struct family *f = b->family;
    const struct op_attention attention = {.heads = bert->heads, .dropout = bert->attention_dropout};
    const struct op_linear qkv = {.width = 3 * bert->dim, .parts = f->parts};
    const struct op_linear up = {.width = bert->hidden, .activation = ACTIVATION_GELU};
    int node;
#define NAME(part) arena_printf(b->g->arena, "%s%s.%d.%s", f->prefix, f->layers, i, part)

    node = add_linear(b, NAME(f->qkv), qkv, stream);
    node = add(b, NAME("attention"), &op_attention, &attention, sizeof attention, node, -1);
    stream = end_branch(b, NAME(f->projection), NAME(f->norm1), f->drops_projection ? bert->dropout : 0, node, stream);
    return end_branch(b, NAME(f->down), NAME(f->norm2), bert->dropout, add_linear(b, NAME(f->up), up, stream), stream);
#undef NAME
}

static int add_words(struct builder *b, int tokens)
{
    const struct field *field = &b->g->signature.fields[tokens];
    const struct op_words words = {.n_words = field->n_levels[0],
                                   .n_positions = b->bert->positions,
                                   .n_types = b->family->has_types ? N_TYPES : 0,
                                   .width = b->bert->dim};
    const char *name = arena_printf(b->g->arena, "%sembeddings", b->family->prefix);
    int node = add(b, name, &op_words, &words, sizeof words, tokens, -1);

    node = add_norm(b, arena_printf(b->g->arena, "%s.LayerNorm", name), node);
    return add_dropout(b, "dropout", b->bert->dropout, node);
}

/* What of the size is not said otherwise; fails where it does not go together. */
static int resolve(struct bert *bert, const struct family *f, struct error *err)
{
    if (f == &bert_family) {
        bert->depth = bert->depth ? bert->depth : shapes[bert->size].depth;
        bert->heads = bert->heads || bert->dim ? bert->heads : shapes[bert->size].heads;
        bert->dim = bert->dim ? bert->dim : shapes[bert->size].dim;
    }
    if (bert->heads == 0 && bert->dim % 64)
        return error_set(err, "model.dim %d is not a multiple of 64; say model.heads", bert->dim);
    bert->heads = bert->heads ? bert->heads : bert->dim / 64;
    bert->hidden = bert->hidden ? bert->hidden : 4 * bert->dim;
    if (bert->dim % bert->heads)
        return error_set(err, "model.heads %d does not divide model.dim %d", bert->heads, bert->dim);
    return 0;
}

static int build_family(const void *config, const struct family *f, int n_outputs, struct graph *g, struct error *err)
{
    struct bert bert = *(const struct bert *)config;
    struct builder b = {&bert, f, g, err, false};
    const struct op_pool pool = {.pool = bert.pool ? POOL_MEAN : POOL_CLASS_TOKEN};
    struct op_linear pooler = {.activation = f->has_tanh ? ACTIVATION_NONE : ACTIVATION_RELU};
    const struct op_linear head = {.width = n_outputs, .init_sd = INIT_SD};
    int tokens = graph_input(g, FIELD_TOKENS), node;

    if (tokens < 0 || graph_most_rows(g) == 0)
        return error_set(err, "it reads texts; these data have %s", g->signature.fields[0].name);
    if (resolve(&bert, f, err) < 0)
        return -1;
    g->params.file = &f->file;
    node = add_words(&b, tokens);
    for (int i = 0; i < bert.depth; i++)
        node = add_layer(&b, i, node);
    pooler.width = bert.dim;
    node = add(&b, "pool", &op_pool, &pool, sizeof pool, node, -1);
    node = add_linear(&b, f->pooler, pooler, node);
    if (f->has_tanh)
        node = add(&b, "tanh", &op_tanh, "", 1, node, -1);
    node = add_dropout(&b, "classifier_dropout", bert.classifier_dropout, node);
    return b.failed || model_add_head(g, "classifier", bert.head, &head, node, err) < 0 ? -1 : 0;
}

static int build_bert(const void *config, int n_outputs, struct graph *g, struct error *err)
{
    return build_family(config, &bert_family, n_outputs, g, err);
}

static int build_distilbert(const void *config, int n_outputs, struct graph *g, struct error *err)
{
    return build_family(config, &distilbert_family, n_outputs, g, err);
}

/* Transformers' classifiers are linear ones, of the first token. DistilBERT's epsilon is in its code. */
static int describe_family(const void *config, const struct family *f, const struct signature *data,
                           struct settings *ret_keys, struct error *err)
{
    struct bert bert = *(const struct bert *)config;
    int tokens = signature_find(data, FIELD_TOKENS);

    if (tokens < 0)
        return error_set(err, "it reads texts; these data have %s", data->fields[0].name);
    if (bert.pool || bert.head != HEAD_LINEAR)
        return error_set(err, "transformers has no model.%s \"%s\"; it has \"%s\" alone", bert.pool ? "pool" : "head",
                         bert.pool ? pools[bert.pool] : model_head_names[bert.head],
                         bert.pool ? pools[0] : model_head_names[HEAD_LINEAR]);
    if (resolve(&bert, f, err) < 0 || settings_parse(ret_keys, f->more, err) < 0)
        return -1;
    for (int i = 0; i < N_MEMBERS; i++) {
        const char *member = (const char *)&bert + members[i].offset;

        settings_set(ret_keys, f->keys[i],
                     value_number(members[i].is_integer ? *(const int *)member : *(const double *)member));
    }
    settings_set(ret_keys, "vocab_size", value_number(data->fields[tokens].n_levels[0]));
    settings_set(ret_keys, "initializer_range", value_number(INIT_SD));
    if (f->has_types) {
        settings_set(ret_keys, "type_vocab_size", value_number(N_TYPES));
        settings_set(ret_keys, "layer_norm_eps", value_number(NORM_EPSILON));
    }
    return 0;
}

static int describe_bert(const void *config, const struct signature *data, struct settings *ret_keys, struct error *err)
{
    return describe_family(config, &bert_family, data, ret_keys, err);
}

static int describe_distilbert(const void *config, const struct signature *data, struct settings *ret_keys,
                               struct error *err)
{
    return describe_family(config, &distilbert_family, data, ret_keys, err);
}

const struct model_type model_bert = {
    .component =
        {
            .name = "bert",
            .doc = "BERT on texts, with its pooler and a linear head",
            .source = "Devlin et al. 2019 (arXiv 1810.04805)",
            .hparams = bert_hparams,
            .config_size = sizeof(struct bert),
        },
    .micro_batch = micro_batch,
    .counts_tokens = true,
    .build = build_bert,
    .describe = describe_bert,
};

const struct model_type model_distilbert = {
    .component =
        {
            .name = "distilbert",
            .doc = "DistilBERT on texts: half the layers, no types, no pooler",
            .source = "Sanh et al. 2019 (arXiv 1910.01108)",
            .hparams = distilbert_hparams,
            .config_size = sizeof(struct bert),
        },
    .micro_batch = micro_batch,
    .counts_tokens = true,
    .build = build_distilbert,
    .describe = describe_distilbert,
};
