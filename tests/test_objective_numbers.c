/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Objectives against computations of another kind: formulas in long double, duals
 * minimised by golden section, and sequences of batches for those with a memory. */
#include "objective_bench.h"
#include "reference/objectives.h"
#include "reference/risks.h"

#include "math/rng.h"

#include <math.h>

/* The numbers of the objectives agree to this share of the largest weight. */
static const double TOLERANCE = 1e-6;

enum { N = 40, MAX_MEMORY = 3, MAX_OBJECTIVES = 100 };

struct sample {
    const char *name;
    int n;
    double x[N];
};

static struct sample samples[7] = {
    {.name = "random", .n = N},
    {.name = "ties", .n = 9, .x = {1, 2, 2, 2, 0.5, 2, 3, 3, 0}},
    {.name = "all equal", .n = 6, .x = {1.5, 1.5, 1.5, 1.5, 1.5, 1.5}},
    {.name = "one", .n = 1, .x = {0.7}},
    {.name = "zero", .n = 4},
    {.name = "few", .n = 3, .x = {0.2, 4, 1}}, /* fewer than 1/alpha */
    {.name = "huge", .n = 5, .x = {1e6, 3, 0, 2e6, 1e3}},
};

static int draw_samples(void **state)
{
    struct rng rng = rng_seed(7);

    (void)state;
    for (int i = 0; i < N; i++)
        samples[0].x[i] = -log(1 - rng_uniform(&rng)); /* skewed, as losses are */
    return 0;
}

/* The objectives that were compared with weights computed otherwise, on all samples. */
static bool is_compared[MAX_OBJECTIVES];

static int index_of(const struct objective_type *type)
{
    int i = 0;

    while (objective_kind.at(i) != &type->component)
        i++;
    assert_true(i < MAX_OBJECTIVES);
    return i;
}

/* The weights that `b` gives to a sample are w[n]. */
static void check(struct objective_bench *b, const char *text, const struct sample *s,
                  const long double *w)
{
    long double largest = 0;
    double got[N];

    bench_weigh(b, s->x, s->n, got);
    for (int i = 0; i < s->n; i++)
        largest = fmaxl(largest, fabsl(w[i]));
    for (int i = 0; i < s->n; i++)
        if (!(fabsl(got[i] - w[i]) <= TOLERANCE * largest))
            fail_msg("%s, %s: weight %d is %.12g, not %.12Lg", text, s->name, i, got[i], w[i]);
    is_compared[index_of(b->o.type)] = true;
}

/* Runs `text` over all samples; `want` fills the weights it should give. */
static void compare(const char *text, void (*want)(const double *x, int n, long double *ret_w))
{
    for (size_t k = 0; k < sizeof samples / sizeof *samples; k++) {
        const struct sample *s = &samples[k];
        struct objective_bench b;
        long double w[N];

        want(s->x, s->n, w);
        bench_open(&b, text);
        check(&b, text, s, w);
        arena_release(&b.arena);
    }
}

static long double mean(const long double *x, int n)
{
    long double sum = 0;

    for (int i = 0; i < n; i++)
        sum += x[i];
    return sum / n;
}

static void divide_by_mean(long double *w, int n)
{
    long double m = mean(w, n);

    for (int i = 0; i < n; i++)
        w[i] /= m;
}

/* ---- formulas ---- */

static void want_erm(const double *x, int n, long double *w)
{
    (void)x;
    for (int i = 0; i < n; i++)
        w[i] = 1;
}

static void want_rgd(const double *x, int n, long double *w)
{
    for (int i = 0; i < n; i++)
        w[i] = expl(fminl(x[i], 2) / 3);
}

static void want_mean_one(const double *x, int n, long double *w)
{
    want_rgd(x, n, w);
    divide_by_mean(w, n);
}

static void want_chi2_form(const double *x, int n, long double *w)
{
    for (int i = 0; i < n; i++)
        w[i] = 1 + fminl(x[i], 2) / 3;
}

static void want_revkl_form(const double *x, int n, long double *w)
{
    for (int i = 0; i < n; i++)
        w[i] = 1 / (1 - fminl(x[i], 2) / 3);
}

static void exponential(const double *x, int n, long double a, long double *w)
{
    long double top = a * x[0];

    for (int i = 1; i < n; i++)
        top = fmaxl(top, a * x[i]);
    for (int i = 0; i < n; i++)
        w[i] = expl(a * x[i] - top);
    divide_by_mean(w, n);
}

static void want_kl(const double *x, int n, long double *w)
{
    exponential(x, n, 1 / 0.7L, w);
}

static void want_term_below(const double *x, int n, long double *w)
{
    exponential(x, n, -2, w);
}

static void want_class_balanced(const double *x, int n, long double *w)
{
    long double of[N_CLASSES], sum = 0;

    (void)x;
    for (int c = 0; c < N_CLASSES; c++) {
        of[c] = (1 - 0.99L) / (1 - powl(0.99L, class_counts[c]));
        sum += of[c];
    }
    for (int i = 0; i < n; i++)
        w[i] = of[i % N_CLASSES] * N_CLASSES / sum;
}

/* d/d loss_i of mean_g L_g + 3 var_g L_g, by hand for the groups i mod 2. */
static void want_vrex(const double *x, int n, long double *w)
{
    long double sums[2] = {0}, centre = 0;
    int counts[2] = {0}, present;

    for (int i = 0; i < n; i++) {
        sums[i % 2] += x[i];
        counts[i % 2]++;
    }
    present = 1 + (counts[1] > 0);
    for (int g = 0; g < present; g++)
        centre += sums[g] / counts[g] / present;
    for (int i = 0; i < n; i++)
        w[i] = (1 + 6 * (sums[i % 2] / counts[i % 2] - centre)) * n / (present * counts[i % 2]);
}

static void test_formulas(void **state)
{
    (void)state;
    compare("erm", want_erm);
    compare("rgd clip=2", want_rgd);
    compare("rgd clip=1e300", want_erm);
    compare("rgd_mean_one clip=2", want_mean_one);
    compare("rgd_chi2 clip=2", want_chi2_form);
    compare("rgd_revkl clip=2", want_revkl_form);
    compare("kl_dro lambda=0.7", want_kl);
    compare("term t=-2", want_term_below);
    compare("term t=0", want_erm);
    compare("class_balanced beta=0.99", want_class_balanced);
    compare("vrex lambda=3 anneal=0 by=environment", want_vrex);
}

/* ---- duals ---- */

/* The minimum of a convex f on [low, high]. */
static long double golden(long double (*f)(const double *x, int n, long double at),
                          const double *x, int n, long double low, long double high)
{
    const long double ratio = 0.61803398874989484820L;

    for (int k = 0; k < 300; k++) {
        long double a = high - ratio * (high - low), b = low + ratio * (high - low);

        if (f(x, n, a) <= f(x, n, b))
            high = b;
        else
            low = a;
    }
    return (low + high) / 2;
}

static long double ramp_power(const double *x, int n, long double eta, int power)
{
    long double sum = 0;

    for (int i = 0; i < n; i++)
        sum += x[i] > eta ? powl(x[i] - eta, power) : 0;
    return sum / n;
}

static long double highest(const double *x, int n)
{
    long double top = x[0];

    for (int i = 1; i < n; i++)
        top = fmaxl(top, x[i]);
    return top;
}

static long double chi2_dual(const double *x, int n, long double eta)
{
    return eta + sqrtl((1 + 2 * 0.3L) * ramp_power(x, n, eta, 2)); /* rho = 0.3 */
}

static long double chi2_penalised_dual(const double *x, int n, long double eta)
{
    return ramp_power(x, n, eta, 2) / (2 * 0.5L) + 0.5L / 2 + eta; /* lambda = 0.5 */
}

static long double cvar_dual(const double *x, int n, long double eta)
{
    return eta + ramp_power(x, n, eta, 1) / 0.15L; /* alpha = 0.15 */
}

static long double kl_dual(const double *x, int n, long double log_lambda)
{
    long double lambda = expl(log_lambda), top = highest(x, n), sum = 0; /* rho = 0.4 */

    for (int i = 0; i < n; i++)
        sum += expl((x[i] - top) / lambda);
    return lambda * 0.4L + lambda * logl(sum / n) + top;
}

static long double kl_cvar_dual(const double *x, int n, long double eta)
{
    long double sum = 0; /* alpha = 0.3, lambda = 0.5 */

    for (int i = 0; i < n; i++) { /* sup over w <= 1/alpha of w (x - eta) - lambda w log w */
        long double w = fminl(expl(fminl((x[i] - eta) / 0.5L - 1, 40)), 1 / 0.3L);

        sum += w * (x[i] - eta) - 0.5L * (w > 0 ? w * logl(w) : 0);
    }
    return eta + sum / n;
}

/* The value at the weights is the least of the dual: no worse distribution exists. */
static void compare_dual(const char *text,
                         long double (*dual)(const double *x, int n, long double at),
                         long double low, long double high)
{
    for (size_t k = 0; k + 1 < sizeof samples / sizeof *samples; k++) { /* but the huge ones */
        const struct sample *s = &samples[k];
        struct objective_bench b;
        long double want = dual(s->x, s->n, golden(dual, s->x, s->n, low, high));
        double got;

        bench_open(&b, text);
        got = bench_value(&b, s->x, s->n);
        arena_release(&b.arena);
        if (fabsl(got - want) > 1e-8L * fmaxl(1, fabsl(want)))
            fail_msg("%s, %s: value %.12g, its dual %.12Lg", text, s->name, got, want);
    }
}

static void test_duals(void **state)
{
    (void)state;
    compare_dual("chi2_dro rho=0.3", chi2_dual, -100, 10);
    compare_dual("chi2_dro_penalised lambda=0.5", chi2_penalised_dual, -100, 10);
    compare_dual("cvar alpha=0.15", cvar_dual, -100, 10);
    compare_dual("kl_cvar alpha=0.3 lambda=0.5", kl_cvar_dual, -100, 10);
    compare_dual("kl_dro_constrained rho=0.4", kl_dual, -25, 25);
    /* Hashimoto's form: alpha = 1 / (1 + sqrt(2 rho)). */
    compare_dual("chi2_dro_hashimoto alpha=0.563508326896291558", chi2_dual, -100, 10);
}

/* The weights themselves, from the eta of the dual. */
static void want_chi2(const double *x, int n, long double *w)
{
    long double top = highest(x, n), span = fmaxl(1, top);
    long double eta = golden(chi2_dual, x, n, -100 * span, top);
    int n_top = 0;

    for (int i = 0; i < n; i++)
        n_top += x[i] == top;
    for (int i = 0; i < n; i++)
        w[i] = n <= 1.6L * n_top ? x[i] == top : fmaxl(0, x[i] - eta);
    divide_by_mean(w, n);
}

static void want_chi2_penalised(const double *x, int n, long double *w)
{
    long double low = highest(x, n) - 0.5L * n - 1, high = highest(x, n);

    for (int k = 0; k < 200; k++) {
        long double middle = (low + high) / 2;

        *(ramp_power(x, n, middle, 1) > 0.5L ? &low : &high) = middle;
    }
    for (int i = 0; i < n; i++)
        w[i] = fmaxl(0, x[i] - low) / 0.5L;
}

static void want_kl_cvar(const double *x, int n, long double *w)
{
    long double low = -100, high = highest(x, n) + 100;

    for (int k = 0; k < 300; k++) {
        long double middle = (low + high) / 2, sum = 0;

        for (int i = 0; i < n; i++)
            sum += fminl(expl((x[i] - middle) / 0.5L), 1 / 0.3L);
        *(sum > n ? &low : &high) = middle;
    }
    for (int i = 0; i < n; i++)
        w[i] = fminl(expl((x[i] - low) / 0.5L), 1 / 0.3L);
}

static void want_kl_constrained(const double *x, int n, long double *w)
{
    long double low = -30, high = 30, top = highest(x, n); /* of log lambda */
    int n_top = 0;

    for (int i = 0; i < n; i++)
        n_top += x[i] == top;
    for (int k = 0; k < 300; k++) {
        long double middle = (low + high) / 2, divergence = 0;

        exponential(x, n, expl(-middle), w);
        for (int i = 0; i < n; i++)
            divergence += w[i] > 0 ? w[i] * logl(w[i]) / n : 0;
        *(divergence > 0.4L ? &low : &high) = middle;
    }
    exponential(x, n, expl(-low), w);
    for (int i = 0; i < n && logl((long double)n / n_top) <= 0.4L; i++)
        w[i] = x[i] == top ? (long double)n / n_top : 0;
}

/* By counting, loss by loss: how many are above, how many equal. */
static void want_cvar(const double *x, int n, long double *w)
{
    for (int i = 0; i < n; i++) {
        long double left = 0.15L * n;
        int n_equal = 0;

        for (int k = 0; k < n; k++) {
            left -= x[k] > x[i];
            n_equal += x[k] == x[i];
        }
        w[i] = fminl(1, fmaxl(0, left) / n_equal) / 0.15L;
    }
}

static void test_weights_of_duals(void **state)
{
    (void)state;
    compare("chi2_dro rho=0.3", want_chi2);
    compare("chi2_dro_hashimoto alpha=0.563508326896291558", want_chi2);
    compare("chi2_dro_penalised lambda=0.5", want_chi2_penalised);
    compare("kl_cvar alpha=0.3 lambda=0.5", want_kl_cvar);
    compare("kl_dro_constrained rho=0.4", want_kl_constrained);
    compare("cvar alpha=0.15", want_cvar);
}

/* ---- with a memory ---- */

/* The batches of all samples in turn, the huge one last; `want` keeps what it will in memory[]. */
static void compare_steps(const char *text, void (*want)(const double *x, int n,
                                                         long double *memory, long double *ret_w))
{
    long double memory[MAX_MEMORY] = {0};
    struct objective_bench b;

    bench_open(&b, text);
    for (size_t k = 0; k < sizeof samples / sizeof *samples; k++) {
        long double w[N];

        want(samples[k].x, samples[k].n, memory, w);
        check(&b, text, &samples[k], w);
    }
    arena_release(&b.arena);
}

static long double log_sum(long double a, long double b)
{
    long double high = fmaxl(a, b);

    return high == -INFINITY ? high : high + log1pl(expl(fminl(a, b) - high));
}

/* exp(x/2) / u, u <- 0.4 u + 0.6 0.5 mean exp(x/2), in logarithms; memory: is there a u, and log u. */
static void want_absgd(const double *x, int n, long double *memory, long double *w)
{
    long double log_mean = -INFINITY;

    for (int i = 0; i < n; i++)
        log_mean = log_sum(log_mean, x[i] / 2.0L - logl(n));
    memory[1] = log_sum(memory[0] > 0 ? memory[1] + logl(0.4L) : -INFINITY, log_mean + logl(0.3L));
    memory[0] = 1;
    for (int i = 0; i < n; i++)
        w[i] = expl(x[i] / 2.0L - memory[1]);
}

/* The same with -2 in place of 2: of u itself, which does not leave the range of numbers. */
static void want_absgd_negative(const double *x, int n, long double *memory, long double *w)
{
    long double sum = 0;

    for (int i = 0; i < n; i++)
        sum += expl(-x[i] / 2.0L) / n;
    memory[0] = 0.4L * memory[0] + 0.3L * sum;
    for (int i = 0; i < n; i++)
        w[i] = expl(-x[i] / 2.0L) / memory[0];
}

/* q_g <- q_g exp(0.3 (L_g + 2/sqrt(n_g))), in logarithms; the sample "one" lacks groups. */
static void want_groups(const double *x, int n, int n_groups, const int *sizes,
                        long double *memory, long double *w)
{
    long double total = -INFINITY, loss[MAX_MEMORY] = {0};
    int counts[MAX_MEMORY] = {0};

    for (int i = 0; i < n; i++) {
        loss[i % n_groups] += x[i];
        counts[i % n_groups]++;
    }
    for (int g = 0; g < n_groups; g++) {
        memory[g] += 0.3L * ((counts[g] ? loss[g] / counts[g] : 0) + 2 / sqrtl(sizes[g]));
        total = log_sum(total, memory[g]);
    }
    for (int i = 0; i < n; i++)
        w[i] = expl(memory[i % n_groups] - total) * n / counts[i % n_groups];
}

static void want_group_dro(const double *x, int n, long double *memory, long double *w)
{
    want_groups(x, n, N_ENVIRONMENTS, environment_counts, memory, w);
}

static void want_group_dro_by_class(const double *x, int n, long double *memory, long double *w)
{
    want_groups(x, n, N_CLASSES, class_counts, memory, w);
}

static void test_with_memory(void **state)
{
    (void)state;
    compare_steps("absgd lambda=2 gamma=0.6 alpha=0.5", want_absgd);
    compare_steps("absgd lambda=2 negative=true gamma=0.6 alpha=0.5", want_absgd_negative);
    compare_steps("group_dro eta=0.3 adjustment=2 by=\"environment\"", want_group_dro);
    compare_steps("group_dro eta=0.3 adjustment=2", want_group_dro_by_class);
}

static void test_vrex_anneals(void **state)
{
    struct objective_bench b;
    const double x[2] = {1, 3}; /* two groups: weights 1 +- 2 beta */
    double w[2];

    (void)state;
    bench_open(&b, "vrex lambda=5 anneal=2 by=environment");
    for (int step = 0; step < 4; step++) {
        bench_weigh(&b, x, 2, w);
        assert_true(fabs(w[1] - (step < 2 ? 3 : 11)) < 1e-12);
    }
    arena_release(&b.arena);
}

/* Who adds an objective need not touch this file, but is told of what is missing here. */
static void test_none_is_missing(void **state)
{
    const struct component *c;
    int n_missing = 0;

    (void)state;
    for (int i = 0; (c = objective_kind.at(i)); i++) {
        for (size_t k = 0; k < sizeof reference_risks / sizeof *reference_risks; k++) /* test_objective_risks.c */
            is_compared[i] |= strcmp(c->name, reference_risks[k].name) == 0;
        for (size_t k = 0; k < sizeof vectors / sizeof *vectors; k++) /* test_objective_vectors.c */
            is_compared[i] |= bench_is_of(vectors[k].text, c->name);
        if (!is_compared[i]) {
            printf("skipped: the weights of \"%s\" are compared with nothing\n", c->name);
            n_missing++;
        }
    }
    if (n_missing)
        skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formulas),
        cmocka_unit_test(test_duals),
        cmocka_unit_test(test_weights_of_duals),
        cmocka_unit_test(test_with_memory),
        cmocka_unit_test(test_vrex_anneals),
        cmocka_unit_test(test_none_is_missing),
    };

    return cmocka_run_group_tests(tests, draw_samples, NULL);
}
