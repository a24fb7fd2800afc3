/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs on data with environments: the same bits on any number of threads, stopped and gone on,
 * under every penalty; nothing of a held-out environment is trained on; what is frozen stays. */
#include "learn/config/config.h"
#include "learn/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { NEVER = 1000000 };

static char folder[] = "/tmp/rgdbench-test-XXXXXX";
static char path[100];
static struct arena arena;
static struct dataset dataset;

struct witness {
    struct text journal;
    int n_polls, stop_at;
};

static int evaluated(void *context, const struct run_point *point, struct error *err)
{
    struct witness *w = context;

    (void)err;
    text_printf(&w->journal, "%ld %a %a %a", point->step, point->train_loss,
                metric_value(&point->validation.values, "accuracy", -1),
                metric_value(&point->test.values, "accuracy", -1));
    for (int i = 0; i < point->n_parts; i++)
        text_printf(&w->journal, " %s %a", point->parts[i].name, point->parts[i].result.loss);
    text_printf(&w->journal, "\n");
    return 0;
}

static bool should_stop(void *context, long step, long n_steps)
{
    struct witness *w = context;

    assert_true(step >= 0 && step <= n_steps);
    return ++w->n_polls >= w->stop_at;
}

static void save(void *context, struct text *t)
{
    struct witness *w = context;

    text_add(t, w->journal.s ? w->journal.s : "", w->journal.size);
}

static int restore(void *context, const char *journal, struct error *err)
{
    struct witness *w = context;

    (void)err;
    text_printf(&w->journal, "%s", journal);
    return 0;
}

static void tell(void *context, const char *line)
{
    (void)context, (void)line;
}

static struct settings settings_with(const char *more)
{
    static const char common[] =
        "data = \"shapes_domains\"\ndata.format = \"shapes_domains\"\ndata.per_class = 3\n"
        "data.test_envs = [1]\ndata.steps = 12\ndata.every = 5\nmodel = \"mlp\"\n"
        "model.hidden = [20]\noptimizer = \"adam\"\ntrain.batch = 8\ntrain.micro_batch = 5\n"
        "train.lr = 0.003\ntrain.seed = 4\n";
    const char *texts[] = {common, more};
    struct settings s, one;
    struct error err;

    settings_init(&s, &arena);
    for (int k = 0; k < 2; k++) {
        settings_init(&one, &arena);
        if (settings_parse(&one, texts[k], &err) < 0)
            fail_msg("%s", err.text);
        for (int i = 0; i < one.n_items; i++)
            settings_set(&s, one.items[i].name, one.items[i].value);
    }
    if (config_complete(&s, &err) < 0)
        fail_msg("%s", err.text);
    return s;
}

static int call(const struct settings *s, struct witness *w, int n_threads, double interval,
                struct run_result *result, struct error *err)
{
    const struct checkpoint checkpoint = {path, "key", interval};
    const struct run_input input = {
        .settings = s, .dataset = &dataset, .n_threads = n_threads, .checkpoint = &checkpoint};
    const struct run_observer observer = {.context = w,
                                          .evaluated = evaluated,
                                          .should_stop = should_stop,
                                          .save = save,
                                          .restore = restore,
                                          .tell = tell};

    return run_train(&input, &observer, result, err);
}

static void check_bits(const char *more)
{
    struct settings s = settings_with(more);
    struct witness want = {.stop_at = NEVER}, told = {.stop_at = NEVER};
    struct run_result whole, got;
    struct error err;
    int n_stops = 0;

    unlink(path);
    if (call(&s, &want, 1, NEVER, &whole, &err) < 0)
        fail_msg("%s: %s", more, err.text);
    assert_int_equal(whole.outcome, RUN_FINISHED);
    assert_int_equal(whole.last_step, 12);
    unlink(path);
    assert_int_equal(call(&s, &told, 3, NEVER, &got, &err), 0);
    assert_string_equal(got.weights_hash, whole.weights_hash);
    assert_string_equal(told.journal.s, want.journal.s);
    text_release(&told.journal);
    unlink(path);
    do {
        text_release(&told.journal);
        told = (struct witness){.stop_at = 25};
        assert_int_equal(call(&s, &told, 1 + n_stops % 3, 0, &got, &err), 0);
    } while (got.outcome == RUN_STOPPED && ++n_stops < 100);
    assert_in_range(n_stops, 2, 99);
    assert_string_equal(got.weights_hash, whole.weights_hash);
    assert_string_equal(told.journal.s, want.journal.s);
    text_release(&told.journal);
    text_release(&want.journal);
}

static void test_every_penalty(void **state)
{
    const struct component *c;

    (void)state;
    for (int i = 0; (c = penalty_kind.at(i)); i++) {
        const char *more = arena_printf(&arena, "penalty = \"%s\"\n", c->name);

        if (component_hparam(c, "anneal"))
            more = arena_printf(&arena, "%spenalty.anneal = 6\n", more);
        check_bits(more);
    }
}

static void test_objectives_by_environment(void **state)
{
    (void)state;
    check_bits("");
    check_bits("transform = \"mixup_domains\"\npenalty = \"coral\"\n");
    check_bits("data.augment = \"domainbed\"\n");
    check_bits("sampler = \"balanced\"\n");
    check_bits("transform = \"lisa\"\noptimizer.sam = 0.05\n");
    check_bits("objective = \"group_dro\"\nobjective.by = \"environment\"\n");
    check_bits("objective = \"vrex\"\nobjective.by = \"environment\"\nobjective.anneal = 6\n");
    check_bits("objective = \"group_dro\"\nobjective.by = \"both\"\nobjective.adjustment = 1\n");
    check_bits("objective = \"term\"\nobjective.by = \"both\"\n");
    check_bits("objective = \"rgd\"\npenalty = \"frr\"\noptimizer.sam = 0.05\n");
}

/* After the first step, and every five from there, and at the end; as DomainBed does. */
static void test_when_it_looks(void **state)
{
    struct settings s = settings_with("");
    struct witness w = {.stop_at = NEVER};
    struct run_result result;
    struct error err;
    const char *line;
    long steps[8];
    int n = 0;

    (void)state;
    unlink(path);
    assert_int_equal(call(&s, &w, 1, NEVER, &result, &err), 0);
    for (line = w.journal.s; *line && n < 8; line = strchr(line, '\n') + 1)
        steps[n++] = strtol(line, NULL, 10);
    assert_int_equal(n, 4);
    assert_int_equal(steps[0], 1);
    assert_int_equal(steps[1], 6);
    assert_int_equal(steps[2], 11);
    assert_int_equal(steps[3], 12);
    text_release(&w.journal);
}

/* The names of the parts in the last line of a run's journal; its figures of test and
 * validation in *ret_figures. */
static const char *parts_of(const char *more, const char **ret_figures)
{
    struct settings s = settings_with(more);
    struct witness w = {.stop_at = NEVER};
    struct run_result result;
    struct text names = {0};
    struct error err;
    const char *line, *copy;

    unlink(path);
    assert_int_equal(call(&s, &w, 1, NEVER, &result, &err), 0);
    line = strstr(w.journal.s, "\n12 ");
    assert_non_null(line);
    for (const char *at = line; (at = strstr(at, "env")); at += 4)
        text_printf(&names, "%.*s ", (int)strcspn(at, " "), at);
    *ret_figures = arena_printf(&arena, "%.*s", (int)(strstr(line, "env") - line), line);
    copy = arena_strdup(&arena, names.s);
    text_release(&names);
    text_release(&w.journal);
    return copy;
}

/* What selection reads; or all, which changes neither training nor what is selected by. */
static void test_which_parts(void **state)
{
    const char *few, *all;

    (void)state;
    assert_string_equal(parts_of("data.test_envs = [3,1]\n", &few),
                        "env0_out env1_in env1_out env2_out env3_in env3_out ");
    assert_string_equal(parts_of("data.test_envs = [3,1]\ndata.parts = \"all\"\n", &all),
                        "env0_in env0_out env1_in env1_out env2_in env2_out env3_in env3_out ");
    assert_string_equal(few, all);
}

/* Batches of a step: equal parts of the training environments' "in", in their order. */
static void test_draws(void **state)
{
    static const struct domain_protocol_config config = {{2, {1, 3}}, 0.2, 12, 5, DOMAIN_PROTOCOL_MEASURED,
                                                         DOMAIN_PROTOCOL_SELECTION};
    struct domain_protocol o;
    struct error err;
    uint32_t indices[2 * 7];

    (void)state;
    assert_int_equal(domain_protocol_open(&o, &dataset, &config, 4, &arena, &err), 0);
    assert_int_equal(o.n_training, 2);
    assert_int_equal(o.n_train, 2 * 24);
    for (uint64_t step = 0; step < 50; step++) {
        domain_protocol_draw(&o, 7, NULL, NULL, rng_index(rng_seed(1), step), indices);
        for (int i = 0; i < 14; i++) {
            const struct domain_split *split = &o.splits[i < 7 ? 0 : 2];
            bool is_in = false;

            assert_int_equal(o.environments[indices[i]], i < 7 ? 0 : 1);
            for (int k = 0; k < split->n_in; k++)
                is_in |= split->in[k] == indices[i];
            assert_true(is_in);
        }
    }
}

static int drawn_trial;

/* The pictures in reverse. */
static void draw(struct dataset *d, int trial)
{
    struct pool *pool = &d->train;
    const unsigned char **pixels = arena_alloc(&d->arena, (size_t)pool->n * sizeof *pixels);

    drawn_trial = trial;
    for (int i = 0; i < pool->n; i++)
        pixels[i] = pool->values[0].bytes[pool->n - 1 - i];
    pool->values[0].bytes = pixels;
}

/* A run trains on what its trial, which is its seed, draws, where the settings say so. */
static void test_drawing(void **state)
{
    static const struct dataset_format format = {.draw = draw};
    const struct dataset_format *own = dataset.format;
    struct settings s = settings_with("");
    struct witness w = {.stop_at = NEVER};
    struct run_result shared, drawn, reversed;
    struct error err;

    (void)state;
    unlink(path);
    drawn_trial = -1;
    dataset.format = &format;
    assert_int_equal(call(&s, &w, 1, NEVER, &shared, &err), 0);
    assert_int_equal(drawn_trial, -1);
    unlink(path);
    settings_set(&s, "data.drawing", value_string("trial"));
    assert_int_equal(call(&s, &w, 1, NEVER, &drawn, &err), 0);
    assert_int_equal(drawn_trial, 4);
    assert_string_not_equal(drawn.weights_hash, shared.weights_hash);
    unlink(path);
    settings_set(&s, "data.drawing", value_string("shared"));
    draw(&dataset, 0); /* what the run drew, as what is there */
    assert_int_equal(call(&s, &w, 1, NEVER, &reversed, &err), 0);
    assert_string_equal(reversed.weights_hash, drawn.weights_hash);
    draw(&dataset, 0);
    dataset.format = own;
    text_release(&w.journal);
}

static void fails(const char *more, const char *part)
{
    struct settings s = settings_with(more);
    const struct run_input input = {.settings = &s, .dataset = &dataset, .n_threads = 1};
    struct error err;

    assert_int_equal(run_check(&input, NULL, &err), -1);
    if (!strstr(err.text, part))
        fail_msg("\"%s\" does not say \"%s\"", err.text, part);
}

static void test_bad_choices(void **state)
{
    (void)state;
    fails("data.test_envs = [4]\n", "data.test_envs has 4; data set \"shapes_domains\" has "
                                    "environments 0 to 3");
    fails("data.test_envs = []\n", "data.test_envs is empty");
    fails("data.test_envs = [0,1,2,3]\n", "leaves no environment to train on");
    fails("data.test_envs = [2,2]\n", "data.test_envs has 2 (\"photo\") twice");
    fails("sampler = \"balanced\"\nsampler.by = \"environment\"\n",
          "sampler.by = \"environment\": a step sees as much of each environment already");
    fails("sampler = \"balanced\"\nsampler.by = \"both\"\n", "by = \"class\" balances the classes of each");
    fails("data.holdout = 0.01\n", "leaves a part of environment 0 empty");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_penalty), cmocka_unit_test(test_objectives_by_environment),
        cmocka_unit_test(test_when_it_looks), cmocka_unit_test(test_which_parts),
        cmocka_unit_test(test_draws),         cmocka_unit_test(test_drawing),
        cmocka_unit_test(test_bad_choices),
    };
    struct settings description, settings;
    struct dataset_source source = {"shapes_domains", NULL, &description, NULL};
    struct error err;
    int n_failed;

    settings_init(&description, &arena);
    settings_set(&description, "format", value_string("shapes_domains"));
    settings = settings_with("");
    if (!mkdtemp(folder) || dataset_open(&dataset, &source, &settings, &err) < 0)
        return 1;
    snprintf(path, sizeof path, "%s/checkpoint", folder);
    n_failed = cmocka_run_group_tests(tests, NULL, NULL);
    dataset_close(&dataset);
    unlink(path);
    rmdir(folder);
    arena_release(&arena);
    return n_failed;
}
