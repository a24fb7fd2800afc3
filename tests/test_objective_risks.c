/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Objectives that are worst cases over distributions, and their kin: recorded weights and values
 * (reference/risks.py), worst cases searched on a grid over all distributions, and what one is of
 * another where their settings meet. */
#include "objective_bench.h"
#include "learn/objective/divergence.h"
#include "reference/risks.h"

#include <math.h>

/* ---- recorded ---- */

static void test_recorded(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof reference_risks / sizeof *reference_risks; k++) {
        struct objective_bench b;
        double w[RISKS_N], value;
        char text[100];

        snprintf(text, sizeof text, "%s %s", reference_risks[k].name, reference_risks[k].settings);
        bench_open(&b, text);
        value = bench_value(&b, risks_losses, RISKS_N);
        bench_weigh(&b, risks_losses, RISKS_N, w);
        arena_release(&b.arena);
        for (int i = 0; i < RISKS_N; i++)
            if (!(fabs(w[i] - reference_risks[k].weights[i]) < 1e-12))
                fail_msg("%s: weight %d is %.17g, not %.17g", text, i, w[i], reference_risks[k].weights[i]);
        if (!(fabs(value - reference_risks[k].value) < 1e-12))
            fail_msg("%s: value %.17g, not %.17g", text, value, reference_risks[k].value);
    }
}

/* ---- all distributions over three losses ---- */

static double chi2_of(const double *w)
{
    double sum = 0;

    for (int i = 0; i < 3; i++)
        sum += (w[i] - 1) * (w[i] - 1) / 6;
    return sum;
}

static double kl_of(const double *w)
{
    double sum = 0;

    for (int i = 0; i < 3; i++)
        sum += w[i] > 0 ? w[i] * log(w[i]) / 3 : 0;
    return sum;
}

static double cressie_read_of(const double *w) /* k = 3 */
{
    return divergence_cressie_read(w, 3, 3);
}

static double tv_of(const double *w)
{
    return (fabs(w[0] - 1) + fabs(w[1] - 1) + fabs(w[2] - 1)) / 6;
}

static double above(const double *w)
{
    return fmax(w[0], fmax(w[1], w[2]));
}

/* Does any w on a grid with limit_of(w) <= limit reach a higher
 * mean(w x) - price limit_of(w) than ours? And ours keeps the limit. */
static void search(const char *text, double (*limit_of)(const double *w), double limit,
                   double price)
{
    enum { STEPS = 600 };
    const double x[3] = {0.3, 1.1, 1.9};
    struct objective_bench b;
    double w[3], ours, best = -INFINITY;

    bench_open(&b, text);
    bench_weigh(&b, x, 3, w);
    arena_release(&b.arena);
    assert_true(fabs(w[0] + w[1] + w[2] - 3) < 1e-9 && limit_of(w) <= limit + 1e-9);
    ours = (w[0] * x[0] + w[1] * x[1] + w[2] * x[2]) / 3 - (price > 0 ? price * limit_of(w) : 0);
    for (int i = 0; i <= STEPS; i++)
        for (int k = 0; i + k <= STEPS; k++) {
            const double q[3] = {3.0 * i / STEPS, 3.0 * k / STEPS, 3.0 * (STEPS - i - k) / STEPS};
            double value = (q[0] * x[0] + q[1] * x[1] + q[2] * x[2]) / 3 -
                           (price > 0 ? price * limit_of(q) : 0);

            if (limit_of(q) <= limit && value > best)
                best = value;
        }
    if (best > ours + 1e-9 || best < ours - 0.01)
        fail_msg("%s: %.9g, the best of the grid %.9g", text, ours, best);
}

static void test_no_worse_distribution(void **state)
{
    (void)state;
    search("chi2_dro rho=0.1", chi2_of, 0.1, 0);
    search("chi2_dro rho=0.5", chi2_of, 0.5, 0);
    search("chi2_dro rho=5", chi2_of, 5, 0);
    search("chi2_dro_penalised lambda=0.6", chi2_of, INFINITY, 0.6);
    search("kl_dro_constrained rho=0.05", kl_of, 0.05, 0);
    search("kl_dro_constrained rho=0.6", kl_of, 0.6, 0);
    search("kl_dro lambda=0.4", kl_of, INFINITY, 0.4);
    search("cvar alpha=0.5", above, 2, 0);
    search("cvar alpha=0.1", above, 10, 0);
    search("cressie_read k=3 rho=0.1", cressie_read_of, 0.1, 0);
    search("cressie_read k=3 rho=0.8", cressie_read_of, 0.8, 0);
    search("cressie_read_penalised k=3 lambda=0.4", cressie_read_of, INFINITY, 0.4);
    search("tv_dro rho=0.2", tv_of, 0.2, 0);
    search("tv_dro rho=0.5", tv_of, 0.5, 0);
}

/* ---- what one is of another ---- */

enum { N_TIED = 11 };
static const double tied[N_TIED] = {0.3, 2, 5, 0.3, 1.2, 2, 0.1, 5, 0.7, 2, 0.05};

/* Both give the losses above, of which some are equal, the same weights. */
static void check_same_weights(const char *text, const char *other)
{
    struct objective_bench a, b;
    double got[N_TIED], want[N_TIED];

    bench_open(&a, text);
    bench_open(&b, other);
    bench_weigh(&a, tied, N_TIED, got);
    bench_weigh(&b, tied, N_TIED, want);
    arena_release(&a.arena);
    arena_release(&b.arena);
    for (int i = 0; i < N_TIED; i++)
        if (!(fabs(got[i] - want[i]) < 1e-12))
            fail_msg("%s: weight %d is %.17g, of %s %.17g", text, i, got[i], other, want[i]);
}

static double value_of(const char *text)
{
    struct objective_bench b;
    double value;

    bench_open(&b, text);
    value = bench_value(&b, tied, N_TIED);
    arena_release(&b.arena);
    return value;
}

/* And the same value. */
static void check_same(const char *text, const char *other)
{
    double got = value_of(text), want = value_of(other);

    check_same_weights(text, other);
    if (!(fabs(got - want) < 1e-12))
        fail_msg("%s: value %.17g, of %s %.17g", text, got, other, want);
}

static void test_identities(void **state)
{
    (void)state;
    check_same("tv_dro rho=0", "erm");
    check_same("tv_dro rho=1", "cvar alpha=0.001");
    check_same("cressie_read k=2 rho=0.3", "chi2_dro rho=0.3");
    check_same("cressie_read k=2 rho=1e-6", "chi2_dro rho=1e-6");
    check_same("cressie_read k=2 rho=3", "chi2_dro rho=3");
    check_same("cressie_read k=2 rho=1e6", "chi2_dro rho=1e6");
    check_same("cressie_read_penalised k=2 lambda=0.4", "chi2_dro_penalised lambda=0.4");
    check_same("cressie_read_penalised k=2 lambda=1e-6", "chi2_dro_penalised lambda=1e-6");
    check_same("rockafellian theta=1e6", "erm");
    check_same_weights("rockafellian theta=0", "term t=-1e6");
    check_same("spectral_extremile r=1", "erm");
    check_same("spectral_exponential aversion=0", "erm");
    check_same_weights("spectral_exponential aversion=9 shift=\"kl\" nu=1e-6", "spectral_exponential aversion=9");
    check_same_weights("spectral_extremile r=3 shift=\"chi2\" nu=1e-6", "spectral_extremile r=3");
    /* All mixtures of the permutations of a steep spectrum are all distributions. */
    check_same("spectral_extremile r=100 shift=\"kl\" nu=2", "kl_dro lambda=2");
    check_same("spectral_extremile r=100 shift=\"chi2\" nu=2", "chi2_dro_penalised lambda=2");
}

/* (1 - rho) CVaR of the worst share 1 - rho, and rho max. */
static void test_tv_is_cvar_and_the_highest(void **state)
{
    (void)state;
    assert_true(fabs(value_of("tv_dro rho=0.35") - (0.65 * value_of("cvar alpha=0.65") + 0.35 * 5)) < 1e-12);
}

/* The threshold's steps by hand; then it arrives where the value is that of CVaR, from above. */
static void test_dual_of_cvar(void **state)
{
    enum { N_STEPS = 20000 };
    static const double THRESHOLDS[] = {1, 1 + 0.2 / 3, 1 + 0.4 / 3, 1.025 + 0.4 / 3}; /* 4, 4, 3 of 8 weigh 10/3 */
    double w[N_TIED], best = value_of("cvar alpha=0.3");
    struct objective_bench b;

    (void)state;
    bench_open(&b, "cvar_dual alpha=0.3 eta=1");
    for (size_t k = 0; k < sizeof THRESHOLDS / sizeof *THRESHOLDS; k++) {
        assert_true(fabs(b.o.state[0] - THRESHOLDS[k]) < 1e-12);
        bench_weigh(&b, risks_losses, RISKS_N, w);
    }
    arena_release(&b.arena);
    bench_open(&b, "cvar_dual alpha=0.3 rate=0.001");
    for (int k = 0; k < N_STEPS; k++) {
        assert_true(bench_value(&b, tied, N_TIED) >= best - 1e-12);
        bench_weigh(&b, tied, N_TIED, w);
    }
    assert_true(bench_value(&b, tied, N_TIED) < best + 0.002);
    arena_release(&b.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recorded),
        cmocka_unit_test(test_no_worse_distribution),
        cmocka_unit_test(test_identities),
        cmocka_unit_test(test_tv_is_cvar_and_the_highest),
        cmocka_unit_test(test_dual_of_cvar),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
