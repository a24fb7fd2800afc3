/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a table says of a sweep, `stats` says of the same numbers from a file: random sweeps, judged by
 * shares and by errors, written as
 * `export NAME selected` does and read back, to the last digit. usage: test_table_stats [SWEEPS] */
#include "analysis/comparisons.h"
#include "analysis/effects.h"
#include "measure_fixture.h"
#include "os/file.h"
#include "table/numbers.h"
#include "table/selected.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { MAX_METHODS = 5, MAX_POINTS = 3, MAX_SEEDS = 12 };

static int n_sweeps = 60; /* a thousand take a minute and a half */

static const char *const methods[] = {"erm", "rgd", "term", "cvar", "mixup"};
static const char *const points[] = {"train.lr=0.01", "train.lr=0.03", "train.lr=0.1"};

struct sweep {
    struct arena arena;
    struct store_run runs[MAX_METHODS * MAX_POINTS * MAX_SEEDS];
    double validation[MAX_METHODS * MAX_POINTS * MAX_SEEDS], test[MAX_METHODS * MAX_POINTS * MAX_SEEDS];
    struct selections s;
};

/* Shares k / n that are often equal, also of measures that are errors; some runs have not ended, some have diverged. */
static void draw(struct sweep *w, struct rng *rng)
{
    static const char *const names[] = {"accuracy", "r2", "log_loss", "rmse"};
    const char *name = names[rng_below(rng, 4)];
    struct measure m;
    static const int sizes[] = {7, 200, 333, 1670, 10000};
    int n_methods = 2 + (int)rng_below(rng, MAX_METHODS - 1), n_points = 1 + (int)rng_below(rng, MAX_POINTS);
    int n_seeds = 1 + (int)rng_below(rng, MAX_SEEDS), size = sizes[rng_below(rng, 5)], n = 0;
    uint32_t spread = size > 20 ? 9 : (uint32_t)size;

    memset(w, 0, sizeof *w);
    m = measure_fixture(name, &w->arena);
    for (int k = 0; k < n_methods; k++)
        for (int p = 0; p < n_points; p++)
            for (int seed = 0; seed < n_seeds; seed++, n++) {
                uint32_t fate = rng_below(rng, 40);

                w->runs[n] = (struct store_run){.method = methods[k], .condition = "", .point = points[p],
                                                .seed = seed, .state = fate == 0   ? "planned"
                                                                       : fate == 1 ? "diverged"
                                                                                   : "finished"};
                w->validation[n] = fate == 0   ? NAN
                                   : fate == 1 ? m.worst
                                               : m.sign * (rng_below(rng, spread) / (double)size);
                w->test[n] = fate == 0 ? NAN : fate == 1 ? m.worst : m.sign * (rng_below(rng, spread) / (double)size);
            }
    w->s = (struct selections){
        .plan = {.runs = w->runs, .n_runs = n, .baseline = "erm",
                 .methods = methods, .n_methods = n_methods},
        .in = rng_below(rng, 2) ? SELECT_IN_SEED : SELECT_IN_ALL,
        .measure = m, .select_by = m,
        .validation = w->validation, .test = w->test};
    select_runs(&w->s, &w->arena);
}

static void check(int sweep, const char *what, const char *method, double table, double stats)
{
    if (!(table == stats || (isnan(table) && isnan(stats))))
        fail_msg("sweep %d, %s of %s: the table says %.17g, stats %.17g", sweep, what, method, table, stats);
}

static const struct numbers_pair *find_pair(const struct numbers_results *r, const char *method)
{
    for (int i = 0; i < r->n_pairs; i++)
        if (strcmp(r->pairs[i].a, method) == 0)
            return &r->pairs[i];
    return NULL;
}

static double p_of(const struct numbers_pair *pair, const struct test_type *type, bool is_corrected)
{
    for (int t = 0; test_types[t]; t++)
        if (test_types[t] == type)
            return is_corrected ? pair->corrected[t] : pair->tests[t].p;
    return NAN;
}

/* Gives the number of pairs that have a p. */
static int compare(int sweep, const struct sweep *w, const struct numbers_results *r,
                   struct arena *arena)
{
    struct comparisons c = comparisons_make(&w->s, NULL, 0, arena);
    double sign = w->s.measure.sign;
    int n_tested = 0;

    for (int i = 0, stream = 0; i < c.n; i++) {
        const struct selection *row = c.items[i].r;
        const struct contrast *on = &c.items[i].on[ON_TUNED];
        const struct numbers_pair *pair = find_pair(r, row->method);
        struct effects e;

        if (!on->is_tested)
            continue;
        assert_non_null(pair);
        e = effects_of(row, select_beside(&w->s, row, "erm"), r->options.rope, stream++);
        check(sweep, "n", row->method, on->against.n, pair->compared.n);
        check(sweep, "difference", row->method, sign * on->against.difference.mean,
              pair->compared.difference.mean);
        check(sweep, "interval", row->method, on->against.difference.half_width,
              pair->compared.difference.half_width);
        check(sweep, "p (t)", row->method, on->against.t.p, p_of(pair, &test_paired_t, false));
        check(sweep, "corrected p (t)", row->method, on->p_t, p_of(pair, &test_paired_t, true));
        check(sweep, "p (W)", row->method, on->against.signed_rank.p, p_of(pair, &test_signed_rank, false));
        check(sweep, "corrected p (W)", row->method, on->p_signed_rank, p_of(pair, &test_signed_rank, true));
        check(sweep, "p (flips)", row->method, on->against.sign_flip.p, p_of(pair, &test_sign_flip, false));
        check(sweep, "d_z", row->method, sign * on->against.cohens_dz, pair->compared.cohens_dz);
        check(sweep, "P(>)", row->method, e.improvement, pair->improvement);
        if (sweep % 13 == 0) { /* it draws, and takes a while */
            check(sweep, "posterior", row->method, e.bayes.left, pair->bayes.left);
            check(sweep, "posterior", row->method, e.bayes.rope, pair->bayes.rope);
            check(sweep, "posterior", row->method, e.bayes.right, pair->bayes.right);
        }
        n_tested += !isnan(on->against.signed_rank.p);
        if (fabs(on->against.difference.mean) > on->simultaneous)
            assert_true(on->p_t < 0.05); /* as the caption says */
        assert_true(isnan(on->simultaneous) == isnan(on->against.t.p));
        assert_true(c.n_tests[ON_TUNED].t > 1 ? !(on->simultaneous <= on->against.difference.half_width)
                                              : !(on->simultaneous != on->against.difference.half_width) ||
                                                    isnan(on->simultaneous));
    }
    return n_tested;
}

static void test_sweeps(void **state)
{
    char path[] = "/tmp/test_table_stats.XXXXXX";
    struct rng rng = rng_seed(11);
    struct numbers_options options = {.baseline = "erm", .rope = 0.01, .correction = &adjust_holm};
    struct sweep *w = malloc(sizeof *w);
    int fd = mkstemp(path), n_read = 0, n_tested = 0;

    (void)state;
    assert_true(fd >= 0);
    for (int i = 0; i < n_sweeps; i++) {
        struct arena arena = {0};
        struct numbers_results results;
        struct numbers samples;
        struct text t = {0};
        struct error err;

        draw(w, &rng);
        options.smaller_is_better = w->s.measure.sign < 0;
        selected_write(&w->s, &t);
        assert_int_equal(ftruncate(fd, 0), 0);
        assert_int_equal(pwrite(fd, t.s, t.size, 0), (ssize_t)t.size);
        text_release(&t);
        if (numbers_read(path, options.smaller_is_better, &arena, &samples, &err) == 0 &&
            numbers_analyse(&samples, &options, NULL, &arena, &results, &err) == 0) {
            n_read++;
            n_tested += compare(i, w, &results, &arena);
        } else if (!strstr(err.text, "a comparison needs two")) {
            fail_msg("sweep %d: %s", i, err.text);
        }
        arena_release(&arena);
        arena_release(&w->arena);
    }
    assert_true(n_read > 0.95 * n_sweeps && n_tested > 1.5 * n_sweeps);
    close(fd);
    unlink(path);
    free(w);
}

/* Of three losses, one of a run that diverged: what is better has the lower rank, the lower values. */
static void test_losses(void **state)
{
    static const char csv[] = "method,block,value\na,1,0.1\na,2,0.2\na,3,0.3\na,4,0.25\nb,1,0.4\nb,2,0.6\n"
                              "b,3,0.5\nb,4,inf\nc,1,0.7\nc,2,0.8\nc,3,0.9\nc,4,0.85\n";
    const struct numbers_options options = {.smaller_is_better = true, .correction = &adjust_holm};
    char path[] = "/tmp/test_table_stats.XXXXXX";
    int fd = mkstemp(path);
    struct arena arena = {0};
    struct numbers_results r;
    struct numbers samples;
    struct text t = {0};
    struct error err;

    (void)state;
    assert_int_equal(pwrite(fd, csv, sizeof csv - 1, 0), (ssize_t)sizeof csv - 1);
    assert_int_equal(numbers_read(path, false, &arena, &samples, &err), -1);
    assert_non_null(strstr(err.text, "with better=higher a run that diverged is -inf"));
    assert_int_equal(numbers_read(path, true, &arena, &samples, &err), 0);
    assert_int_equal(numbers_analyse(&samples, &options, NULL, &arena, &r, &err), 0);
    assert_true(r.methods[0].mean_rank == 1 && r.methods[1].mean_rank == 2.25 && r.methods[2].mean_rank == 2.75);
    assert_true(r.pairs[1].compared.difference.mean < -0.5 && r.pairs[1].improvement == 1); /* a and c */
    assert_true(r.pairs[1].bayes.right > 0.9 && r.pairs[0].improvement == 1);
    numbers_write(&r, sheet_find_format("txt", &err), &arena, &t);
    assert_non_null(strstr(t.s, "P(a<b)"));
    assert_non_null(strstr(t.s, "b lower / equal / a lower"));
    assert_non_null(strstr(t.s, "Lower is better."));
    text_release(&t);
    arena_release(&arena);
    close(fd);
    unlink(path);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sweeps), cmocka_unit_test(test_losses)};

    if (argc > 1)
        n_sweeps = atoi(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
