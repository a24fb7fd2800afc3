/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs on a table, with each model that reads one: nothing of rows that are not trained on reaches the weights, the
 * same bits on any threads and stopped anywhere, groups that objectives weigh and measures judge. */
#include "run_fixture.h"

static struct dataset table;

static struct dataset drawn(int n, int n_test)
{
    struct settings description, s;
    struct dataset_source source = {"drawn_table", NULL, &description, NULL};
    struct dataset d;
    struct error err;

    settings_init(&description, &arena);
    settings_init(&s, &arena);
    set(&description, "format = \"drawn_table\"\n");
    set(&s, arena_printf(&arena, "data.train = %d\ndata.test = %d\ndata.noise = 0.5\n"
                         "data.missing_share = 0.1\n", n, n_test));
    if (dataset_open(&d, &source, &s, &err) < 0)
        fail_msg("%s", err.text);
    return d;
}

static int open_table(void **state)
{
    if (set_up(state) < 0)
        return -1;
    table = drawn(200, 100);
    return 0;
}

static int close_table(void **state)
{
    dataset_close(&table);
    return tear_down(state);
}

static struct settings table_settings(const char *model, const char *more)
{
    struct settings s;
    struct error err;

    settings_init(&s, &arena);
    set(&s, "data = \"drawn_table\"\ndata.format = \"drawn_table\"\ndata.train = 200\ndata.test = 100\n"
            "data.validation_share = 0.2\ntrain.epochs = 3\ntrain.batch = 32\ntrain.micro_batch = 8\ntrain.lr = 0.003\n"
            "optimizer = \"adamw\"\n");
    settings_set(&s, "model", value_string(model));
    if (strcmp(model, "ft_transformer") == 0) /* a small one */
        set(&s, "model.dim = 16\nmodel.heads = 2\nmodel.depth = 2\nmodel.hidden = 16\n");
    set(&s, more);
    if (config_complete(&s, &err) < 0)
        fail_msg("%s: %s", model, err.text);
    return s;
}

static int try_run(const struct dataset *d, const struct settings *s, struct witness *w, int n_threads,
                   struct run_result *result, struct error *err)
{
    const struct checkpoint checkpoint = {path, "key", NEVER};
    const struct run_input input = {.settings = s, .dataset = d, .n_threads = n_threads, .checkpoint = &checkpoint};
    const struct run_observer observer = {.context = w, .evaluated = evaluated, .should_stop = should_stop,
                                          .save = save, .restore = restore, .tell = tell};

    return run_train(&input, &observer, result, err);
}

static struct run_result run_on(const struct dataset *d, const struct settings *s, struct witness *w, int n_threads)
{
    struct run_result result;
    struct error err;

    *w = (struct witness){.stop_at = NEVER};
    unlink(path);
    if (try_run(d, s, w, n_threads, &result, &err) < 0)
        fail_msg("%s", err.text);
    return result;
}

/* The i-th model that reads tables; NULL behind the last. */
static const char *next_model(int *i)
{
    const struct component *c;

    while ((c = model_kind.at((*i)++))) {
        struct settings s = table_settings(c->name, "");
        const struct run_input input = {.settings = &s, .dataset = &table, .n_threads = 1};
        struct error err;

        if (run_check(&input, NULL, &err) == 0)
            return c->name;
        assert_true(strstr(err.text, "it reads pictures") || strstr(err.text, "it reads texts"));
    }
    return NULL;
}

/* All values of rows that are not `kept` are others; what is missing is not, and what is there is. */
static struct pool changed(const struct pool *pool, const bool *is_kept)
{
    struct pool p = *pool;
    int n_numbers = table.signature.fields[0].shape[0], n_categories = table.signature.fields[1].shape[0];
    float *x = arena_alloc(&arena, (size_t)(p.n * n_numbers) * sizeof *x);
    int32_t *codes = arena_alloc(&arena, (size_t)(p.n * n_categories) * sizeof *codes);

    memcpy(x, p.values[0].numbers, (size_t)(p.n * n_numbers) * sizeof *x);
    memcpy(codes, p.values[1].codes, (size_t)(p.n * n_categories) * sizeof *codes);
    for (int i = 0; i < p.n; i++) {
        if (is_kept && is_kept[i])
            continue;
        for (int c = 0; c < n_numbers; c++)
            x[i * n_numbers + c] = isnan(x[i * n_numbers + c]) ? 1e6f : c == i % n_numbers ? NAN : 3 * x[i * n_numbers + c] - 7;
        for (int c = 0; c < n_categories; c++)
            codes[i * n_categories + c] = (codes[i * n_categories + c] + 1) % table.signature.fields[1].n_levels[c];
    }
    p.values[0].numbers = x;
    p.values[1].codes = codes;
    return p;
}

static void test_no_leak(void **state)
{
    static const char *const preparations[] = {
        "", "data.numbers = \"quantile\"\ndata.missing = \"median\"\ndata.missing_indicator = true\n",
        "data.numbers = \"min_max\"\n", "data.numbers = \"robust\"\n"};
    const char *model;
    struct split split;
    bool is_trained[200] = {false};

    (void)state;
    for (int i = 0; (model = next_model(&i));)
        for (size_t k = 0; k < sizeof preparations / sizeof *preparations; k++) {
            struct settings s = table_settings(model, preparations[k]);
            struct split_config config = {.imbalance = 1, .validation = 50, .validation_share = 0.2, .test_share = 0.2,
                                          .folds = 5};
            struct dataset other = table;
            struct witness w, v;
            struct run_result want = run_on(&table, &s, &w, 1), got;
            struct error err;

            other.test = changed(&table.test, NULL);
            got = run_on(&other, &s, &v, 1);
            assert_string_equal(got.weights_hash, want.weights_hash);
            assert_string_not_equal(v.journal.s, w.journal.s); /* what it says of them is another thing */
            release(&v);

            assert_int_equal(split_make(&table, &config, 0, &arena, &split, &err), 0);
            for (int r = 0; r < split.n_train; r++)
                is_trained[split.train[r]] = true;
            other.train = changed(&table.train, is_trained);
            got = run_on(&other, &s, &v, 1);
            assert_string_equal(got.weights_hash, want.weights_hash);
            release(&v);

            is_trained[split.train[0]] = false; /* the test itself: one row that is trained on is seen */
            other.train = changed(&table.train, is_trained);
            got = run_on(&other, &s, &v, 1);
            assert_string_not_equal(got.weights_hash, want.weights_hash);
            release(&v);
            release(&w);
        }
}

/* A test row that no model has an answer to, or a loss for, ends no run. */
static void test_huge(void **state)
{
    const char *model;
    int n_lost = 0;

    (void)state;
    for (int i = 0; (model = next_model(&i));) {
        struct settings s = table_settings(model, "");
        struct dataset other = table;
        struct witness w, v;
        struct run_result want = run_on(&table, &s, &w, 1), got;
        size_t size = (size_t)(table.test.n * table.signature.fields[0].shape[0]) * sizeof(float);
        float *x = memcpy(arena_alloc(&arena, size), table.test.values[0].numbers, size);

        x[0] = 3e38f;
        other.test.values[0].numbers = x;
        got = run_on(&other, &s, &v, 1);
        assert_int_equal(got.outcome, RUN_FINISHED);
        assert_string_equal(got.weights_hash, want.weights_hash);
        n_lost += strstr(v.journal.s, "inf") || strstr(v.journal.s, "nan");
        release(&v);
        release(&w);
    }
    assert_true(n_lost > 0);
}

static void test_same_bits(void **state)
{
    const char *model;

    (void)state;
    for (int i = 0; (model = next_model(&i));) {
        struct settings s = table_settings(model, "data.numbers = \"quantile\"\n");
        struct witness w, v;
        struct run_result want = run_on(&table, &s, &w, 1), got = run_on(&table, &s, &v, 3);

        same(&got, &v, &want, &w);
        release(&v);
        for (int stop_at = 1, n = 0; stop_at < w.n_polls; stop_at += 1 + w.n_polls / 5, n++) {
            struct error err;

            unlink(path);
            v = (struct witness){.stop_at = stop_at};
            assert_int_equal(try_run(&table, &s, &v, 1 + n % 2, &got, &err), 0);
            assert_int_equal(got.outcome, RUN_STOPPED);
            release(&v);
            v = (struct witness){.stop_at = NEVER};
            assert_int_equal(try_run(&table, &s, &v, 1 + (n + 1) % 2, &got, &err), 0);
            same(&got, &v, &want, &w);
            release(&v);
        }
        release(&w);
    }
}

static double test_mean, test_worst, validation_worst;

static int keep_groups(void *context, const struct run_point *point, struct error *err)
{
    (void)context, (void)err;
    test_mean = metric_value(&point->test.values, "group_mean_accuracy", -1);
    test_worst = metric_value(&point->test.values, "worst_group_accuracy", -1);
    validation_worst = metric_value(&point->validation.values, "worst_group_accuracy", -1);
    return 0;
}

/* Group DRO and a balanced sampler do better than the mean loss on the group that it does worst on; by class and group
 * they run. */
static void test_groups(void **state)
{
    static const char *const objectives[] = {"objective = \"erm\"\n",
                                             "objective = \"group_dro\"\nobjective.by = \"environment\"\n",
                                             "sampler = \"balanced\"\nsampler.by = \"environment\"\n",
                                             "objective = \"group_dro\"\nobjective.by = \"both\"\n"
                                             "sampler = \"balanced\"\nsampler.by = \"both\"\n"};
    struct dataset large = drawn(4000, 4000);
    double worst[4];

    (void)state;
    for (int i = 0; i < 4; i++) {
        struct settings s = table_settings("mlp", "train.epochs = 10\nmodel.hidden = [32]\n");
        const struct checkpoint checkpoint = {NULL, "key", NEVER};
        const struct run_input input = {.settings = &s, .dataset = &large, .n_threads = 1, .checkpoint = &checkpoint};
        struct witness w = {.stop_at = NEVER};
        const struct run_observer observer = {.context = &w, .evaluated = keep_groups, .should_stop = should_stop,
                                              .save = save, .restore = restore, .tell = tell};
        struct run_result result;
        struct error err;

        set(&s, objectives[i]);
        if (config_complete(&s, &err) < 0 || run_train(&input, &observer, &result, &err) < 0)
            fail_msg("%s", err.text);
        assert_true(test_worst <= test_mean && test_worst > 0 && validation_worst > 0);
        worst[i] = test_worst;
    }
    if (worst[1] <= worst[0] || worst[2] <= worst[0])
        fail_msg("%g %g %g", worst[0], worst[1], worst[2]);
    dataset_close(&large);
}

/* A table's groups are what it mixes across; its categories would stand in the way. */
static void test_lisa(void **state)
{
    struct settings s = table_settings("mlp", "transform = \"lisa\"\n"), plain = table_settings("mlp", "");
    struct dataset numbers = table;
    struct witness w = {.stop_at = NEVER}, v = {.stop_at = NEVER};
    struct run_result mixed, other;
    struct error err;

    (void)state;
    numbers.signature.n = 1;
    unlink(path);
    if (try_run(&numbers, &s, &w, 1, &mixed, &err) < 0)
        fail_msg("%s", err.text);
    unlink(path);
    assert_int_equal(try_run(&numbers, &plain, &v, 2, &other, &err), 0);
    assert_string_not_equal(mixed.weights_hash, other.weights_hash);
    numbers.n_groups = 0;
    numbers.train.groups = numbers.test.groups = NULL;
    assert_int_equal(try_run(&numbers, &s, &v, 1, &other, &err), -1);
    assert_non_null(strstr(err.text, "transform lisa mixes environments, and these data name none"));
    release(&w);
    release(&v);
}

static void test_refused(void **state)
{
    static const struct {
        const char *model, *more, *text;
    } cases[] = {
        {"mlp", "data.augment = \"crop_flip\"\n", "data.augment changes pictures; these data have numbers"},
        {"mlp", "penalty = \"coral\"\n", "penalty coral compares environments, and these data name none"},
        {"mlp", "transform = \"mixup\"\n", "transform mixup blends examples; these data have categories"},
        {"vit", "", "model vit: it reads pictures; these data have numbers"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct settings s = table_settings(cases[i].model, cases[i].more);
        const struct run_input input = {.settings = &s, .dataset = &table};
        struct error err;

        assert_int_equal(run_check(&input, NULL, &err), -1);
        if (!strstr(err.text, cases[i].text))
            fail_msg("%zu: %s", i, err.text);
    }
}

/* Numbers that only the test part misses are filled, and have no indicator. */
static void test_missing(void **state)
{
    struct settings s = table_settings("mlp", "data.missing_indicator = true\n"),
                    m = table_settings("mlp", "data.missing = \"median\"\n");
    struct dataset other = table;
    size_t n = (size_t)(table.train.n * table.signature.fields[0].shape[0]);
    float *x = memcpy(arena_alloc(&arena, n * sizeof *x), table.train.values[0].numbers, n * sizeof *x);
    struct run_input input = {.settings = &s, .dataset = &other};
    struct error err;

    (void)state;
    for (size_t i = 0; i < n; i++)
        x[i] = isnan(x[i]) ? 0 : x[i];
    other.train.values[0].numbers = x;
    assert_int_equal(run_check(&input, NULL, &err), -1);
    assert_non_null(strstr(err.text, "data.missing_indicator does nothing: the training part misses no number"));
    input.settings = &m;
    assert_int_equal(run_check(&input, NULL, &err), 0);
    other.test = other.train;
    assert_int_equal(run_check(&input, NULL, &err), -1);
    assert_non_null(strstr(err.text, "data.missing does nothing: these data miss no number"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_leak),
        cmocka_unit_test(test_huge),
        cmocka_unit_test(test_same_bits),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_lisa),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_missing),
    };

    return cmocka_run_group_tests(tests, open_table, close_table);
}
