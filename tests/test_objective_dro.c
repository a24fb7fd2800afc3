/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Worst cases beside the package dro, whose exact solvers fitted the models that these losses are of, and beside cvxpy
 * (reference/dro_fits.py). */
#include "objective_bench.h"
#include "reference/dro_fits.h"

#include <math.h>

static const double SOLVER = 1e-6;  /* of dro's conic solver, in the value */
static const double WEIGHT = 1e-3;  /* of cvxpy's, in a weight, whose error is the root of the value's */

/* Do all losses but equal one number, that of a constant answer? Then any weights will do. */
static bool has_collapsed(const double *losses)
{
    double low = losses[0], high = losses[0];

    for (int i = 1; i < DRO_N; i++) {
        low = fmin(low, losses[i]);
        high = fmax(high, losses[i]);
    }
    return high - low < 1e-2;
}

/* Weights are compared where they are unique: an optimum of CVaR or TV has losses that tie. */
static void test_fits(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof reference_dro / sizeof *reference_dro; k++) {
        const double *losses = reference_dro[k].losses;
        bool is_unique = !has_collapsed(losses) && (strstr(reference_dro[k].objective, "kl_") ||
                                                    strstr(reference_dro[k].objective, "chi2_"));
        struct objective_bench b;
        double w[DRO_N], value, mean = 0;

        bench_open(&b, reference_dro[k].objective);
        value = bench_value(&b, losses, DRO_N);
        bench_weigh(&b, losses, DRO_N, w);
        arena_release(&b.arena);
        for (int i = 0; i < DRO_N; i++) {
            mean += w[i] * losses[i] / DRO_N;
            if (is_unique && !(fabs(w[i] - reference_dro[k].weights[i]) < WEIGHT))
                fail_msg("%s, fit %zu: weight %d is %.9g, cvxpy's %.9g", reference_dro[k].objective, k, i, w[i],
                         reference_dro[k].weights[i]);
        }
        if (!(fabs(value - reference_dro[k].optimum) < SOLVER && fabs(value - reference_dro[k].value) < SOLVER &&
              fabs(mean - value) < 1e-9))
            fail_msg("%s, fit %zu: value %.9g, of the weights %.9g, dro's %.9g, cvxpy's %.9g", reference_dro[k].objective, k,
                     value, mean, reference_dro[k].optimum, reference_dro[k].value);
    }
    assert_true(sizeof reference_dro / sizeof *reference_dro >= 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_fits)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
