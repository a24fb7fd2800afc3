/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * table epochs=all, of stores whose every value is written down here. */
#include "store_fixture.h"
#include "table/table.h"

enum { N_LOOKS = 3 };

/* A run of the plan (methods a and b, seeds 0 and 1) at its evaluations. */
struct row {
    double validation[N_LOOKS], test[N_LOOKS];
    bool has_diverged;
    int n_tests; /* of the last ones; 0: all */
};

/* Seed 1 of a: two equal validation values, the first counts; one of its test values does not exist. */
static const struct row usual[N_RUNS] = {
    {{.50, .70, .60}, {.40, .55, .50}, false, 0},
    {{.60, .60, .50}, {.42, .60, .44}, false, 0},
    {{.50, .60, .70}, {.30, NAN, .20}, false, 0},
    {{.50, .60, .70}, {.32, .31, .24}, false, 0},
};

static struct store *store_of(const struct row *rows, const char *measure)
{
    struct store *store = open_store(fresh_path(), STORE_CREATE);
    struct plan made = plan;
    struct plan_data pets = data;
    struct error err;

    pets.description = "format = \"cifar\"\n";
    made.data = &pets;
    made.measure = strcmp(measure, "accuracy") == 0 ? "" : measure;
    plan_set_id(&made);
    OK(store_put_plan(store, &made, &err));
    for (int i = 0; i < N_RUNS; i++) {
        struct store_metric all[2 * N_LOOKS];
        struct store_outcome o = outcome();
        int n = 0, n_tests = rows[i].n_tests ? rows[i].n_tests : N_LOOKS;

        for (int k = 0; k < N_LOOKS; k++) {
            all[n++] = (struct store_metric){10 * k + 10, "validation", measure, -1, rows[i].validation[k]};
            if (k >= N_LOOKS - n_tests)
                all[n++] = (struct store_metric){10 * k + 10, "test", measure, -1, rows[i].test[k]};
        }
        o.metrics = all;
        o.n_metrics = n;
        o.n_arrays = 0;
        o.answers = (struct store_answers){0};
        o.n_steps = o.last_step = 10 * N_LOOKS;
        o.has_diverged = rows[i].has_diverged;
        finish_next(store, "me", &o);
    }
    return store;
}

static int write_table(struct store *store, const struct select_options *select, const char *format, struct text *t,
                       struct error *err)
{
    struct table_options options = {.format = sheet_find_format(format, err)};
    struct selections s;

    if (select_points(store, select, &arena, &s, err) < 0)
        return -1;
    return table_epochs(store, &s, &options, t, err);
}

/* The numbers of method `method`, behind its name: n, and last, best validation, oracle, optimism, each with the half
 * width of its interval, in the measure's unit. */
static void check(const struct row *rows, const char *measure, const char *method, const double *want)
{
    struct store *store = store_of(rows, measure);
    struct text t = {0};
    struct error err;
    const char *line;

    OK(write_table(store, &(struct select_options){0}, "csv", &t, &err));
    line = strstr(t.s, arena_printf(&arena, "\n,%s,2,", method));
    assert_non_null(line);
    line = strstr(line, ",2,") + 3;
    for (int i = 0; i < 4; i++) {
        char *end;
        double got = strtod(line, &end);

        if (isinf(want[i]) ? end != line : end == line || fabs(got - want[i]) > 1e-9)
            fail_msg("%s of %s, number %d: %g, not %g: %s", measure, method, i, got, want[i], t.s);
        line = strchr(end + 1, ',');
        line = line ? line + 1 : "";
    }
    text_release(&t);
    store_close(store);
}

static void test_values(void **state)
{
    /* a: last .50 .44; best validation .55 .42; oracle .55 .60. b: .20 .24; .20 .24; .30 .32 */
    static const double a[] = {47, 48.5, 57.5, 10.5}, b[] = {22, 22, 31, 9};

    (void)state;
    check(usual, "accuracy", "a", a);
    check(usual, "accuracy", "b", b);
}

/* Of an error the lowest is the best, and the optimism is below 0. */
static void test_error(void **state)
{
    /* a: last .50 .44; best validation (steps 10, 30) .40 .44; oracle .40 .42 */
    static const double a[] = {.47, .42, .41, -.06};

    (void)state;
    check(usual, "log_loss", "a", a);
}

/* A run that diverged has the worst value everywhere, and no optimism. */
static void test_diverged(void **state)
{
    static const double a[] = {25, 27.5, 27.5, 2.5}, infinite[] = {INFINITY, INFINITY, INFINITY, -.05};
    struct row rows[N_RUNS];

    (void)state;
    memcpy(rows, usual, sizeof rows);
    rows[1].has_diverged = true;
    check(rows, "accuracy", "a", a);
    check(rows, "log_loss", "a", infinite);
}

static void refuse_table(const struct row *rows, const struct select_options *select, const char *why)
{
    struct store *store = store_of(rows, "accuracy");
    struct text t = {0};
    struct error err = {.text = "none"};

    assert_int_equal(write_table(store, select, "txt", &t, &err), -1);
    assert_string_equal(err.text, why);
    assert_null(t.s);
    store_close(store);
}

static void test_unseen(void **state)
{
    struct row rows[N_RUNS];

    (void)state;
    memcpy(rows, usual, sizeof rows);
    rows[1].n_tests = 1;
    refuse_table(rows, &(struct select_options){0},
                 "epochs=all: method \"a\", seed 1: only 1 of 3 evaluations saw test data; train with train.test=each "
                 "to see all");
}

/* Numbers that the test data of others chose stand beside the oracle, and others nowhere. */
static void test_published(void **state)
{
    static const struct published_number others[] = {
        {"a", "", "R", "A", "58.10", 58.1, PUBLISHED_BEST_TEST, 1, NULL},
        {"b", "", "R", "A", "30.0", 30, PUBLISHED_LAST, 2, NULL}};
    const struct published published = {others, 2, 2, "accuracy"};
    struct store *store = store_of(usual, "accuracy");
    struct table_options options = {.published = &published};
    struct selections s;
    struct text t = {0};
    struct error err;

    (void)state;
    options.format = sheet_find_format("md", &err);
    OK(select_points(store, &(struct select_options){0}, &arena, &s, &err));
    OK(table_epochs(store, &s, &options, &t, &err));
    assert_non_null(strstr(t.s, "| ORACLE: best test | published % | oracle minus last |"));
    assert_non_null(strstr(t.s, "| 58.10 \\[1\\] |"));
    assert_null(strstr(t.s, "30.0 "));
    text_release(&t);
    store_close(store);
}

static void test_caption(void **state)
{
    struct store *store = store_of(usual, "accuracy");
    struct text t = {0};
    struct error err;

    (void)state;
    OK(write_table(store, &(struct select_options){0}, "md", &t, &err));
    assert_non_null(strstr(t.s, "ORACLE: best test"));
    assert_non_null(strstr(t.s, "nobody could have it"));
    assert_non_null(strstr(t.s, "Each run has 3 evaluations."));
    text_release(&t);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values), cmocka_unit_test(test_error),   cmocka_unit_test(test_diverged),
        cmocka_unit_test(test_unseen), cmocka_unit_test(test_published), cmocka_unit_test(test_caption),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
