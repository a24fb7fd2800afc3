/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Settings that came later leave the specs of older runs as they are. */
#include "learn/config/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

struct sample {
    double rate, later;
};

static const struct hparam hparams[] = {
    {"rate", HPARAM_NUMBER, offsetof(struct sample, rate), .fallback = "2", .high = 10},
    {"later", HPARAM_NUMBER, offsetof(struct sample, later), .fallback = "3", .high = 10,
     .is_later = true},
    {0},
};

static const struct component component = {
    .name = "sample", .hparams = hparams, .config_size = sizeof(struct sample)};

/* What becomes of the settings `text`: their text with defaults, and both values. */
static void check(const char *text, const char *want_text, double want_rate, double want_later)
{
    struct arena arena = {0};
    struct settings s;
    struct text t = {0};
    struct error err;
    void *config;

    settings_init(&s, &arena);
    assert_int_equal(settings_parse(&s, text, &err), 0);
    component_defaults(&component, "x", &s);
    settings_write(&t, &s);
    assert_string_equal(t.s, want_text);
    text_release(&t);
    assert_int_equal(component_configure(&component, "x", &s, &arena, &config, &err), 0);
    assert_true(((struct sample *)config)->rate == want_rate);
    assert_true(((struct sample *)config)->later == want_later);
    arena_release(&arena);
}

static void test_a_later_default_is_left_out(void **state)
{
    (void)state;
    check("", "x.rate = 2\n", 2, 3);
    check("x.later = 3\n", "x.rate = 2\n", 2, 3);
    check("x.later = 4\n", "x.later = 4\nx.rate = 2\n", 2, 4);
}

/* Of all that there are: a run's settings name none at its default. */
static void test_specs_are_free_of_later_defaults(void **state)
{
    struct arena arena = {0};
    struct settings s;
    struct error err;

    (void)state;
    settings_init(&s, &arena);
    settings_set(&s, "data", value_string("shapes"));
    settings_set(&s, "data.format", value_string("shapes"));
    assert_int_equal(config_complete(&s, &err), 0);
    for (int i = 0; i < s.n_items; i++) {
        const char *name = s.items[i].name;
        const struct config_slot *slot = config_slot_of(name);
        const struct component *type = NULL;
        const struct hparam *h;

        if (!slot || !strchr(name, '.') || strcmp(name, slot->chooser ? slot->chooser : "") == 0)
            continue;
        if (slot->kind)
            type = component_find(slot->kind, settings_string(&s, slot->chooser), &err);
        h = config_hparam(slot, type, strchr(name, '.') + 1, &err);
        assert_non_null(h);
        assert_false(h->is_later);
    }
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_later_default_is_left_out),
        cmocka_unit_test(test_specs_are_free_of_later_defaults),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
