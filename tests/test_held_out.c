/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * DomainBed's tables of a sweep that was imported, against what DomainBed printed of it, to
 * the byte; and what its rules do where runs are missing or have diverged.
 *
 * With a folder as argument: draws the sweep there and ends (reference/domainbed_tables.py). */
#include "domainbed/import_domainbed.h"
#include "domainbed/tables.h"
#include "domainbed_tree.h"
#include "os/file.h"
#include "stats/paired.h"
#include "table/table.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static char folder[] = "/tmp/rgdbench-test-XXXXXX";
static struct arena arena;
static struct held_out sweep;
static struct store *store;

#define OK(call)                      \
    do {                              \
        if ((call) < 0)               \
            fail_msg("%s", err.text); \
    } while (0)

static int make_sweep(void **state)
{
    struct import import;
    struct error err;
    const char *tree;

    (void)state;
    assert_non_null(mkdtemp(folder));
    tree = arena_printf(&arena, "%s/tree", folder);
    OK(file_make_directory(tree, &err));
    assert_int_equal(tree_sweep(tree), 510);
    OK(import_domainbed_read(tree, "sweep", NULL, &arena, &import, &err));
    assert_int_equal(import.plan.n_runs, 510);
    OK(store_open(arena_printf(&arena, "%s/sweep.db", folder), STORE_CREATE, &store, &err));
    OK(import_domainbed_store(&import, store, &err));
    OK(held_out_read(store, &arena, &sweep, &err));
    return 0;
}

static int remove_sweep(void **state)
{
    int result = system(arena_printf(&arena, "rm -rf %s", folder));

    (void)state;
    store_close(store);
    arena_release(&arena);
    return result;
}

/* To renew the reference: see reference/domainbed_tables.py. */
static void test_as_domainbed(void **state)
{
    static const char *const formats[] = {"txt", "tex"};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct table_options options = {.format = sheet_find_format(formats[i], NULL)};
        const char *path = arena_printf(&arena, "tests/reference/domainbed_tables.%s", formats[i]);
        struct text t = {0};
        struct error err;
        char *reference;
        size_t size;

        OK(file_read(path, 1 << 20, &arena, &reference, &size, &err));
        table_domainbed(&sweep, &options, &t);
        assert_string_equal(t.s, reference);
        text_release(&t);
    }
}

/* One rule, a row for each number; what is X there is empty here. */
static void test_for_programs(void **state)
{
    struct table_options options = {.format = sheet_find_format("csv", NULL)};
    struct text t = {0};
    struct error err;

    (void)state;
    options.rule = held_out_find_rule("oracle", &err);
    table_domainbed(&sweep, &options, &t);
    assert_non_null(strstr(t.s, "oracle,VLCS,RGD,V,0,,\r\n"));
    assert_non_null(strstr(t.s, "oracle,VLCS,ERM,all,3,"));
    assert_null(strstr(t.s, "training,"));
    text_release(&t);
}

/* ---- rules on runs of our own ---- */

enum { N_ENVIRONMENTS = 3, N_LOOKS = 2 };

static const long steps[N_LOOKS] = {1, 101};
static const double
    in[N_LOOKS * N_ENVIRONMENTS] = {0.5, 0.25, 0.125, 0.75, 0.375, 0.875},
    out[N_LOOKS * N_ENVIRONMENTS] = {0.1, 0.5, 0.5, 0.9, 0.25, 0.75};

/* The run that holds out a and b. */
static struct held_out_run run_of(int a, int b)
{
    return (struct held_out_run){.test_envs = {a, b}, .n_test_envs = 1 + (a != b),
                                 .n_environments = N_ENVIRONMENTS, .n_looks = N_LOOKS,
                                 .steps = steps, .in = in, .out = out};
}

static bool score(const char *rule, const struct held_out_run *runs, int n,
                  struct held_out_candidate *ret_candidate)
{
    struct error err;

    return held_out_find_rule(rule, &err)->score(runs, n, 0, ret_candidate);
}

static void test_rules(void **state)
{
    struct held_out_run runs[] = {run_of(0, 0), run_of(0, 1), run_of(2, 0)};
    struct held_out_candidate c;

    (void)state;
    assert_true(score("training", runs, 3, &c)); /* both looks 0.5: the first */
    assert_true(c.validation == 0.5 && c.test == 0.5 && c.step == 1);
    assert_true(score("oracle", runs, 3, &c));
    assert_true(c.validation == 0.9 && c.test == 0.75 && c.step == 101);
    assert_true(score("leave_one_out", runs, 3, &c)); /* env 1 of one pair, env 2 of the other */
    assert_true(c.validation == (0.375 + 0.875) / 2 && c.test == 0.75);
    assert_false(score("leave_one_out", runs, 2, &c)); /* a pair is missing */
    assert_false(score("training", runs + 1, 2, &c));
    runs[2].n_looks = 1; /* a pair that was looked at less often */
    assert_true(score("leave_one_out", runs, 3, &c));
    assert_true(c.validation == (0.25 + 0.125) / 2 && c.step == 1);
}

static void test_diverged(void **state)
{
    static const char *const rules[] = {"training", "leave_one_out", "oracle"};
    struct held_out_run runs[] = {run_of(0, 0), run_of(0, 1), run_of(0, 2)};
    struct held_out_candidate c;

    (void)state;
    runs[0].has_diverged = true;
    for (int i = 0; i < 3; i++) {
        assert_true(score(rules[i], runs, 3, &c));
        assert_true(c.validation == 0 && c.test == 0);
    }
    runs[0].has_diverged = false;
    runs[1].has_diverged = true;
    assert_true(score("leave_one_out", runs, 3, &c));
    assert_true(c.validation == (0 + 0.875) / 2 && c.test == 0.75);
}

/* ---- our own table ---- */

/* The number behind `prefix` and so many commas more. */
static double number_at(const char *csv, const char *prefix, int n_commas)
{
    const char *at = strstr(csv, prefix);

    if (!at)
        fail_msg("no \"%s\" in:\n%s", prefix, csv);
    for (at += strlen(prefix); n_commas > 0; n_commas--)
        at = strchr(at, ',') + 1;
    return strtod(at, NULL);
}

static const struct held_out_cell *find_cell(const struct held_out_cell *cells, int n, int method,
                                             int data, int environment, int trial)
{
    for (int i = 0; i < n; i++)
        if (cells[i].method == method && cells[i].data == data &&
            cells[i].environment == environment && cells[i].trial == trial)
            return &cells[i];
    return NULL;
}

/* What is paired with what: by looking it up, cell by cell; then averaged in each trial. */
static void test_pairs(void **state)
{
    enum { VLCS = 1, ERM = 0, RGD = 2 };
    struct table_options options = {.format = sheet_find_format("csv", NULL)};
    struct text t = {0};
    struct error err;
    double sum = 0, d[3];
    int n, n_pairs = 0;
    const struct held_out_cell *cells;
    struct paired p;

    (void)state;
    options.rule = held_out_find_rule("leave_one_out", &err);
    cells = held_out_select(&sweep, options.rule, &arena, &n);
    for (int trial = 0; trial < 3; trial++) {
        int n_here = 0;

        d[trial] = 0;
        for (int e = 0; e < 4; e++) {
            const struct held_out_cell *a = find_cell(cells, n, RGD, VLCS, e, trial);
            const struct held_out_cell *b = find_cell(cells, n, ERM, VLCS, e, trial);

            assert_non_null(b);
            if (!a)
                continue;
            d[trial] += a->selected->test - b->selected->test;
            n_here++;
        }
        n_pairs += n_here;
        d[trial] /= n_here;
        sum += d[trial];
    }
    assert_int_equal(n_pairs, 9); /* V is missing */
    p = paired_compare(d, (const double[3]){0}, 3);
    OK(table_held_out(&sweep, &options, &t, &err));
    assert_true(number_at(t.s, "leave_one_out,VLCS,RGD,9,3,3,", 4) == 3); /* trials */
    assert_true(fabs(number_at(t.s, "leave_one_out,VLCS,RGD,9,3,3,", 5) - 100 * sum / 3) < 1e-9);
    assert_true(fabs(number_at(t.s, "leave_one_out,VLCS,RGD,9,3,3,", 7) - p.t.p) < 1e-9);
    text_release(&t);
}

/* Three trials of one environment, each with the defaults and a random draw. */
static struct bootstrap_interval bootstrap_of(double best_default, double test_random)
{
    static const char *points[] = {"draw=0", "draw=1"};
    struct held_out h = {.points = points, .n_points = 2};
    struct held_out_candidate candidates[3][2];
    struct held_out_cell cells[3];

    for (int i = 0; i < 3; i++) {
        candidates[i][0] = (struct held_out_candidate){0, best_default, 0.5 + 0.1 * i, 1};
        candidates[i][1] = (struct held_out_candidate){1, 0.5, test_random, 1};
        cells[i] = (struct held_out_cell){.trial = i, .candidates = candidates[i],
                                          .n_candidates = 2, .selected = candidates[i]};
    }
    return held_out_bootstrap(&h, cells, 3);
}

static void test_bootstrap(void **state)
{
    struct bootstrap_interval b = bootstrap_of(0.9, 0.1), again = bootstrap_of(0.9, 0.1);
    struct held_out_cell one = {0};

    (void)state;
    assert_true(b.low == again.low && b.high == again.high);
    assert_true(fabs(b.low - 50) < 1e-9 && fabs(b.high - 70) < 1e-9); /* trials alone vary */
    b = bootstrap_of(0.1, 0.25);
    assert_true(b.low == 25 && b.high == 25); /* the only random draw is always drawn */
    b = held_out_bootstrap(&sweep, &one, 1);
    assert_true(isnan(b.low) && isnan(b.high));
}

/* Recorded of numpy 2.4.6: sum(1 / (1 + arange(n))) of doubles, each n another path. */
static void test_sum(void **state)
{
    double x[300];

    (void)state;
    for (int i = 0; i < 300; i++)
        x[i] = 1.0 / (1 + i);
    assert_true(held_out_sum(x, 1) == 1.0);
    assert_true(held_out_sum(x, 7) == 2.5928571428571425);
    assert_true(held_out_sum(x, 8) == 2.7178571428571425);
    assert_true(held_out_sum(x, 9) == 2.8289682539682537);
    assert_true(held_out_sum(x, 23) == 3.73429151108684);
    assert_true(held_out_sum(x, 128) == 5.433147092589173);
    assert_true(held_out_sum(x, 129) == 5.440899030573669);
    assert_true(held_out_sum(x, 300) == 6.282663880299504);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_domainbed), cmocka_unit_test(test_for_programs),
        cmocka_unit_test(test_rules),        cmocka_unit_test(test_diverged),
        cmocka_unit_test(test_pairs),        cmocka_unit_test(test_bootstrap),
        cmocka_unit_test(test_sum),
    };

    if (argc > 1)
        return tree_sweep(argv[1]) > 0 ? 0 : 1;
    return cmocka_run_group_tests(tests, make_sweep, remove_sweep);
}
