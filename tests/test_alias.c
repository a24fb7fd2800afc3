/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each alias of the table: in a script, as a text and as a word of the command line it comes to the
 * very settings that our own name comes to; and captions name it where a spec has what it needs. */
#include "experiment_fixture.h"

#include "learn/config/alias.h"
#include "learn/config/config.h"
#include "learn/objective/objective.h"
#include "script/script.h"

#include <unistd.h>

/* Its type's own name, with its setting at `value`. */
static const char *own_call(const struct alias *a, double value)
{
    return a->setting ? arena_printf(&arena, "%s { %s = %g }", a->type, a->setting, value)
                      : arena_printf(&arena, "%s {}", a->type);
}

/* The settings that a text of a script comes to, a line each. */
static const char *settings_of(const char *call)
{
    struct settings s;
    struct text t = {0};
    struct error err;
    const char *result;

    settings_init(&s, &arena);
    if (script_parse_component(call, "objective", &s, &err) < 0)
        fail_msg("%s: %s", call, err.text);
    settings_write(&t, &s);
    result = arena_strdup(&arena, t.s);
    text_release(&t);
    return result;
}

static void test_constructors(void **state)
{
    (void)state;
    for (const struct alias *a = aliases; a->name; a++) {
        assert_string_equal(settings_of(arena_printf(&arena, "%s {}", a->name)), settings_of(own_call(a, a->value)));
        if (a->setting)
            assert_string_equal(settings_of(arena_printf(&arena, "%s { %s = 0.3 }", a->name, a->setting)),
                                settings_of(own_call(a, 0.3)));
    }
}

/* As a text and among several, in an experiment's script; the settings of all its runs. */
static const char *plan_of(const char *objective)
{
    const char *source = arena_printf(&arena, "return experiment { title = \"x\", data = shapes {}, methods = { "
                                              "{ \"a\", objective = %s } } }", objective);
    struct experiment *e = arena_alloc(&arena, sizeof *e);
    struct text t = {0};
    struct error err;
    const char *result;
    char path[] = "/tmp/alias.XXXXXX";
    FILE *f = fdopen(mkstemp(path), "w");

    fputs(source, f);
    fclose(f);
    if (script_load_experiment(path, "alias", data, 2, &arena, e, &err) < 0)
        fail_msg("%s: %s", objective, err.text);
    unlink(path);
    for (int i = 0; i < e->methods[0].grid.n_axes; i++) {
        const struct axis *axis = &e->methods[0].grid.axes[i];

        text_printf(&t, "%s/%s", axis->name, axis->type ? axis->type : "");
        for (int k = 0; k < axis->n_values; k++) {
            text_printf(&t, " ");
            value_write(&t, &axis->values[k]);
        }
        text_printf(&t, "\n");
    }
    result = arena_strdup(&arena, t.s);
    text_release(&t);
    return result;
}

static void test_scripts(void **state)
{
    (void)state;
    assert_string_equal(plan_of("\"ir_dro\""), plan_of("\"kl_dro\""));
    assert_string_equal(plan_of("\"itlm\""), plan_of("erm { trim = 0.1 }"));
    assert_string_equal(plan_of("grid { \"itlm\", rgd {} }"), plan_of("grid { erm { trim = 0.1 }, rgd {} }"));
    assert_string_equal(plan_of("grid { rgd {}, ohem { alpha = 0.5 } }"), plan_of("grid { rgd {}, cvar { alpha = 0.5 } }"));
}

static void test_names_are_free(void **state)
{
    (void)state;
    for (const struct alias *a = aliases; a->name; a++) {
        struct error err;

        assert_non_null(component_find(a->kind, a->type, &err));
        assert_ptr_equal(alias_find(a->kind, a->name), a);
        for (const struct config_slot *slot = config_slots; slot->name; slot++)
            if (slot->kind && component_find(slot->kind, a->name, &err))
                fail_msg("%s is a %s's own name", a->name, slot->name);
    }
    assert_null(alias_find(&objective_kind, "erm"));
    assert_null(alias_find(NULL, "ir_dro"));
}

/* All methods' settings after words of the command line. */
static const char *after(const char *word, const char *another)
{
    struct experiment e = sample();
    struct text t = {0};
    const char *result;

    apply(&e, word);
    if (another)
        apply(&e, another);
    for (int m = 0; m < e.n_methods; m++)
        for (int i = 0; i < e.methods[m].grid.n_axes; i++) {
            const struct axis *axis = &e.methods[m].grid.axes[i];

            text_printf(&t, "%s %s", e.methods[m].label, axis->name);
            for (int k = 0; k < axis->n_values; k++) {
                text_printf(&t, " ");
                value_write(&t, &axis->values[k]);
            }
            text_printf(&t, "\n");
        }
    result = arena_strdup(&arena, t.s);
    text_release(&t);
    return result;
}

static void test_words(void **state)
{
    static const char *const keys[] = {"objective", "rgd.objective"};

    (void)state;
    for (const struct alias *a = aliases; a->name; a++)
        for (int i = 0; i < 2; i++) {
            const char *own = arena_printf(&arena, "%s=%s", keys[i], a->type),
                       *setting = a->setting ? arena_printf(&arena, "%s.%s=%g", keys[i], a->setting, a->value) : NULL;

            assert_string_equal(after(arena_printf(&arena, "%s=%s", keys[i], a->name), NULL), after(own, setting));
        }
    assert_string_equal(after("objective=ir_dro,ohem", NULL), after("objective=kl_dro,cvar", NULL));
}

static void test_words_refused(void **state)
{
    static const char *const cases[][2] = {
        {"objective=rgd,itlm", "objective: itlm is erm with trim, which would be the others' too"},
        {"objective=cvar,ohem", "is there twice"},
        {"loss=ohem", "unknown loss \"ohem\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct experiment e = sample();
        struct error err;

        assert_int_equal(override_apply(&e, cases[i][0], &err), -1);
        if (!strstr(err.text, cases[i][1]))
            fail_msg("%s: %s", cases[i][0], err.text);
    }
}

static void test_titles(void **state)
{
    static const char *const cases[][3] = {
        {"objective = \"kl_dro\"\n", "objective", "IR-DRO"},
        {"objective = \"rgd\"\n", "objective", ""},
        {"objective = \"erm\"\nobjective.trim = 0\n", "objective", ""},
        {"objective = \"erm\"\nobjective.trim = 0.2\n", "objective", "ITLM, small-loss selection"},
        {"late_objective = \"cvar\"\nlate_objective.trim = 0\n", "late_objective", "OHEM, average top-k, Joint DRO"},
        {"objective = 3\n", "objective", ""}, /* a stranger's */
        {"data.format = \"kl_dro\"\n", "data.format", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct settings s;
        struct text t = {0};
        struct error err;

        settings_init(&s, &arena);
        assert_int_equal(settings_parse(&s, cases[i][0], &err), 0);
        alias_add_titles(&t, &s, cases[i][1]);
        assert_string_equal(t.size ? t.s : "", cases[i][2]);
        text_release(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_constructors),
        cmocka_unit_test(test_scripts),
        cmocka_unit_test(test_names_are_free),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_words_refused),
        cmocka_unit_test(test_titles),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
