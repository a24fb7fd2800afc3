/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Features from a safetensors file: rows by environment or by part, names, and each thing that can be wrong with such
 * a file in one line. */
#include "data/dataset.h"
#include "io/safetensors.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { N = 6, D = 2 };

static char root[] = "/tmp/rgdbench_features_XXXXXX";
static char path[64];
static struct arena arena;

static const float features[N][D] = {{0, 1}, {2, 3}, {4, 5}, {6, 7}, {8, 9}, {10, 11}};
static const int64_t labels[N] = {1, 0, 2, 1, 0, 2};
static const int32_t environments[N] = {1, 0, 1, 0, 1, 0};
static const uint8_t parts[N] = {0, 1, 2, 0, 1, 0};

/* A file of these; NULL: left out. `classes`: in its metadata. */
struct content {
    struct tensor features, labels, environments, parts;
    const char *classes;
};

static struct content whole(void)
{
    return (struct content){
        .features = {.name = "features", .type = TENSOR_F32, .n_dims = 2, .dims = {N, D}, .bytes = features},
        .labels = {.name = "labels", .type = TENSOR_I64, .n_dims = 1, .dims = {N}, .bytes = labels},
        .environments = {.name = "environments", .type = TENSOR_I32, .n_dims = 1, .dims = {N}, .bytes = environments},
        .parts = {.name = "parts", .type = TENSOR_U8, .n_dims = 1, .dims = {N}, .bytes = parts},
        .classes = "ant\nbee\ncat\n"};
}

static void write_file(const struct content *c)
{
    const struct tensor *all[] = {&c->features, &c->labels, &c->environments, &c->parts};
    struct tensor tensors[4];
    struct settings metadata;
    struct error err;
    int n = 0;

    settings_init(&metadata, &arena);
    if (c->classes)
        settings_set(&metadata, "classes", value_string(c->classes));
    for (int i = 0; i < 4; i++)
        if (all[i]->bytes)
            tensors[n++] = *all[i];
    if (safetensors_write(path, tensors, n, &metadata, &err) < 0)
        fail_msg("%s", err.text);
}

static int open_as(const char *format, struct dataset *d, struct error *err)
{
    struct settings description, s;
    struct dataset_source source = {"mine", root, &description, NULL};

    settings_init(&description, &arena);
    settings_init(&s, &arena);
    settings_set(&description, "format", value_string(format));
    settings_set(&description, "file", value_string("features.safetensors"));
    return dataset_open(d, &source, &s, err);
}

static struct dataset opened(const char *format, const struct content *c)
{
    struct dataset d;
    struct error err;

    write_file(c);
    if (open_as(format, &d, &err) < 0)
        fail_msg("%s", err.text);
    return d;
}

static void check_rows(const struct pool *pool, int n, const int *rows)
{
    assert_int_equal(pool->n, n);
    for (int i = 0; i < n; i++) {
        assert_memory_equal(pool->values[0].numbers + i * D, features[rows[i]], sizeof features[0]);
        assert_int_equal(pool->labels[i], labels[rows[i]]);
    }
}

static void test_environments(void **state)
{
    struct content c = whole();
    struct dataset d;

    (void)state;
    c.parts.bytes = NULL;
    d = opened("environment_features", &c);
    check_rows(&d.train, N, (const int[]){1, 3, 5, 0, 2, 4}); /* by environment, each in the file's order */
    assert_int_equal(d.test.n, 0);
    assert_true(d.has_environments);
    assert_int_equal(d.n_groups, 2);
    assert_string_equal(d.group_names[1], "1");
    assert_string_equal(d.class_names[1], "bee");
    assert_int_equal(d.signature.fields[0].shape[0], D);
    dataset_close(&d);
}

static void test_parts(void **state)
{
    struct content c = whole();
    struct dataset d = opened("features", &c);

    (void)state;
    check_rows(&d.train, 4, (const int[]){0, 3, 5, 2}); /* validation last */
    check_rows(&d.test, 2, (const int[]){1, 4});
    assert_int_equal(d.n_validation, 1);
    assert_false(d.has_environments);
    assert_int_equal(d.n_groups, 2);
    assert_int_equal(d.test.groups[1], 1);
    dataset_close(&d);

    c.environments.bytes = c.parts.bytes = c.classes = NULL; /* features and labels alone */
    d = opened("features", &c);
    check_rows(&d.train, N, (const int[]){0, 1, 2, 3, 4, 5});
    assert_int_equal(d.test.n + d.n_groups + d.n_validation, 0);
    assert_string_equal(d.class_names[2], "2");
    dataset_close(&d);
}

static void test_doubles(void **state)
{
    double wide[N][D];
    struct content c = whole();
    struct dataset d;

    (void)state;
    for (int i = 0; i < N * D; i++)
        wide[i / D][i % D] = (double)features[i / D][i % D];
    c.features.type = TENSOR_F64;
    c.features.bytes = wide;
    d = opened("features", &c);
    check_rows(&d.train, 4, (const int[]){0, 3, 5, 2});
    dataset_close(&d);
}

static void test_refused(void **state)
{
    static const int64_t negative[N] = {0, -1, 0, 0, 0, 0};
    static const float infinite[N][D] = {{0, 1}, {2, INFINITY}};
    static const uint8_t tested[N] = {1, 1, 1, 1, 1, 1};
    const struct content c = whole();
    struct {
        const char *format, *text;
        struct content content;
    } cases[] = {
        {"features", "it has no tensor \"features\"", c},
        {"features", "it has no tensor \"labels\"", c},
        {"features", "its \"features\" are not rows of features", c},
        {"features", "its \"labels\" are not one number for each of the 6 rows", c},
        {"features", "row 1 of \"labels\" is -1, not from 0 to 999", c},
        {"features", "row 1 of \"features\" is not finite at column 1", c},
        {"features", "2 names are in its \"classes\", and numbers go from 0 to 2", c},
        {"features", "two of its \"classes\" are called \"ant\"", c},
        {"features", "its \"parts\" have no row to train on", c},
        {"features", "its \"labels\" are 0 in all rows: two classes are wanted at least", c},
        {"features", "its \"classes\" are \"ant, bee, cat\": a name a line is wanted, and no \",\" between", c},
        {"features", "its \"environments\" are F32, not whole numbers", c},
        {"environment_features", "it has no tensor \"environments\"", c},
        {"environment_features", "environments are held out instead", c},
        {"environment_features", "environment 0 (\"0\") has no row", c},
    };
    struct dataset d;

    (void)state;
    cases[0].content.features.bytes = NULL;
    cases[1].content.labels.bytes = NULL;
    cases[2].content.features.n_dims = 1;
    cases[3].content.labels.dims[0] = 5;
    cases[4].content.labels.bytes = negative;
    cases[5].content.features.bytes = infinite;
    cases[6].content.classes = "ant\nbee";
    cases[7].content.classes = "ant\nbee\nant";
    cases[8].content.parts.bytes = tested;
    cases[9].content.labels.bytes = (const int64_t[]){0, 0, 0, 0, 0, 0};
    cases[10].content.classes = "ant, bee, cat";
    cases[11].content.environments.type = TENSOR_F32;
    cases[12].content.environments.bytes = NULL;
    cases[14].content.environments.bytes = (const int32_t[]){1, 1, 1, 1, 1, 1};
    cases[14].content.parts.bytes = NULL;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error err;

        write_file(&cases[i].content);
        assert_int_equal(open_as(cases[i].format, &d, &err), -1);
        if (!strstr(err.text, cases[i].text))
            fail_msg("case %zu: %s", i, err.text);
    }
    unlink(path);
    {
        struct error err;

        assert_int_equal(open_as("features", &d, &err), -1);
        assert_non_null(strstr(err.text, "features.safetensors"));
    }
}

static int begin(void **state)
{
    (void)state;
    if (!mkdtemp(root))
        return -1;
    snprintf(path, sizeof path, "%s/features.safetensors", root);
    return 0;
}

static int end(void **state)
{
    (void)state;
    unlink(path);
    rmdir(root);
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_environments),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_doubles),
        cmocka_unit_test(test_refused),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
