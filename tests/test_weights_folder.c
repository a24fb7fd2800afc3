/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Models as folders for Hugging Face's transformers: what config.json says, names and shapes, and what is refused. */
#include "commands/weights_folder.h"

#include "io/json_tree.h"
#include "learn/weights.h"
#include "nn/model.h"
#include "os/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char root[] = "/tmp/rgdbench-test-XXXXXX";
static struct arena arena;
static struct dataset dataset;
static const char *path;

static struct settings settings_of(const char *text)
{
    struct settings s;
    struct error err;

    settings_init(&s, &arena);
    if (settings_parse(&s, text, &err) < 0)
        fail_msg("%s", err.text);
    return s;
}

#define BERT \
    "model = \"bert\"\nmodel.depth = 1\nmodel.dim = 6\nmodel.heads = 2\nmodel.hidden = 10\nmodel.positions = 50\n" \
    "model.attention_dropout = 0.2\nmodel.classifier_dropout = 0.3\n"
#define DISTILBERT \
    "model = \"distilbert\"\nmodel.depth = 1\nmodel.dim = 6\nmodel.heads = 3\nmodel.positions = 50\nmodel.dropout = 0\n"

/* The run's model with weights from a seed, written; its parameters. */
static struct params write_model(const char *text, float **ret_weights)
{
    struct settings s = settings_of(text), metadata = settings_of("format = \"pt\"\n");
    struct weights_folder f = {&s, &dataset, &arena};
    struct error err;
    const struct component *c = component_find(&model_kind, settings_string(&s, "model"), &err);
    struct graph g;
    void *config;

    component_defaults(c, "model", &s);
    graph_init(&g, &arena, &dataset.signature);
    if (component_configure(c, "model", &s, &arena, &config, &err) < 0 ||
        ((const struct model_type *)c)->build(config, dataset.n_classes, &g, &err) < 0)
        fail_msg("%s", err.text);
    *ret_weights = arena_alloc(&arena, g.params.size * sizeof **ret_weights);
    params_init(&g.params, *ret_weights, rng_seed(1));
    folder_remove(path);
    if (weights_folder_check(&f, &err) < 0 ||
        weights_folder_write(&f, path, &g.params, *ret_weights, &metadata, &err) < 0)
        fail_msg("%s", err.text);
    return g.params;
}

static const char *read_text(const char *name, size_t *ret_size)
{
    struct error err;
    char *text;

    assert_int_equal(file_read(arena_printf(&arena, "%s/%s", path, name), 1 << 20, &arena, &text, ret_size, &err), 0);
    return text;
}

/* An entry of a file as "name = value", of lists and tables what is in there. */
static void add_entry(struct text *t, const char *prefix, const struct json_tree *j)
{
    char number[TEXT_NUMBER_SIZE];

    switch (j->kind) {
    case JSON_TREE_TEXT: text_printf(t, "%s%s = \"%s\"\n", prefix, j->name ? j->name : "", j->text); break;
    case JSON_TREE_TRUTH: text_printf(t, "%s%s = %s\n", prefix, j->name, j->truth ? "true" : "false"); break;
    case JSON_TREE_INTEGER:
    case JSON_TREE_NUMBER:
        text_number(j->number, number);
        text_printf(t, "%s%s = %s\n", prefix, j->name, number);
        break;
    default:
        for (int i = 0; i < j->n_items; i++)
            add_entry(t, arena_printf(&arena, "%s%s.", prefix, j->name), &j->items[i]);
    }
}

static void expect(const char *name, const char *wanted)
{
    const struct json_tree *tree;
    struct text got = {0};
    struct error err;
    size_t size;
    const char *text = read_text(name, &size);

    if (json_tree_read(text, size, 0, &arena, &tree, &err) < 0)
        fail_msg("%s: %s", name, err.text);
    for (int i = 0; i < tree->n_items; i++)
        add_entry(&got, "", &tree->items[i]);
    assert_string_equal(got.s, wanted);
    text_release(&got);
}

/* The names and shapes, by name. */
static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void expect_tensors(const char *wanted)
{
    struct safetensors file;
    struct error err;
    struct text got = {0};
    const char **lines;

    assert_int_equal(safetensors_open(arena_printf(&arena, "%s/model.safetensors", path), &file, &err), 0);
    assert_true(file.is_sealed);
    lines = arena_alloc(&arena, (size_t)file.n_tensors * sizeof *lines);
    for (int i = 0; i < file.n_tensors; i++) {
        const struct tensor *t = &file.tensors[i];

        assert_int_equal(t->type, TENSOR_F32);
        lines[i] = arena_printf(&arena, t->n_dims == 2 ? "%s %zu %zu\n" : "%s %zu\n", t->name, t->dims[0], t->dims[1]);
    }
    qsort(lines, (size_t)file.n_tensors, sizeof *lines, by_text);
    for (int i = 0; i < file.n_tensors; i++)
        text_printf(&got, "%s", lines[i]);
    assert_string_equal(got.s, wanted);
    text_release(&got);
    safetensors_close(&file);
}

static void test_bert(void **state)
{
    struct params params;
    float *weights, *loaded;
    char digest[HASH_HEX_SIZE];
    const char *file;
    struct error err;
    size_t size;

    (void)state;
    params = write_model(BERT, &weights);
    expect("config.json",
           "architectures. = \"BertForSequenceClassification\"\nattention_probs_dropout_prob = 0.2\n"
           "classifier_dropout = 0.3\nhidden_act = \"gelu\"\nhidden_dropout_prob = 0.1\nhidden_size = 6\n"
           "initializer_range = 0.02\nintermediate_size = 10\nlayer_norm_eps = 1e-12\nmax_position_embeddings = 50\n"
           "model_type = \"bert\"\nnum_attention_heads = 2\nnum_hidden_layers = 1\nnum_labels = 2\npad_token_id = 0\n"
           "problem_type = \"single_label_classification\"\ntokenizer_class = \"BertTokenizer\"\ntype_vocab_size = 2\n"
           "vocab_size = 54\nid2label.0 = \"does not agree\"\nid2label.1 = \"agrees\"\n"
           "label2id.does not agree = 0\nlabel2id.agrees = 1\n");
    expect("tokenizer_config.json",
           "tokenizer_class = \"BertTokenizer\"\ndo_lower_case = true\nmodel_max_length = 24\n");
    assert_memory_equal(read_text("vocab.txt", &size), dataset.vocabulary.bytes, dataset.vocabulary.size);
    assert_int_equal(size, dataset.vocabulary.size);
#define LAYER "bert.encoder.layer.0."
    expect_tensors("bert.embeddings.LayerNorm.bias 6\nbert.embeddings.LayerNorm.weight 6\n"
                   "bert.embeddings.position_embeddings.weight 50 6\nbert.embeddings.token_type_embeddings.weight 2 6\n"
                   "bert.embeddings.word_embeddings.weight 54 6\n"
                   LAYER "attention.output.LayerNorm.bias 6\n" LAYER "attention.output.LayerNorm.weight 6\n"
                   LAYER "attention.output.dense.bias 6\n" LAYER "attention.output.dense.weight 6 6\n"
                   LAYER "attention.self.key.bias 6\n" LAYER "attention.self.key.weight 6 6\n"
                   LAYER "attention.self.query.bias 6\n" LAYER "attention.self.query.weight 6 6\n"
                   LAYER "attention.self.value.bias 6\n" LAYER "attention.self.value.weight 6 6\n"
                   LAYER "intermediate.dense.bias 10\n" LAYER "intermediate.dense.weight 10 6\n"
                   LAYER "output.LayerNorm.bias 6\n" LAYER "output.LayerNorm.weight 6\n"
                   LAYER "output.dense.bias 6\n" LAYER "output.dense.weight 6 10\n"
                   "bert.pooler.dense.bias 6\nbert.pooler.dense.weight 6 6\nclassifier.bias 2\nclassifier.weight 2 6\n");
    loaded = arena_alloc(&arena, params.size * sizeof *loaded);
    file = weights_find(path, NULL, &arena, &err);
    assert_non_null(file);
    assert_int_equal(weights_digest(file, digest, &err), 0);
    assert_int_equal(weights_load(file, digest, "", &params, loaded, &err), 0);
    assert_memory_equal(loaded, weights, params.size * sizeof *loaded);
}

/* Of numbers; and DistilBERT's keys. */
static void test_distilbert_of_numbers(void **state)
{
    struct dataset before = dataset;
    float *weights;

    (void)state;
    dataset.target = TARGET_NUMBER;
    dataset.n_classes = 1;
    dataset.class_names = NULL;
    dataset.vocabulary.is_cased = true;
    write_model(DISTILBERT, &weights);
    dataset = before;
    expect("config.json",
           "activation = \"gelu\"\narchitectures. = \"DistilBertForSequenceClassification\"\nattention_dropout = 0.1\n"
           "dim = 6\ndropout = 0\nhidden_dim = 24\ninitializer_range = 0.02\nmax_position_embeddings = 50\n"
           "model_type = \"distilbert\"\nn_heads = 3\nn_layers = 1\nnum_labels = 1\npad_token_id = 0\n"
           "problem_type = \"regression\"\nseq_classif_dropout = 0.2\ntokenizer_class = \"DistilBertTokenizer\"\n"
           "vocab_size = 54\n");
    expect("tokenizer_config.json",
           "tokenizer_class = \"DistilBertTokenizer\"\ndo_lower_case = false\nmodel_max_length = 24\n");
#undef LAYER
#define LAYER "distilbert.transformer.layer.0."
    expect_tensors("classifier.bias 1\nclassifier.weight 1 6\ndistilbert.embeddings.LayerNorm.bias 6\n"
                   "distilbert.embeddings.LayerNorm.weight 6\ndistilbert.embeddings.position_embeddings.weight 50 6\n"
                   "distilbert.embeddings.word_embeddings.weight 54 6\n"
                   LAYER "attention.k_lin.bias 6\n" LAYER "attention.k_lin.weight 6 6\n"
                   LAYER "attention.out_lin.bias 6\n" LAYER "attention.out_lin.weight 6 6\n"
                   LAYER "attention.q_lin.bias 6\n" LAYER "attention.q_lin.weight 6 6\n"
                   LAYER "attention.v_lin.bias 6\n" LAYER "attention.v_lin.weight 6 6\n"
                   LAYER "ffn.lin1.bias 24\n" LAYER "ffn.lin1.weight 24 6\n"
                   LAYER "ffn.lin2.bias 6\n" LAYER "ffn.lin2.weight 6 24\n"
                   LAYER "output_layer_norm.bias 6\n" LAYER "output_layer_norm.weight 6\n"
                   LAYER "sa_layer_norm.bias 6\n" LAYER "sa_layer_norm.weight 6\n"
                   "pre_classifier.bias 6\npre_classifier.weight 6 6\n");
}

static void test_names_of_classes(void **state)
{
    static const char *const names[] = {"a \"b\"\\", "\xff"};
    struct dataset before = dataset;
    float *weights;
    size_t size;

    (void)state;
    dataset.class_names = names;
    write_model(BERT, &weights);
    dataset = before;
    assert_non_null(strstr(read_text("config.json", &size), "\"0\": \"a \\\"b\\\"\\\\\""));
    assert_non_null(strstr(read_text("config.json", &size), "\"\xef\xbf\xbd\": 1"));
}

static void test_refused(void **state)
{
    static const struct {
        const char *settings, *wanted;
    } cases[] = {
        {BERT "model.pool = \"mean\"\n", "model \"bert\": transformers has no model.pool \"mean\"; it has \"cls\" alone"},
        {DISTILBERT "model.head = \"cosine\"\n",
         "model \"distilbert\": transformers has no model.head \"cosine\"; it has \"linear\" alone"},
        {"model = \"mlp\"\nmodel.hidden = [5]\n",
         "transformers has no model \"mlp\" of ours: give a file, as in w.safetensors"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct settings s = settings_of(cases[i].settings);
        struct weights_folder f = {&s, &dataset, &arena};
        struct error err;

        component_defaults(component_find(&model_kind, settings_string(&s, "model"), &err), "model", &s);
        assert_int_equal(weights_folder_check(&f, &err), -1);
        assert_string_equal(err.text, cases[i].wanted);
    }
}

/* A folder that cannot be written whole is not there, nor is what was begun. */
static void test_nothing_is_left(void **state)
{
    struct settings s = settings_of(BERT), metadata = settings_of("format = \"pt\"\n");
    struct weights_folder f = {&s, &dataset, &arena};
    struct params none = {0};
    struct error err;
    const char *const *names;

    (void)state;
    component_defaults(component_find(&model_kind, "bert", &err), "model", &s);
    folder_remove(path);
    assert_int_equal(mkdir(path, 0777), 0);
    assert_int_equal(file_write(arena_printf(&arena, "%s/mine", path), "x", 1, &err), 0);
    assert_int_equal(weights_folder_write(&f, path, &none, NULL, &metadata, &err), -1);
    assert_non_null(strstr(err.text, "is there already and not empty"));
    names = file_list(root, "", &arena, &err);
    assert_true(names[0] && !names[1]);
    folder_remove(path);
}

static int set_up(void **state)
{
    struct settings description = settings_of("format = \"drawn_text\"\n"), s;
    struct dataset_source source = {"drawn_text", NULL, &description, NULL};
    struct error err;

    (void)state;
    s = settings_of("data.train = 10\ndata.test = 10\ndata.max_tokens = 24\ndata.pairs = false\ndata.noise = 0\n");
    if (!mkdtemp(root) || dataset_open(&dataset, &source, &s, &err) < 0)
        return -1;
    path = arena_printf(&arena, "%s/model", root);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    dataset_close(&dataset);
    folder_remove(root);
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bert),
        cmocka_unit_test(test_distilbert_of_numbers),
        cmocka_unit_test(test_names_of_classes),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_nothing_is_left),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
