/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What samplers draw: how often each example, by which groups, exactly which of them, and where they have none. */
#include "learn/config/config.h"
#include "learn/protocol/training_list.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

/* Twelve examples of three classes in two environments; of class 1 in environment 1 and of class 2 in 0 there is none,
 * and example 11 is there three times, as errors of just-train-twice are. */
enum { N = 14, N_EXAMPLES = 12, N_CLASSES = 3, N_ENVIRONMENTS = 2 };

static const uint32_t list[N] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 11, 11};
static const uint16_t labels[N_EXAMPLES] = {0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 2};
static const uint16_t environments[N_EXAMPLES] = {0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1};
static const struct objective_data data = {.n_classes = N_CLASSES, .n_environments = N_ENVIRONMENTS};

/* balanced by what `name` says. */
static struct sampler balanced(const char *name, struct arena *arena)
{
    struct settings s;
    struct error err;
    const struct component *c = component_find(&sampler_kind, "balanced", &err);
    void *config;

    settings_init(&s, arena);
    settings_set(&s, "sampler.by", value_string(name));
    assert_int_equal(component_configure(c, "sampler", &s, arena, &config, &err), 0);
    return (struct sampler){(const struct sampler_type *)c, config};
}

static struct sampler_groups grouped(const struct sampler *s, struct arena *arena)
{
    return sampler_group(s, &(struct sampler_list){list, N, labels, environments, &data}, arena);
}

/* The probability of an example in a draw: its groups are as likely, and its places in one. */
static double probability(int by, int example)
{
    bool is_there[N_CLASSES * N_ENVIRONMENTS] = {false};
    int own = objective_group_of(by, labels[example], environments[example], &data), n_groups = 0, n = 0, n_places = 0;

    for (int i = 0; i < N; i++) {
        int g = objective_group_of(by, labels[list[i]], environments[list[i]], &data);

        n += g == own;
        n_places += list[i] == (uint32_t)example;
        n_groups += !is_there[g];
        is_there[g] = true;
    }
    return (double)n_places / (n_groups * n);
}

/* Under each seed a chi-square of 11 degrees of freedom: above 31.3 once in 1,000, above 60 once in 10^8. */
static void test_frequencies(void **state)
{
    enum { N_DRAWS = 20000, N_SEEDS = 5 };
    const double MOST = 60;
    static uint32_t drawn[N_DRAWS];

    (void)state;
    for (int by = BY_CLASS; by < BY_NONE; by++) {
        struct arena arena = {0};
        struct sampler s = balanced(objective_by_names[by], &arena);
        struct sampler_groups groups = grouped(&s, &arena);

        assert_int_equal(groups.n, by == BY_BOTH ? 4 : by == BY_CLASS ? 3 : 2);
        assert_int_equal(groups.ends[groups.n - 1], N);
        for (uint64_t seed = 0; seed < N_SEEDS; seed++) {
            int counts[N_EXAMPLES] = {0};
            double chi2 = 0;

            s.type->draw(&groups, N_DRAWS, rng_seed(seed), drawn);
            for (int i = 0; i < N_DRAWS; i++)
                counts[drawn[i]]++;
            for (int i = 0; i < N_EXAMPLES; i++) {
                double want = N_DRAWS * probability(by, i);

                chi2 += (counts[i] - want) * (counts[i] - want) / want;
            }
            if (chi2 > MOST)
                fail_msg("by %s, seed %d: chi-square %g", objective_by_names[by], (int)seed, chi2);
        }
        arena_release(&arena);
    }
}

/* An epoch has as many draws as there are examples, whichever was drawn before: a run goes on anywhere. The draws were
 * recorded from this code, so that a stored spec keeps its meaning. */
static void test_epochs(void **state)
{
    static const uint32_t want[2][N] = {{7, 9, 7, 6, 3, 4, 8, 11, 8, 8, 1, 7, 5, 10},
                                     {11, 0, 11, 8, 2, 7, 9, 11, 11, 8, 7, 2, 11, 8}};
    struct arena arena = {0};
    struct sampler s = balanced("class", &arena);
    struct sampler_groups groups = grouped(&s, &arena);
    uint32_t order[N];
    struct training_list stage = {
        .n = N, .list = list, .sampler = s.type, .groups = &groups, .rng = rng_seed(7), .order = order, .order_epoch = -1};

    (void)state;
    for (int i = 3; i >= 0; i--) {
        training_list_draw(&stage, i % 2);
        assert_int_equal(stage.order_epoch, i % 2);
        assert_memory_equal(order, want[i % 2], sizeof order);
    }
    arena_release(&arena);
}

static void test_refused(void **state)
{
    static const struct {
        const char *by;
        struct objective_data data;
        bool is_by_environment;
        const char *says; /* NULL: it is taken */
    } cases[] = {
        {"class", {.n_classes = 2}, false, NULL},
        {"class", {.n_classes = 2, .n_environments = 3}, true, NULL},
        {"environment", {.n_environments = 2}, false, NULL},
        {"class", {.n_environments = 2}, false, "sampler balanced needs the class of each example, which these data do not have"},
        {"both", {.n_classes = 2}, false, "sampler balanced needs the environment of each example"},
        {"environment", {.n_classes = 2}, false, "sampler balanced needs the environment of each example"},
        {"both", {.n_classes = 501, .n_environments = 2}, false, "sampler balanced: 1002 groups are more than 1000"},
        {"both", {.n_classes = 2, .n_environments = 2}, true, "sampler.by = \"both\": a step sees as much of each environment"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = {0};
        struct sampler s = balanced(cases[i].by, &arena);
        struct error err;
        int got = sampler_check(&s, &cases[i].data, cases[i].is_by_environment, &err);

        if (got != (cases[i].says ? -1 : 0) || (cases[i].says && !strstr(err.text, cases[i].says)))
            fail_msg("%zu: %s", i, err.text);
        arena_release(&arena);
    }
}

/* The default is in no spec, as specs from before there were samplers have none. */
static void test_settings(void **state)
{
    static const char base[] = "data = \"shapes\"\ndata.format = \"shapes\"\n";
    static const struct {
        const char *more, *says; /* NULL: it is taken, and without a sampler */
    } cases[] = {
        {"", NULL},
        {"sampler = \"shuffled\"\n", NULL},
        {"sampler = \"shuffled\"\nsampler.by = \"class\"\n", "sampler.by is set, but sampler is not"},
        {"sampler = \"balance\"\n", "unknown sampler \"balance\", did you mean \"balanced\"?"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = {0};
        struct settings s;
        struct error err;
        char text[200];

        settings_init(&s, &arena);
        strcat(strcpy(text, base), cases[i].more);
        assert_int_equal(settings_parse(&s, text, &err), 0);
        if (config_complete(&s, &err) != (cases[i].says ? -1 : 0) || (cases[i].says && !strstr(err.text, cases[i].says)))
            fail_msg("%zu: %s", i, err.text);
        assert_true(cases[i].says || !settings_find(&s, "sampler"));
        if (!cases[i].says)
            assert_string_equal(config_choice(&s, "sampler"), "shuffled");
        arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frequencies),
        cmocka_unit_test(test_epochs),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_settings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
