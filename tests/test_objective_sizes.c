/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Objectives of losses of all sizes, from 0 to as large as numbers go: weights that promise a mean
 * of 1 have it, values lose nothing. */
#include "objective_bench.h"

#include "math/rng.h"

#include <math.h>

enum { N_HOSTILE = 4000, MAX_HOSTILE = 6 };

/* Of the numbers that a loss may be: none, tiny, usual, huge, those beside each other, ties. */
static int draw_hostile(struct rng *rng, double *ret_x)
{
    static const double scales[] = {0, 1e-30, 1e-9, 1, 5, 1e3, 1e12, 1e30};
    int n = 1 + (int)rng_below(rng, MAX_HOSTILE);

    for (int i = 0; i < n; i++) {
        ret_x[i] = scales[rng_below(rng, sizeof scales / sizeof *scales)];
        if (rng_below(rng, 2))
            ret_x[i] *= 1 + rng_uniform(rng);
        if (i && rng_below(rng, 4) == 0)
            ret_x[i] = ret_x[rng_below(rng, (uint32_t)i)];
    }
    return n;
}

/* All that promise a mean weight of 1 keep it, whatever the losses. */
static void test_mean_one(void **state)
{
    static const char *const texts[] = {
        "erm", "rgd_mean_one", "rgd_mean_one clip=1e300",
        "kl_dro lambda=1e-6", "kl_dro", "kl_dro lambda=1e6",
        "kl_dro_constrained rho=0.001", "kl_dro_constrained", "kl_dro_constrained rho=2",
        "chi2_dro rho=0.001", "chi2_dro", "chi2_dro rho=1e6",
        "chi2_dro_hashimoto alpha=0.9", "chi2_dro_hashimoto alpha=0.001",
        "chi2_dro_penalised lambda=1e-6", "chi2_dro_penalised", "chi2_dro_penalised lambda=1e6",
        "cvar alpha=0.3", "cvar alpha=0.001", "cvar alpha=1",
        "tv_dro", "tv_dro rho=0.7", "tv_dro rho=1",
        "cressie_read", "cressie_read k=1.01 rho=0.001", "cressie_read k=1.01 rho=1e6",
        "cressie_read k=100 rho=1e-6", "cressie_read k=100 rho=1e6",
        "cressie_read_penalised", "cressie_read_penalised k=1.01 lambda=1e-6",
        "cressie_read_penalised k=1.01 lambda=1e6", "cressie_read_penalised k=100 lambda=1e-6",
        "cressie_read_penalised k=100 lambda=1e6",
        "spectral_extremile", "spectral_extremile r=1", "spectral_extremile r=100",
        "spectral_extremile r=100 shift=\"chi2\" nu=1e-6", "spectral_extremile shift=\"chi2\" nu=1e6",
        "spectral_extremile r=100 shift=\"kl\" nu=1e-6", "spectral_extremile shift=\"kl\" nu=1e6",
        "spectral_exponential", "spectral_exponential aversion=100",
        "spectral_exponential aversion=100 shift=\"chi2\" nu=1e-6", "spectral_exponential shift=\"kl\"",
        "rockafellian", "rockafellian theta=0", "rockafellian theta=1e6",
        "kl_cvar alpha=0.3 lambda=0.001", "kl_cvar alpha=0.9 lambda=10", "kl_cvar alpha=1",
        "kl_cvar alpha=0.001 lambda=1e-6", "kl_cvar alpha=0.5 lambda=1e6",
        "term t=1e6", "term t=0.1", "term t=-1", "term t=-1e6", "term trim=0.3",
        "term by=both", "lin_upper", "lin_upper r=0.001", "quadratic r=0.001", "extremes r=0.001", "extremes r=1e6",
    };

    (void)state;
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        struct rng rng = rng_seed(11);
        struct objective_bench b;

        bench_open(&b, texts[k]);
        for (int i = 0; i < N_HOSTILE; i++) {
            double x[MAX_HOSTILE], w[MAX_HOSTILE], sum = 0;
            int n = draw_hostile(&rng, x);

            bench_weigh(&b, x, n, w);
            for (int j = 0; j < n; j++)
                sum += w[j];
            if (!(fabs(sum / n - 1) < 1e-9)) {
                for (int j = 0; j < n; j++)
                    print_error("loss %.17g weighs %.17g\n", x[j], w[j]);
                fail_msg("%s: %d weights have the mean %.17g", texts[k], n, sum / n);
            }
        }
        arena_release(&b.arena);
    }
}

/* kl_cvar's weights and values by hand, where its exponents are as large as numbers go. */
static void test_far_losses_under_kl_cvar(void **state)
{
    static const struct {
        const char *text;
        int n;
        double x[4], w[4], value;
    } cases[] = {
        {"kl_cvar alpha=0.3 lambda=0.001", 4, {0, 1, 5, 1e12},
         {0, 0, 2.0 / 3, 10.0 / 3}, 1e13 / 12},
        {"kl_cvar alpha=0.9 lambda=10", 3, {1e30, 1.1e30, 3e30},
         {7.0 / 9, 10.0 / 9, 10.0 / 9}, 16e30 / 9},
        /* the lower two lie log 3 apart: what the cap leaves, 3 - 1/0.5, is shared 1 to 3 */
        {"kl_cvar alpha=0.5 lambda=1", 3, {0, 1.0986122886681098, 1e30}, {0.25, 0.75, 2}, 2e30 / 3},
        {"kl_cvar alpha=0.5 lambda=1e-6", 3, {-1e300, 1e300, 1e300}, {0, 1.5, 1.5}, 1e300},
    };

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct objective_bench b;
        double w[4], value;

        bench_open(&b, cases[k].text);
        bench_weigh(&b, cases[k].x, cases[k].n, w);
        value = bench_value(&b, cases[k].x, cases[k].n);
        for (int i = 0; i < cases[k].n; i++)
            if (!(fabs(w[i] - cases[k].w[i]) < 1e-12))
                fail_msg("%s: weight %d is %.17g, not %.17g", cases[k].text, i, w[i],
                         cases[k].w[i]);
        if (!(fabs(value / cases[k].value - 1) < 1e-12))
            fail_msg("%s: value %.17g, not %.17g", cases[k].text, value, cases[k].value);
        arena_release(&b.arena);
    }
}

/* Near 0 all weights are near 1, and the value is the mean loss with nothing lost. */
static void test_values_near_0(void **state)
{
    static const char *const texts[] = {
        "rgd", "rgd clip=1e300", "rgd_chi2", "rgd_revkl", "kl_dro", "kl_dro lambda=1e6",
        "chi2_dro_penalised", "chi2_dro_penalised lambda=1e6", "kl_cvar", "term", "term t=-1", "gce",
        "term t=1e-6", "kl_cvar lambda=1e6", "cressie_read_penalised", "cressie_read_penalised k=1.5 lambda=1e6",
        "cressie_read_penalised k=100", "spectral_extremile shift=\"chi2\"", "spectral_extremile shift=\"kl\"",
        "rockafellian", "spectral_exponential aversion=0", "spectral_exponential shift=\"kl\" nu=1e6",
        "sce alpha=0 a=-1",
    };
    static const double x[3] = {1e-13, 5e-13, 3e-13}, tiny[3] = {1e-30, 5e-30, 3e-30};

    (void)state;
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        struct objective_bench b;
        double value, less;

        bench_open(&b, texts[k]);
        value = bench_value(&b, x, 3);
        less = bench_value(&b, tiny, 3);
        arena_release(&b.arena);
        if (!(fabs(value / 3e-13 - 1) < 1e-11) || !(fabs(less / 3e-30 - 1) < 1e-11))
            fail_msg("%s: values %.17g, not 3e-13, and %.17g, not 3e-30", texts[k], value, less);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mean_one),
        cmocka_unit_test(test_far_losses_under_kl_cvar),
        cmocka_unit_test(test_values_near_0),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
