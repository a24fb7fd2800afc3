/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs on texts of unequal length: the same bits on any threads and stopped anywhere, by objectives that reach an example
 * and the batch, and what says no to texts. */
#include "run_fixture.h"

static struct settings text_settings(const char *model, const char *more)
{
    struct settings s;
    struct error err;

    settings_init(&s, &arena);
    set(&s, "data = \"drawn_text\"\ndata.format = \"drawn_text\"\ndata.train = 150\ndata.test = 40\ndata.pairs = true\n"
            "data.validation = 10\ntrain.epochs = 2\ntrain.batch = 24\ntrain.micro_batch = 64\ntrain.lr = 0.003\n"
            "optimizer = \"adamw\"\noptimizer.ema = 0.9\noptimizer.clip_norm = 1\n");
    settings_set(&s, "model", value_string(model));
    set(&s, "model.dim = 16\nmodel.heads = 2\nmodel.depth = 2\nmodel.positions = 64\n");
    set(&s, more);
    if (config_complete(&s, &err) < 0)
        fail_msg("%s: %s", model, err.text);
    return s;
}

static int open_texts(void **state)
{
    struct settings s, description;
    struct dataset_source source = {"drawn_text", NULL, &description, NULL};
    struct error err;

    if (set_up(state) < 0)
        return -1;
    dataset_close(&dataset);
    settings_init(&description, &arena);
    set(&description, "format = \"drawn_text\"\n");
    s = text_settings("bert", "");
    if (dataset_open(&dataset, &source, &s, &err) < 0)
        fail_msg("%s", err.text);
    return 0;
}

/* On two and four threads, and stopped at some places. */
static void check(const char *model, const char *more)
{
    const struct settings s = text_settings(model, more);
    struct witness w, v;
    struct run_result want = whole(&s, &w, NEVER), got;

    for (int n_threads = 2; n_threads <= 4; n_threads += 2) {
        v = (struct witness){.stop_at = NEVER};
        unlink(path);
        assert_int_equal(call(&s, &v, n_threads, NEVER, &got), RUN_FINISHED);
        same(&got, &v, &want, &w);
        release(&v);
    }
    release(&w);
    check_stopped_run(&s, 5);
}

static void test_same_bits(void **state)
{
    (void)state;
    check("bert", "objective = \"rgd\"\n");
    check("bert", "objective = \"kl_dro\"\nmodel.pool = \"mean\"\npenalty = \"sd\"\n");
    check("distilbert", "objective = \"cvar\"\nobjective.trim = 0.1\noptimizer.sam = 0.05\nmodel.dropout = 0\n");
}

/* Nothing of a text but its tokens reaches the weights: what stands behind the end is not looked at. */
static void test_padding(void **state)
{
    struct settings s = text_settings("bert", "");
    const struct field *field = &dataset.signature.fields[0];
    int32_t *tokens = (int32_t *)dataset.train.values[0].codes;
    const int32_t *lengths = dataset.train.values[1].codes;
    int32_t *padded = arena_alloc(&arena, (size_t)dataset.train.n * field_size(field) * sizeof *padded);
    struct witness w, v;
    struct run_result want = whole(&s, &w, NEVER), got;

    (void)state;
    memcpy(padded, tokens, (size_t)dataset.train.n * field_size(field) * sizeof *padded);
    for (int i = 0; i < dataset.train.n; i++)
        for (int k = lengths[2 * i]; k < field->shape[0]; k++)
            padded[(size_t)i * field_size(field) + (size_t)k] = 1000000;
    dataset.train.values[0].codes = padded;
    got = whole(&s, &v, NEVER);
    dataset.train.values[0].codes = tokens;
    same(&got, &v, &want, &w);
    release(&v);
    release(&w);
}

static void test_refused(void **state)
{
    static const struct {
        const char *model, *more, *wanted;
    } cases[] = {
        {"bert", "transform = \"mixup\"\n", "transform mixup"},
        {"bert", "model.positions = 8\n", "it has 8 positions"},
        {"bert", "model.dim = 17\nmodel.heads = 2\n", "model.heads 2 does not divide model.dim 17"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct settings s = text_settings(cases[i].model, cases[i].more);
        const struct run_input input = {.settings = &s, .dataset = &dataset, .n_threads = 1};
        struct error err;

        assert_int_equal(run_check(&input, NULL, &err), -1);
        if (!strstr(err.text, cases[i].wanted))
            fail_msg("said \"%s\", wanted \"%s\"", err.text, cases[i].wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bits),
        cmocka_unit_test(test_padding),
        cmocka_unit_test(test_refused),
    };

    return cmocka_run_group_tests(tests, open_texts, tear_down);
}
