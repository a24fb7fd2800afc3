/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Specs that somebody's store has: each line of an example of each experiment, tests/fuzz/spec/, left out,
 * doubled, of another type, out of range, and lines that no run has. All but a few are refused with a
 * line; those few are trained. An example that is refused as it is was made before a setting was added:
 * add that line. */
#include "learn/config/config.h"
#include "learn/platform.h"
#include "os/file.h"
#include "plan/spec.h"
#include "spec_edits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static const char folder[] = "tests/fuzz/spec";

static struct {
    int n_edits, n_accepted, n_trained;
} counts;

static void check_plain(const struct error *err, const char *what)
{
    if (!err->text[0] || strchr(err->text, '\n'))
        fail_msg("%s: no plain line", what);
}

/* Accepted? Then it is trained, if that is quick; that may fail with a line. */
static bool attempt(const char *spec, const char *what)
{
    struct arena arena = {0};
    static struct data_cache cache;
    struct settings s;
    struct error err = {0};
    bool is_accepted;

    counts.n_edits++;
    settings_init(&s, &arena);
    is_accepted = spec_read(spec, &s, &err) == 0;
    if (!is_accepted)
        check_plain(&err, what);
    if (is_accepted && spec_is_small(&s)) {
        counts.n_trained++;
        if (spec_train(&s, &cache, &err) < 0)
            check_plain(&err, what);
    }
    counts.n_accepted += is_accepted;
    arena_release(&arena);
    return is_accepted;
}

/* The text with the line at `at` replaced by `by`. */
static char *edit(const char *spec, const char *at, const char *by)
{
    const char *end = at + strcspn(at, "\n");
    size_t size = strlen(spec) + strlen(by) + 2;
    char *text = malloc(size);

    end += *end == '\n';
    snprintf(text, size, "%.*s%s%s%s", (int)(at - spec), spec, by, *by ? "\n" : "", end);
    return text;
}

static bool attempt_edit(const char *spec, const char *at, const char *by)
{
    char *text = edit(spec, at, by);
    bool is_accepted = attempt(text, by);

    free(text);
    return is_accepted;
}

/* Is the line of a setting that older programs had not? */
static bool is_later(const char *spec, const char *at)
{
    struct arena arena = {0};
    const struct hparam *h;
    struct settings s;
    struct error err;
    bool result;

    settings_init(&s, &arena);
    assert_int_equal(settings_parse(&s, spec, &err), 0);
    h = config_find_hparam(&s, arena_printf(&arena, "%.*s", (int)strcspn(at, " "), at));
    result = h && h->is_later;
    arena_release(&arena);
    return result;
}

static void edit_line(const char *name, const char *spec, const char *at)
{
    static const char *const values[] = {
        "5", "-1", "0", "1", "0.5", "1e300", "-0.5", "inf", "nan", "\"nope\"", "\"\"", "nope", "true",
        "false", "[]", "[1]", "[0]", "[1,2,3]", "[-1]", "[\"a\"]", "[true]", "uniform(0,1)",
        "one_of(1,2)", "\"\\u0001\"", ""};
    static const char *const fixed[] = {"data.digest", "data.format", "spec"};
    int length = (int)strcspn(at, "\n"), key = (int)strcspn(at, " \n");
    char line[1000];

    if (attempt_edit(spec, at, "") && !is_later(spec, at))
        fail_msg("%s: accepted without \"%.*s\"", name, length, at);
    snprintf(line, sizeof line, "%.*s\n%.*s", length, at, length, at);
    if (attempt_edit(spec, at, line))
        fail_msg("%s: accepted with \"%.*s\" twice", name, length, at);
    snprintf(line, sizeof line, "%.*sx%.*s", key, at, length - key, at + key);
    if (attempt_edit(spec, at, line))
        fail_msg("%s: accepted with \"%s\"", name, line);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        bool is_accepted;

        snprintf(line, sizeof line, "%.*s = %s", key, at, values[i]);
        if (strncmp(line, at, (size_t)length + 1) == 0)
            continue;
        is_accepted = attempt_edit(spec, at, line);
        for (int k = 0; k < 3 && is_accepted && values[i][0] != '"'; k++)
            if (strlen(fixed[k]) == (size_t)key && strncmp(fixed[k], at, (size_t)key) == 0 &&
                strcmp(line, "spec = 1") != 0)
                fail_msg("%s: accepted with \"%s\"", name, line);
    }
}

/* Lines that an older or newer program, or nobody, would have. */
static void add_lines(const char *name, const char *spec)
{
    static const char *const lines[] = {
        "aaa = 1", "model.x = 1", "train.late = 5", "late_objective = \"erm\"",
        "late_loss = \"cross_entropy\"", "late_transform = \"none\"", "late_objective.trim = 0",
        "objective.x = 1", "penalty.weight = 1", "spec = 2", "zzz = true", "train.x = 1", "nonsense"};

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        for (const char *at = spec; *at; at += strcspn(at, "\n") + 1) {
            char line[200];

            if (at != spec && strcmp(lines[i], at) > 0 && strchr(at, '\n')[1])
                continue; /* at the beginning, and at its place in the order */
            snprintf(line, sizeof line, "%s\n%.*s", lines[i], (int)strcspn(at, "\n"), at);
            if (attempt_edit(spec, at, line) && !(strstr(spec, "late_") && strstr(line, "late_")))
                fail_msg("%s: accepted with \"%s\"", name, lines[i]);
            if (strcmp(lines[i], at) < 0)
                break; /* behind its place in the order */
        }
}

static void test_line_by_line(void **state)
{
    struct arena arena = {0};
    struct error err;
    const char *const *names = file_names(folder, "", &arena, &err);

    (void)state;
    assert_true(names && names[0]);
    for (; *names; names++) {
        const char *path = arena_printf(&arena, "%s/%s", folder, *names);
        char *spec;
        size_t size;

        assert_int_equal(file_read(path, 1 << 16, &arena, &spec, &size, &err), 0);
        if (!attempt(spec, path)) {
            spec_check(spec, &err);
            fail_msg("%s: %s", path, err.text);
        }
        for (const char *at = spec; *at; at += strcspn(at, "\n") + 1)
            edit_line(*names, spec, at);
        add_lines(*names, spec);
    }
    arena_release(&arena);
    printf("%d edits, %d accepted, %d of them trained for a step\n", counts.n_edits, counts.n_accepted,
           counts.n_trained);
}

static void refuse(const char *line, const char *by, const char *part)
{
    struct arena arena = {0};
    struct error err = {.text = "no error"};
    char *spec, *text;
    const char *at;
    size_t size;

    assert_int_equal(file_read("tests/fuzz/spec/quickstart_rgd", 1 << 16, &arena, &spec, &size, &err), 0);
    at = strstr(spec, line);
    assert_non_null(at);
    text = edit(spec, at, by);
    if (spec_check(text, &err) == 0 || !strstr(err.text, part))
        fail_msg("\"%s\": \"%s\" lacks \"%s\"", by, err.text, part);
    free(text);
    arena_release(&arena);
}

static void test_messages(void **state)
{
    (void)state;
    refuse("spec = ", "spec = 5", "have the meaning of version 5; this program knows 1");
    refuse("spec = ", "spec = \"nope\"", "no line says which version");
    refuse("spec = ", "", "no line says which version");
    refuse("objective = ", "", "setting \"objective\" is missing");
    refuse("objective = ", "objective = \"nope\"", "nope");
    refuse("transform = ", "", "setting \"transform\" is missing");
    refuse("train.numeric = ", "", "setting \"train.numeric\" is missing");
    refuse("train.numeric = ", "train.numeric = 5", "train.numeric: 5 is not one of: portable native");
    refuse("train.micro_batch = ", "train.micro_batch = 0",
           "setting \"train.micro_batch\" stands for another value");
    refuse("train.late = ", "train.late = 5", "none of late_transform, late_loss, late_objective is set");
    refuse("train.lr = ", "train.lr = 0.050", "is not as this program writes it");
    refuse("train.warmup", "train.test = \"each\"\ntrain.warmup = 0", "is written out, and has its default");
    refuse("data.digest", "data.digest = 5", "setting \"data.digest\" is missing or not a text");
}

static int enter(void **state)
{
    struct error err;

    (void)state;
    return platform_enter("portable", 1, &err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line_by_line),
        cmocka_unit_test(test_messages),
    };

    return cmocka_run_group_tests(tests, enter, NULL);
}
