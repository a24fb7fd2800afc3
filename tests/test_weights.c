/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/weights.h"

#include "math/rng.h"
#include "nn/model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static char folder[] = "/tmp/rgdbench-test-XXXXXX";
static char path[64], digest[HASH_HEX_SIZE];
static struct arena arena;

/* A model for pictures of 2 x 8 x 8 and three classes. */
static struct params build(const char *name, const char *settings)
{
    struct settings s;
    struct error err;
    struct graph g;
    const struct component *c = component_find(&model_kind, name, &err);
    void *config;

    settings_init(&s, &arena);
    assert_int_equal(settings_parse(&s, settings, &err), 0);
    component_defaults(c, "model", &s);
    assert_int_equal(component_configure(c, "model", &s, &arena, &config, &err), 0);
    graph_init(&g, &arena, &(struct signature){1, {{"picture", FIELD_PICTURE, {2, 8, 8}, NULL, NULL}}});
    assert_int_equal(((const struct model_type *)c)
                         ->build(config, 3, &g, &err),
                     0);
    return g.params;
}

static float *random_weights(const struct params *p, uint64_t seed)
{
    float *w = arena_alloc(&arena, p->size * sizeof *w);

    params_init(p, w, rng_seed(seed));
    return w;
}

static const struct param *find(const struct params *p, const char *name)
{
    int i = 0;

    while (strcmp(p->items[i].name, name) != 0)
        i++;
    return &p->items[i];
}

static void save(const struct params *p, const float *w)
{
    struct error err;

    assert_int_equal(weights_save(path, p, w, NULL, &err), 0);
    assert_int_equal(weights_digest(path, digest, &err), 0);
}

static void check_model(const char *name, const char *settings)
{
    struct params p = build(name, settings);
    float *w = random_weights(&p, 1), *v = random_weights(&p, 2);
    char hash[65], loaded[65];
    struct error err;

    save(&p, w);
    assert_int_equal(weights_load(path, digest, "", &p, NULL, &err), 0);
    if (weights_load(path, digest, "", &p, v, &err) < 0)
        fail_msg("%s", err.text);
    params_hash(&p, w, hash);
    params_hash(&p, v, loaded);
    assert_string_equal(hash, loaded);
}

static const char SMALL[] = "model.dim = 12\nmodel.depth = 1\nmodel.heads = 2\n";

static void test_what_is_saved_is_loaded(void **state)
{
    (void)state;
    check_model("mlp", "model.hidden = [5,7]\n");
    check_model("vit", SMALL);
    check_model("vit", "model.dim = 12\nmodel.depth = 1\nmodel.pool = \"mean\"\n"
                       "model.positions = \"sincos\"\n");
    check_model("mnist_cnn", "");
}

/* Output number o's weight for input number i, in the file and in the block. */
static void test_files_have_pytorchs_order(void **state)
{
    static const struct {
        const char *name;
        int n_dims, dims[4];
    } wanted[] = {
        {"patch_embed.proj.weight", 4, {12, 2, 4, 4}}, {"cls_token", 3, {1, 1, 12}},
        {"pos_embed", 3, {1, 5, 12}},                  {"blocks.0.norm1.weight", 1, {12}},
        {"blocks.0.attn.qkv.weight", 2, {36, 12}},     {"blocks.0.attn.qkv.bias", 1, {36}},
        {"blocks.0.attn.proj.weight", 2, {12, 12}},    {"blocks.0.norm2.bias", 1, {12}},
        {"blocks.0.mlp.fc1.weight", 2, {48, 12}},      {"blocks.0.mlp.fc2.weight", 2, {12, 48}},
        {"norm.weight", 1, {12}},                      {"head.weight", 2, {3, 12}},
        {"head.bias", 1, {3}},
    };
    struct params p = build("vit", SMALL);
    float *w = random_weights(&p, 1);
    struct safetensors file;
    struct error err;

    (void)state;
    save(&p, w);
    assert_int_equal(safetensors_open(path, &file, &err), 0);
    assert_true(file.is_sealed);
    assert_int_equal(file.n_tensors, p.n);
    for (size_t k = 0; k < sizeof wanted / sizeof *wanted; k++) {
        const struct param *item = find(&p, wanted[k].name);
        const struct tensor *t = safetensors_find(&file, wanted[k].name);
        size_t out = (size_t)wanted[k].dims[0], in = item->size / out;

        assert_non_null(t);
        assert_int_equal(t->n_dims, wanted[k].n_dims);
        for (int i = 0; i < t->n_dims; i++)
            assert_int_equal(t->dims[i], wanted[k].dims[i]);
        for (size_t o = 0; o < out; o++) {
            for (size_t i = 0; i < in; i++) {
                size_t at = item->transposed ? i * out + o : o * in + i;
                float x;

                memcpy(&x, (const char *)t->bytes + (o * in + i) * sizeof x, sizeof x);
                assert_true(x == w[item->offset + at]);
            }
        }
    }
    safetensors_close(&file);
}

/* A convolution's windows lie as [height][width][channels] in the block. */
static void test_convolutions_have_pytorchs_order(void **state)
{
    enum { OUT = 128, IN = 64, SIDE = 3 };
    struct params p = build("mnist_cnn", "");
    float *w = random_weights(&p, 1);
    const float *block = w + find(&p, "conv2.weight")->offset;
    static const size_t dims[] = {OUT, IN, SIDE, SIDE};
    const struct tensor *t;
    struct safetensors file;
    struct error err;

    (void)state;
    save(&p, w);
    assert_int_equal(safetensors_open(path, &file, &err), 0);
    assert_int_equal(safetensors_require(&file, "conv2.weight", TENSOR_F32, 4, dims, &t, &err), 0);
    for (size_t k = 0; k < (size_t)OUT * IN * SIDE * SIDE; k++) {
        size_t x = k % SIDE, y = k / SIDE % SIDE, in = k / SIDE / SIDE % IN;
        size_t out = k / SIDE / SIDE / IN;
        float from_file;

        memcpy(&from_file, (const char *)t->bytes + k * sizeof from_file, sizeof from_file);
        assert_true(from_file == block[((y * SIDE + x) * IN + in) * OUT + out]);
    }
    safetensors_close(&file);
}

/* Uniform within 1 / sqrt(fan_in), weights and biases, as PyTorch's layers start. */
static void test_the_cnn_starts_as_pytorchs(void **state)
{
    static const struct {
        const char *name;
        int fan_in;
    } wanted[] = {{"conv1.weight", 18},   {"conv1.bias", 18},     {"conv4.weight", 1152},
                  {"conv4.bias", 1152}, {"output.weight", 128}, {"output.bias", 128}};
    struct params p = build("mnist_cnn", "");
    const float *w = random_weights(&p, 1);

    (void)state;
    for (size_t k = 0; k < sizeof wanted / sizeof *wanted; k++) {
        const struct param *item = find(&p, wanted[k].name);
        double bound = 1 / sqrt(wanted[k].fan_in), top = 0, squares = 0;

        for (size_t i = 0; i < item->size; i++) {
            double x = (double)w[item->offset + i];

            top = fmax(top, fabs(x));
            squares += x * x / (double)item->size;
        }
        assert_true(top > 0 && top <= bound);
        if (item->size < 50)
            continue;
        assert_true(top > 0.9 * bound);
        assert_true(fabs(squares / (bound * bound / 3) - 1) < 0.3);
    }
}

static void refused(const struct params *p, const char *except, const char *part)
{
    float *w = random_weights(p, 3);
    char before[65], after[65];
    struct error err;

    params_hash(p, w, before);
    assert_int_equal(weights_load(path, digest, except, p, w, &err), -1);
    if (!strstr(err.text, part) || !strstr(err.text, path))
        fail_msg("message \"%s\", wanted \"%s\"", err.text, part);
    params_hash(p, w, after);
    assert_string_equal(before, after);
}

static void test_variances_below_zero_are_refused(void **state)
{
    struct params p = build("resnet", "model.depth = 8\n");
    float *w = random_weights(&p, 1);

    (void)state;
    w[find(&p, "layer1.0.bn1.running_mean")->offset] = -0.5f;
    save(&p, w);
    check_model("resnet", "model.depth = 8\n");
    w[find(&p, "layer1.0.bn1.running_var")->offset + 1] = -0.5f;
    save(&p, w);
    refused(&p, "", "its tensor \"layer1.0.bn1.running_var\" has -0.5, and is of variances: they are never below 0");
}

static void test_what_does_not_fit_is_refused(void **state)
{
    struct params p = build("vit", SMALL);
    struct params wide = build("vit", "model.dim = 14\nmodel.depth = 1\nmodel.heads = 2\n");
    struct params deep = build("vit", "model.dim = 12\nmodel.depth = 2\nmodel.heads = 2\n");
    static const unsigned char half[2] = {0};
    struct tensor other = {.name = "x", .type = TENSOR_F16, .n_dims = 1, .dims = {1}, .bytes = half};
    struct params mlp = build("mlp", "model.hidden = [1]\n");
    struct error err;

    (void)state;
    save(&deep, random_weights(&deep, 1));
    refused(&p, "", "no parameter of the model is its tensor \"blocks.1.norm1.weight\", \"blocks.1.norm1.bias\", ");
    save(&p, random_weights(&p, 1));
    refused(&deep, "", "it has no tensor \"blocks.1.norm1.weight\"");
    refused(&wide, "", "tensor \"patch_embed.proj.weight\" is F32 [12, 2, 4, 4], not F32, F16 or "
                       "BF16 [14, 2, 4, 4]");
    digest[0] ^= 1;
    refused(&p, "", "has changed since the plan was made");
    assert_int_equal(safetensors_write(path, &other, 1, NULL, &err), 0);
    assert_int_equal(weights_digest(path, digest, &err), 0);
    refused(&mlp, "", "it has no tensor \"hidden1.weight\", \"hidden1.bias\", \"output.weight\" and 1 more; "
                  "no parameter of the model is its tensor \"x\"");
}

/* From another head: everything but the head is taken over. */
static void test_the_rest_is_taken_over(void **state)
{
    struct params p = build("vit", SMALL);
    float *saved = random_weights(&p, 1), *w = random_weights(&p, 2), *fresh = random_weights(&p, 2);
    struct error err;

    (void)state;
    save(&p, saved);
    assert_int_equal(weights_load(path, digest, "head.", &p, w, &err), 0);
    for (int i = 0; i < p.n; i++) {
        const struct param *item = &p.items[i];
        bool is_head = strncmp(item->name, "head.", 5) == 0;

        assert_memory_equal(w + item->offset, (is_head ? fresh : saved) + item->offset,
                            item->size * sizeof *w);
    }
}

/* Checkpoints are published so: F16 and BF16 are taken, and what is excepted may be anything. */
static void test_halves_are_taken(void **state)
{
    static const enum tensor_type types[] = {TENSOR_F16, TENSOR_BF16};
    struct params p = build("mlp", "model.hidden = [5]\n");
    float *w = random_weights(&p, 2);
    struct error err;

    (void)state;
    for (size_t k = 0; k < sizeof types / sizeof *types; k++) {
        struct tensor tensors[8];
        size_t n = 0;

        assert_in_range(p.n, 1, 7);
        for (int i = 0; i < p.n; i++) {
            const struct param *item = &p.items[i];
            uint16_t *halves = arena_alloc(&arena, item->size * sizeof *halves);

            for (size_t j = 0; j < item->size; j++)
                halves[j] = types[k] == TENSOR_F16 ? 0x3e00 : 0x3fc0; /* 1.5 */
            tensors[n] = (struct tensor){
                .name = item->name, .type = types[k], .n_dims = item->n_dims, .bytes = halves};
            for (int d = 0; d < item->n_dims; d++)
                tensors[n].dims[d] = (size_t)item->dims[d];
            n++;
        }
        tensors[n++] = (struct tensor){
            .name = "extra.mask", .type = TENSOR_BOOL, .n_dims = 1, .dims = {1}, .bytes = "\1"};
        assert_int_equal(safetensors_write(path, tensors, (int)n, NULL, &err), 0);
        assert_int_equal(weights_digest(path, digest, &err), 0);
        refused(&p, "", "no parameter of the model is its tensor \"extra.mask\"");
        if (weights_load(path, digest, "extra.", &p, w, &err) < 0)
            fail_msg("%s", err.text);
        for (int i = 0; i < p.n; i++)
            for (size_t j = 0; j < p.items[i].size; j++)
                assert_true(w[p.items[i].offset + j] == 1.5f);
    }
}

static void expect_found(const char *name, const char *root, const char *wanted)
{
    struct error err;
    const char *found = weights_find(name, root, &arena, &err);

    assert_string_equal(found ? found : err.text, wanted);
}

/* Here, else below the data root; of a folder the file in it. */
static void test_where_files_are(void **state)
{
    const char *below = arena_printf(&arena, "%s/model.safetensors", folder), *missing;
    const char *outside = arena_printf(&arena, "../%s", folder + 1);
    struct params p = build("mlp", "model.hidden = [1]\n");

    (void)state;
    save(&p, random_weights(&p, 1));
    expect_found(path, NULL, path);
    expect_found("w.safetensors", folder, path);
    expect_found("v.safetensors", folder,
                 arena_printf(&arena, "there is no \"v.safetensors\", here or below \"%s\"", folder));
    missing = arena_printf(&arena, "there is no \"%s/model.safetensors\"", folder);
    expect_found(folder, NULL, missing);
    expect_found(folder, folder, missing);
    expect_found(outside, "/tmp", arena_printf(&arena, "there is no \"%s\"", outside));
    assert_int_equal(rename(path, below), 0);
    expect_found(folder, NULL, below);
    expect_found(folder + strlen("/tmp/"), "/tmp", below);
    unlink(below);
}

/* F64 has numbers that no F32 is: it is refused by name. */
static void test_doubles_are_refused(void **state)
{
    struct params p = build("mlp", "model.hidden = []\n");
    const struct param *item = &p.items[0];
    struct tensor t = {.name = item->name, .type = TENSOR_F64, .n_dims = 2,
                       .dims = {(size_t)item->dims[0], (size_t)item->dims[1]},
                       .bytes = arena_alloc(&arena, item->size * sizeof(double))};
    struct error err;

    (void)state;
    assert_int_equal(safetensors_write(path, &t, 1, NULL, &err), 0);
    assert_int_equal(weights_digest(path, digest, &err), 0);
    refused(&p, "", "is F64 [3, 128], not F32, F16 or BF16 [3, 128]");
}

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/w.safetensors", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    arena_release(&arena);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_saved_is_loaded),
        cmocka_unit_test(test_files_have_pytorchs_order),
        cmocka_unit_test(test_convolutions_have_pytorchs_order),
        cmocka_unit_test(test_the_cnn_starts_as_pytorchs),
        cmocka_unit_test(test_variances_below_zero_are_refused),
        cmocka_unit_test(test_what_does_not_fit_is_refused),
        cmocka_unit_test(test_the_rest_is_taken_over),
        cmocka_unit_test(test_halves_are_taken),
        cmocka_unit_test(test_where_files_are),
        cmocka_unit_test(test_doubles_are_refused),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
