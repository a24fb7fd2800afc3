/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * core/stats against R and scipy on 1,000 random cases each: sizes 2 to 200, ties,
 * zeros, heavy tails, shares. reference/statistics.py draws the same samples,
 * computes the numbers of reference/statistics.txt, and says from what. */
#include "stats/adjust.h"
#include "stats/bayes.h"
#include "stats/bootstrap.h"
#include "stats/friedman.h"
#include "stats/paired.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_N = 200, N_CASES = 1000, N_DRAWS = 199, MAX_COLUMNS = 40 };

/* Relative. Two sound implementations of the incomplete beta function agree to
 * about 1e-13; a wrong term, tail or degree of freedom shows above 1e-6. */
static const double TOLERANCE = 1e-10;

/* Of the studentised range, absolutely: as far as the quadrature of R and libRmath goes. */
static const double RANGE_TOLERANCE = 1e-8;

struct reference {
    FILE *file;
    char names[MAX_COLUMNS][16];
    double values[MAX_COLUMNS]; /* of one case */
    int n_columns, n_checked[MAX_COLUMNS], at; /* at: the case */
};

/* splitmix64 (Steele, Lea and Flood 2014), as in statistics.py. */
static uint64_t below(uint64_t *state, uint64_t n)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15;

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return (z ^ (z >> 31)) % n;
}

static int64_t bell(uint64_t *g, int spread)
{
    int64_t sum = -4 * spread;

    for (int i = 0; i < 4; i++)
        sum += (int64_t)below(g, 2 * (uint64_t)spread + 1);
    return sum;
}

static int64_t wild(uint64_t *g)
{
    int64_t top = (int64_t)below(g, 2001) - 1000;

    return top * 1000 / (1 + (int64_t)below(g, 1000)); /* towards 0 */
}

static int64_t draw_one(uint64_t *g, int kind, bool is_first)
{
    switch (kind) {
    case 0: return is_first ? 905 + bell(g, 10) : 900 + bell(g, 10);
    case 1: return is_first ? 900 + bell(g, 5) : 700 + bell(g, 5);
    case 2: return wild(g);
    case 3: return is_first ? (int64_t)below(g, 6) - 2 : (int64_t)below(g, 5) - 2;
    case 4: return is_first ? (int64_t)below(g, 5) + 1 : 0;
    default: return below(g, 10) < (is_first ? 7 : 5);
    }
}

static double expected(struct reference *r, const char *name)
{
    for (int i = 0; i < r->n_columns; i++) {
        if (strcmp(r->names[i], name) == 0) {
            r->n_checked[i]++;
            return r->values[i];
        }
    }
    fail_msg("statistics.txt has no column \"%s\"", name);
    return NAN;
}

/* Within `relative` of the value, or `absolute`. */
static void check_within(struct reference *r, const char *name, double actual, double relative,
                         double absolute)
{
    double e = expected(r, name);

    if (isnan(e) ? isnan(actual) : actual == e)
        return;
    /* written so that a NaN fails */
    if (!(isfinite(e) && fabs(actual - e) <= fmax(relative * fabs(e), absolute)))
        fail_msg("%s of case %d: got %.17g, expected %.17g", name, r->at, actual, e);
}

static void check(struct reference *r, const char *name, double actual)
{
    check_within(r, name, actual, TOLERANCE, 0);
}

static void check_tests(struct reference *r, const double *a, const double *b, int n)
{
    const struct test_input in = {a, b, n, n, rng_seed(0)};
    struct paired c = paired_compare(a, b, n);
    struct test_result flip = c.sign_flip, welch = test_welch.run(&in);
    double flip_p = expected(r, "flip_p");

    check(r, "t", c.t.statistic);
    check(r, "t_p", c.t.p);
    check(r, "half", c.difference.half_width);
    check(r, "g", c.hedges_g);
    check(r, "welch", welch.statistic);
    check(r, "welch_p", welch.p);
    check(r, "v", c.signed_rank.statistic);
    check(r, "v_p", c.signed_rank.p);
    check(r, "sign_p", test_sign.run(&in).p);
    check(r, "better", probability_of_improvement(a, n, b, n));
    if (flip.way == TEST_EXACT) {
        assert_true(flip.n <= SIGN_FLIP_EXACT);
        check(r, "flip_p", flip.p);
    } else if (!isnan(flip_p)) { /* five standard errors of the draws */
        double error = 5 * sqrt(flip_p * (1 - flip_p) / SIGN_FLIP_DRAWS) + 1.0 / SIGN_FLIP_DRAWS;

        check_within(r, "flip_p", flip.p, 0, error);
    }
}

static void check_bootstrap(struct reference *r, uint64_t *g, const int64_t *ints,
                            const double *x, int n, double scale)
{
    struct bootstrap b;
    double draws[N_DRAWS], size = 0;

    for (int k = 0; k < N_DRAWS; k++) {
        int64_t sum = 0;

        for (int i = 0; i < n; i++)
            sum += ints[below(g, (uint64_t)n)];
        draws[k] = (double)sum / (n * scale);
        size = fmax(size, fabs(draws[k]));
    }
    bootstrap_ends(x, n, draws, N_DRAWS, 0.95, &b);
    /* An end may lie near 0, between two draws that do not. */
    check_within(r, "low", b.percentile.low, 0, TOLERANCE * size);
    check_within(r, "high", b.percentile.high, 0, TOLERANCE * size);
    check_within(r, "bca_low", b.bca.low, 0, TOLERANCE * size);
    check_within(r, "bca_high", b.bca.high, 0, TOLERANCE * size);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void check_bayes(struct reference *r, uint64_t *g, double *d, int n, double scale)
{
    double weights[MAX_N], sum = 0, rope;
    struct bayes weight;

    for (int i = 0; i < n; i++)
        sum += weights[i] = 1 + (double)below(g, 1000);
    for (int i = 0; i < n; i++) {
        weights[i] /= sum;
        d[i] /= scale;
    }
    rope = (double)below(g, 50) / 1024;
    qsort(d, (size_t)n, sizeof *d, by_value);
    weight = bayes_weigh(d, weights, n, rope);
    check(r, "left", weight.left);
    check(r, "right", weight.right);
    assert_true(fabs(weight.left + weight.rope + weight.right - 1) < TOLERANCE);
}

static void check_friedman(struct reference *r, uint64_t *g)
{
    int k = 2 + (int)below(g, 8), n = 2 + (int)below(g, 29);
    uint64_t span = r->at % 2 ? 12 : 1000000;
    struct arena arena = {0};
    double values[30 * 9];
    struct friedman f;

    for (int i = 0; i < n * k; i++)
        values[i] = (double)(below(g, span) + (r->at % 3 ? 0 : (uint64_t)(i % k)) * span / 20);
    f = friedman_test(values, n, k, true, &arena);
    check(r, "chi", f.chi_squared);
    check(r, "chi_p", f.chi_squared_p);
    check(r, "f", f.f);
    check(r, "f_p", f.f_p);
    check_within(r, "nemenyi", f.nemenyi_p[k - 1], TOLERANCE, RANGE_TOLERANCE);
    check(r, "pairwise", f.pairwise_p[k - 1]);

    /* The other direction turns the ranks around, and no p-value. */
    struct friedman other = friedman_test(values, n, k, false, &arena);

    assert_true(isnan(f.f_p) ? isnan(other.f_p) : other.f_p == f.f_p);
    for (int i = 0; i < k; i++)
        assert_true(fabs(f.mean_ranks[i] + other.mean_ranks[i] - k - 1) < TOLERANCE);
    arena_release(&arena);
}

static void check_corrections(struct reference *r, uint64_t *g)
{
    static const char *const columns[] = {"holm", "hochberg", "bh"};
    double p[20], adjusted[20];
    int n = 1 + (int)below(g, 20);

    for (int i = 0; i < n; i++)
        p[i] = pow(1 + (double)below(g, 1000), 2) / 1e6;
    for (int t = 0; adjust_types[t]; t++) {
        double sum = 0;

        adjust_types[t]->run(p, n, adjusted);
        for (int i = 0; i < n; i++)
            sum += (i + 1) * adjusted[i];
        check(r, columns[t], sum);
    }
}

static void check_case(struct reference *r)
{
    static const double scales[] = {1024, 1024, 1024, 8, 8, 1};
    uint64_t g = (uint64_t)r->at, n1 = below(&g, 199), n2 = below(&g, 199);
    int n = 2 + (int)(n1 < n2 ? n1 : n2), kind = r->at % 6;
    int64_t ints[2][MAX_N];
    double x[2][MAX_N], d[MAX_N];

    for (int s = 0; s < 2; s++) {
        for (int i = 0; i < n; i++) {
            ints[s][i] = draw_one(&g, kind, s == 0);
            x[s][i] = (double)ints[s][i] / scales[kind];
        }
    }
    for (int i = 0; i < n; i++)
        d[i] = (double)(ints[0][i] - ints[1][i]);
    check_tests(r, x[0], x[1], n);
    check_bootstrap(r, &g, ints[0], x[0], n, scales[kind]);
    check_bayes(r, &g, d, n, scales[kind]);
    check_friedman(r, &g);
    check_corrections(r, &g);
}

static void read_names(struct reference *r)
{
    char line[1000];

    assert_non_null(fgets(line, sizeof line, r->file));
    for (char *word = strtok(line, " \n"); word; word = strtok(NULL, " \n"))
        snprintf(r->names[r->n_columns++], sizeof *r->names, "%s", word);
}

static void test_reference(void **state)
{
    struct reference r = {.file = fopen("tests/reference/statistics.txt", "r")};

    (void)state;
    if (!r.file)
        fail_msg("tests/reference/statistics.txt: run this in the project's folder");
    read_names(&r);
    for (r.at = 0; r.at < N_CASES; r.at++) {
        for (int c = 0; c < r.n_columns; c++)
            if (fscanf(r.file, "%lf", &r.values[c]) != 1)
                fail_msg("statistics.txt ends before case %d", r.at);
        check_case(&r);
    }
    fclose(r.file);
    for (int c = 0; c < r.n_columns; c++)
        if (r.n_checked[c] < N_CASES)
            fail_msg("%s was checked %d times", r.names[c], r.n_checked[c]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_reference)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
