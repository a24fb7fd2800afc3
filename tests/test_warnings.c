/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each warning is given where it holds, and not where it does not.
 */
#include "base/text.h"
#include "learn/config/warnings.h"
#include "plan/same.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const char usual[] =
    "data.label_noise = 0.2\ndata.validation_as = \"natural\"\nlate_loss.smoothing = 0.1\nloss.smoothing = 0.1\n"
    "schedule = \"step\"\nschedule.at = [1]\nschedule.gamma = 0.1\ntrain.batch = 64\ntrain.epochs = 4\n"
    "train.evaluate = 2\ntrain.evaluate_steps = 0\ntrain.test = \"last\"\n";

/* What makes the usual an unusual one, and the words that are wanted then. */
static const struct {
    const char *changes; /* of the spec, lines */
    long steps_per_epoch;
    bool has_equal_classes;
    const char *wanted; /* the beginnings of the warnings, in order; "" none */
} cases[] = {
    {"", 10, false, ""},
    {"", 0, false, ""},
    {"", 1, false, "train.batch holds"},
    {"train.evaluate = 4\n", 10, false, "train.test"},
    {"train.evaluate = 5\n", 10, false, "train.evaluate is|train.test"},
    {"train.evaluate = 5\ntrain.test = \"each\"\n", 10, false, "train.evaluate is"},
    {"train.evaluate = 4\ntrain.test = \"each\"\ntrain.judge = \"best\"\n", 10, false, "train.judge"},
    {"train.judge = \"best\"\n", 10, false, ""},
    {"train.evaluate_steps = 40\n", 10, false, ""},
    {"train.evaluate_steps = 41\n", 10, false, "train.evaluate_steps|train.test"},
    {"train.evaluate_steps = 41\n", 0, false, ""},
    {"data.label_noise = 1\n", 10, false, "data.label_noise = 1"},
    {"loss.smoothing = 1\n", 10, false, "smoothing = 1"},
    {"late_loss.smoothing = 1\n", 10, false, "smoothing = 1"},
    {"schedule.at = []\n", 10, false, "schedule \"step\""},
    {"schedule.gamma = 1\n", 10, false, "schedule \"step\""},
    {"schedule = \"constant\"\nschedule.at = []\n", 10, false, ""},
    {"schedule = \"cosine\"\nschedule.floor = 1\n", 10, false, "schedule \"cosine\""},
    {"schedule = \"cosine\"\nschedule.floor = 0\n", 10, false, ""},
    {"sampler = \"balanced\"\nsampler.by = \"class\"\n", 10, false, ""},
    {"sampler = \"balanced\"\nsampler.by = \"class\"\nobjective = \"class_balanced\"\n", 10, false, "sampler"},
    {"sampler = \"balanced\"\nsampler.by = \"class\"\nloss.class_beta = 0.9\n", 10, false, "sampler"},
    {"sampler = \"balanced\"\nsampler.by = \"both\"\nobjective = \"class_balanced\"\n", 10, false, "sampler"},
    {"sampler = \"balanced\"\nsampler.by = \"both\"\nobjective = \"reweight\"\nobjective.by = \"class\"\n", 10, false,
     "sampler"},
    {"sampler = \"balanced\"\nsampler.by = \"environment\"\nobjective = \"reweight\"\nobjective.by = \"class\"\n", 10, false,
     ""},
    {"sampler = \"balanced\"\nsampler.by = \"both\"\nobjective = \"reweight\"\nobjective.by = \"both\"\n", 10, false,
     "sampler"},
    {"data.split = \"drawn\"\n", 10, false, "each seed draws"},
    {"data.split = \"folds\"\n", 10, false, "each seed draws"},
    {"data.split = \"official\"\n", 10, false, ""},
    {"", 10, true, "data.validation_as"},
    {"data.validation_as = \"balanced\"\n", 10, true, ""},
    {"data.test_envs = [0]\ntrain.evaluate = 5\ntrain.test = \"each\"\n", 1, false, ""},
    /* a stranger's */
    {"train.evaluate = \"x\"\nschedule.at = 3\ndata.label_noise = true\n", 10, false, "schedule \"step\""},
};

static void add_lines(struct settings *s, const char *lines)
{
    struct settings more;
    struct error err;

    settings_init(&more, s->arena);
    if (settings_parse(&more, lines, &err) < 0)
        fail_msg("%s", err.text);
    settings_copy(s, &more);
}

/* Are these the beginnings of what is told, all of it? */
static void compare(const char *wanted, const char *told, const char *changes)
{
    const char *w = wanted, *t = told;

    while (*w) {
        size_t length = strcspn(w, "|");

        if (strncmp(t, w, length) != 0)
            fail_msg("%s: \"%s\", not \"%s\"", changes, told, wanted);
        w += length + (w[length] == '|');
        t = strstr(t, "; ") ? strstr(t, "; ") + 2 : "";
    }
    if (*t)
        fail_msg("%s: \"%s\", not \"%s\"", changes, told, wanted);
}

static void test_each(void **state)
{
    struct arena arena = {0};
    struct text all = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct settings s;
        struct text t = {0};

        settings_init(&s, &arena);
        add_lines(&s, usual);
        add_lines(&s, cases[i].changes);
        warnings_add(&t, &(struct warning_facts){&s, cases[i].steps_per_epoch, cases[i].has_equal_classes});
        compare(cases[i].wanted, t.s ? t.s : "", cases[i].changes);
        text_printf(&all, "%s\n", t.s ? t.s : "");
        warnings_add(&t, &(struct warning_facts){&s, cases[i].steps_per_epoch, cases[i].has_equal_classes});
        compare(cases[i].wanted, t.s ? t.s : "", "twice");
        text_release(&t);
    }
    for (const char *const *w = warnings_list(&arena); *w; w++)
        if (!strstr(all.s, *w))
            fail_msg("no case has \"%s\"", *w);
    text_release(&all);
    arena_release(&arena);
}

static void test_same(void **state)
{
    static const struct same_run runs[] = {
        {"a", "0123456789abcdef00"}, {"a", "1123456789abcdef00"}, {"b", "1123456789abcdef00"},
        {"b", "0123456789abcdef00"}, {"c", "0123456789abcdef00"}, {"d", "0223456789abcdef00"},
        {"e", "0123456789abcdef00"}, {"f", "0123456789abcdef00"}, {"f", "0123456789abcdeg00"},
        {"g", "0123456789abcdef00"},
    };
    struct text t = {0}, part = {0};

    (void)state;
    same_methods(runs, 10, &t, &part);
    assert_string_equal(t.s, "a, b; c, e, g");
    assert_string_equal(part.s, "every run of c is one of a's too; every run of e is one of a's too; "
                                "every run of g is one of a's too; every run of c is one of f's too");
    t.size = part.size = 0;
    same_methods(runs + 4, 2, &t, &part);
    same_methods(runs, 0, &t, &part);
    assert_int_equal(t.size + part.size, 0);
    text_release(&t);
    text_release(&part);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each),
        cmocka_unit_test(test_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
