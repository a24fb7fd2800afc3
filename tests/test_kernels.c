/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/elementary.h"
#include "math/kernels.h"
#include "math/rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

/* In units of the last place of the true value; libm's own error is below 1. */
static double ulps(double got, double want)
{
    return fabs(got - want) / (nextafter(fabs(want), INFINITY) - fabs(want));
}

static void test_exp_and_log(void **state)
{
    struct rng rng = rng_seed(3);

    (void)state;
    for (int i = 0; i < 200000; i++) {
        double x = (rng_uniform(&rng) - 0.5) * (i % 2 ? 1400 : 10);

        assert_true(ulps(kernel_exp(x), exp(x)) <= 2);
        x = exp((rng_uniform(&rng) - 0.5) * (i % 2 ? 1400 : 2));
        if (fabs(log(x)) > 1e-3)
            assert_true(ulps(kernel_log(x), log(x)) <= 2);
        assert_true(fabs(kernel_log(x) - log(x)) <= 2e-16 * fmax(1, fabs(log(x))) * 2);
    }
    assert_true(kernel_exp(-1000) == 0);
    assert_true(isinf(kernel_exp(1000)));
    assert_true(isnan(kernel_exp(NAN)));
    assert_true(kernel_exp(0) == 1 && kernel_log(1) == 0);
}

static void test_turns(void **state)
{
    struct rng rng = rng_seed(4);

    (void)state;
    for (int i = 0; i < 100000; i++) {
        double x = (rng_uniform(&rng) - 0.5) * 8;

        assert_true(fabs(kernel_cospi(x) - cos(3.14159265358979323846 * x)) < 4e-15);
        assert_true(fabs(kernel_sinpi(x) - sin(3.14159265358979323846 * x)) < 4e-15);
    }
    assert_true(kernel_cospi(1) == -1 && kernel_sinpi(1) == 0 && kernel_cospi(0.5) == 0);
}

static void test_normal(void **state)
{
    enum { N = 100003 };
    static float x[N];
    struct rng rng = rng_seed(5);
    double mean = 0, square = 0;

    (void)state;
    kernel_normal(x, N, rng.key);
    for (int i = 0; i < N; i++) {
        mean += x[i] / N;
        square += (double)x[i] * x[i] / N;
    }
    assert_true(fabs(mean) < 0.012 && fabs(square - 1) < 0.018); /* 4 standard errors */
}

/* The tables that this CPU can run. */
static const struct kernels *const tables[] = {&kernels_v3, &kernels_v4};

static int n_tables(void)
{
    return kernels == &kernels_v4 ? 2 : 1;
}

/* The loop that vectorises, beside the functions of one number. */
static void test_box_muller(void **state)
{
    enum { PAIRS = 2003 };
    uint32_t words[2 * PAIRS];
    float y[2 * PAIRS], want[2 * PAIRS];
    struct rng rng = rng_seed(17);

    (void)state;
    for (int i = 0; i < 2 * PAIRS; i++)
        words[i] = i < 4 ? (i % 3 ? UINT32_MAX : 0) : rng_next(&rng); /* the ends too */
    for (int i = 0; i < 2 * PAIRS; i += 2) {
        double radius = sqrt(-2 * kernel_log((words[i] + 0.5) * 0x1p-32));
        double turn = (words[i + 1] + 0.5) * 0x1p-31;

        want[i] = (float)(radius * kernel_cospi(turn));
        want[i + 1] = (float)(radius * kernel_sinpi(turn));
    }
    for (int t = 0; t < n_tables(); t++) {
        tables[t]->box_muller(y, words, PAIRS);
        assert_memory_equal(y, want, sizeof want);
    }
}

static void test_relu_keeps_nan(void **state)
{
    float y[3] = {-1, 2, NAN};

    (void)state;
    kernels->relu(y, 3);
    assert_true(y[0] == 0 && y[1] == 2 && isnan(y[2]));
}

static void test_exp_float(void **state)
{
    struct rng rng = rng_seed(6);

    (void)state;
    for (int i = 0; i < 400000; i++) {
        float x = (float)(rng_uniform(&rng) * 175 - 87);
        double want = exp(x), ulp = nextafterf((float)want, INFINITY) - (float)want;

        assert_true(fabs(exp_float(x) - want) <= 1.5 * ulp);
    }
    assert_true(exp_float(-INFINITY) == 0 && exp_float(-1000) == 0 && exp_float(0) == 1);
    assert_true(isnan(exp_float(NAN)));
}

enum { ROWS = 7, N = 67, STRIDE = 80, SIZE = ROWS * STRIDE };

static void fill(float *x, size_t n, uint64_t seed, double scale)
{
    struct rng rng = rng_seed(seed);

    for (size_t i = 0; i < n; i++)
        x[i] = (float)((rng_uniform(&rng) - 0.5) * scale);
}

static void test_gelu(void **state)
{
    enum { N_POINTS = 100003 };
    static float x[N_POINTS], y[N_POINTS], slope[N_POINTS], alone[N_POINTS];

    (void)state;
    fill(x, N_POINTS, 7, 24);
    for (int t = 0; t < n_tables(); t++) {
        for (int form = 0; form < 2; form++) {
            void (*gelu)(float *, float *, size_t) = form ? tables[t]->gelu_tanh : tables[t]->gelu;

            memcpy(y, x, sizeof y);
            gelu(y, slope, N_POINTS);
            memcpy(alone, x, sizeof alone);
            gelu(alone, NULL, N_POINTS);
            assert_memory_equal(alone, y, sizeof y);
            for (int i = 0; i < N_POINTS; i++) {
                double v = x[i], cube = 0.044715 * v * v * v, root = sqrt(2 / M_PI);
                double u = tanh(root * (v + cube)), density = exp(-v * v / 2) / sqrt(2 * M_PI);
                double phi = form ? (1 + u) / 2 : erfc(-v / sqrt(2)) / 2;
                double rise = form ? (1 - u * u) / 2 * root * (1 + 3 * 0.044715 * v * v) : density;

                assert_true(fabs(y[i] - v * phi) <= 3e-7 * fmax(1, fabs(v)));
                assert_true(fabs(slope[i] - (phi + v * rise)) <= 5e-7);
            }
        }
    }
}

static void test_layer_norm(void **state)
{
    static float x[ROWS * N], y[ROWS * N], stats[ROWS * 2], w[N], b[N];

    (void)state;
    fill(x, ROWS * N, 8, 6);
    fill(w, N, 9, 2);
    fill(b, N, 10, 2);
    for (int t = 0; t < n_tables(); t++) {
        tables[t]->layer_norm(y, x, w, b, stats, ROWS, N, 1e-5f);
        for (int r = 0; r < ROWS; r++) {
            double mean = 0, variance = 0;

            for (int i = 0; i < N; i++)
                mean += x[r * N + i] / (double)N;
            for (int i = 0; i < N; i++)
                variance += (x[r * N + i] - mean) * (x[r * N + i] - mean) / N;
            for (int i = 0; i < N; i++) {
                double h = (x[r * N + i] - mean) / sqrt(variance + 1e-5);

                assert_true(fabs(y[r * N + i] - (h * w[i] + b[i])) <= 8 * 0x1p-24 * 2);
            }
        }
    }
}

static void test_softmax(void **state)
{
    static float x[SIZE], y[SIZE];

    (void)state;
    fill(x, SIZE, 11, 60);
    for (int t = 0; t < n_tables(); t++) {
        memcpy(y, x, sizeof y);
        tables[t]->softmax(y, 0.5f, ROWS, N, STRIDE);
        for (int r = 0; r < ROWS; r++) {
            double sum = 0, max = -INFINITY;

            for (int i = 0; i < N; i++)
                max = fmax(max, x[r * STRIDE + i]);
            for (int i = 0; i < N; i++)
                sum += exp((x[r * STRIDE + i] - max) * 0.5);
            for (int i = 0; i < STRIDE; i++) {
                double p = i < N ? exp((x[r * STRIDE + i] - max) * 0.5) / sum : 0;

                assert_true(fabs(y[r * STRIDE + i] - p) <= 3e-7);
            }
        }
    }
}

static void test_periodic(void **state)
{
    enum { K = 67 };
    static float c[K], y[2 * K], g[2 * K], gc[K];

    (void)state;
    for (int t = 0; t < n_tables(); t++) {
        for (int i = 0; i < 3000; i++) {
            float x = (float)(i - 1500) / 300;

            fill(c, K, (uint64_t)i, i % 2 ? 32 : 0.1); /* up to 80 turns */
            fill(g, 2 * K, (uint64_t)i + 1, 2);
            memset(gc, 0, sizeof gc);
            tables[t]->periodic(y, x, c, K);
            tables[t]->periodic_backward(gc, g, y, x, K);
            for (int k = 0; k < K; k++) {
                double turn = (double)c[k] * x, part = turn - nearbyint(turn);
                double sine = sin(2 * M_PI * part), cosine = cos(2 * M_PI * part);

                assert_true(fabs(y[k] - cosine) <= 3e-7 && fabs(y[K + k] - sine) <= 3e-7);
                assert_true(fabs(gc[k] - 2 * M_PI * x * (cosine * g[K + k] - sine * g[k])) <=
                            1e-6 * 2 * M_PI * fmax(1, fabs(x)));
            }
        }
        c[0] = NAN;
        tables[t]->periodic(y, 1, c, 1);
        assert_true(isnan(y[0]) && isnan(y[1]));
    }
}

/* The words of a generator, one after the other. */
static void test_dropout(void **state)
{
    enum { N_FLOATS = 1003 };
    static float x[N_FLOATS], y[N_FLOATS], sum[N_FLOATS];
    struct rng start = rng_index(rng_seed(18), 3);

    (void)state;
    fill(x, N_FLOATS, 19, 2);
    for (int t = 0; t < n_tables(); t++) {
        struct rng rng = start;

        fill(sum, N_FLOATS, 20, 2);
        tables[t]->dropout(y, x, false, start.key, 0x50000000u, 1.5f, N_FLOATS);
        for (int i = 0; i < N_FLOATS; i++)
            assert_true(y[i] == (rng_next(&rng) >= 0x50000000u ? x[i] * 1.5f : 0));
        tables[t]->dropout(sum, x, true, start.key, 0x50000000u, 1.5f, N_FLOATS);
        fill(x, N_FLOATS, 20, 2);
        for (int i = 0; i < N_FLOATS; i++)
            assert_true(sum[i] == x[i] + y[i]);
        fill(x, N_FLOATS, 19, 2);
    }
}

/* Sums of fewer columns than a vector has, and of several vectors; y masks what is summed. */
static void test_columns(void **state)
{
    enum { COLUMNS = 37, R = 29 };
    static float x[R * COLUMNS], g[R * COLUMNS], y[R * COLUMNS];

    (void)state;
    for (int t = 0; t < n_tables(); t++) {
        double sums[COLUMNS], squares[COLUMNS], by[COLUMNS], by_x[COLUMNS];

        fill(x, R * COLUMNS, 31, 2);
        fill(g, R * COLUMNS, 32, 2);
        fill(y, R * COLUMNS, 33, 2);
        tables[t]->column_sums(sums, squares, x, R, COLUMNS);
        tables[t]->column_products(by, by_x, g, x, y, R, COLUMNS);
        fill(g, R * COLUMNS, 32, 2);
        for (int c = 0; c < COLUMNS; c++) {
            double want[4] = {0};

            for (int at = c; at < R * COLUMNS; at += COLUMNS) {
                double v = (double)x[at], gradient = y[at] > 0 ? (double)g[at] : 0;

                want[0] += v;
                want[1] += v * v;
                want[2] += gradient;
                want[3] += gradient * v;
            }
            assert_true(sums[c] == want[0] && squares[c] == want[1] && by[c] == want[2] && by_x[c] == want[3]);
        }
    }
}

/* Every kernel, one after the other, over the same numbers. */
struct numbers {
    float a[SIZE], b[SIZE], c[SIZE], d[SIZE], row[STRIDE], other[STRIDE], stats[2 * ROWS];
    double e[SIZE], square;
};

static void run_all(const struct kernels *k, struct numbers *x)
{
    fill(x->a, SIZE, 12, 4);
    fill(x->b, SIZE, 13, 4);
    fill(x->c, SIZE, 14, 4);
    fill(x->row, STRIDE, 15, 2);
    fill(x->other, STRIDE, 16, 2);
    k->add_bias(x->a, x->b, x->row, ROWS, N);
    k->layer_norm(x->c, x->a, x->row, x->other, x->stats, ROWS, N, 1e-5f);
    k->gelu(x->c, x->d, ROWS * N);
    k->slope_backward(x->c, x->d, x->row, ROWS, N);
    k->gelu_tanh(x->b, x->d, ROWS * N);
    k->layer_norm_backward(x->b, true, x->c, x->a, x->stats, x->other, x->row, x->other, ROWS, N);
    k->layer_norm_backward(x->d, false, x->c, x->a, x->stats, x->other, x->row, x->other, ROWS, N);
    k->relu(x->a, ROWS * N);
    k->relu_backward(x->b, x->a, x->row, ROWS, N);
    k->bias_backward(x->d, x->other, ROWS, N);
    k->scale_rows(x->a, x->stats, ROWS, N);
    k->add(x->a, x->d, ROWS * N);
    k->scale(x->a, 0.3f, ROWS * N);
    k->softmax(x->a, 0.5f, ROWS, N, STRIDE);
    k->softmax_backward(x->d, x->a, 0.5f, ROWS, N, STRIDE);
    for (int i = 0; i < SIZE; i++)
        x->e[i] = x->b[i];
    k->exps(x->e, x->e, SIZE);
    k->periodic(x->c, 1.7f, x->row, N);
    k->periodic_backward(x->other, x->b, x->c, 1.7f, N);
    k->dropout(x->a, x->b, true, (uint32_t[2]){1, 2}, 1u << 30, 1.5f, ROWS * N);
    k->reglu(x->d, x->b, ROWS / 2, N);
    k->reglu_backward(x->a, true, x->d, x->b, ROWS / 2, N);
    k->column_sums(x->e, x->e + N, x->b, ROWS, N);
    k->affine(x->a, x->b, x->row, x->other, x->d, true, ROWS / 2, N);
    k->affine_backward(x->c, true, x->b, x->a, x->row, x->other, x->stats, ROWS / 2, N);
    k->column_products(x->e + 2 * N, x->e + 3 * N, x->c, x->b, x->a, ROWS / 2, N);
    x->square = k->square_sum(x->b, ROWS * N);
}

static void test_same_bits_at_both_widths(void **state)
{
    static struct numbers narrow, wide;

    (void)state;
    if (n_tables() < 2)
        skip(); /* this CPU has one width only */
    run_all(&kernels_v3, &narrow);
    run_all(&kernels_v4, &wide);
    assert_memory_equal(&narrow, &wide, sizeof wide);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exp_and_log),
        cmocka_unit_test(test_turns),
        cmocka_unit_test(test_normal),
        cmocka_unit_test(test_box_muller),
        cmocka_unit_test(test_relu_keeps_nan),
        cmocka_unit_test(test_exp_float),
        cmocka_unit_test(test_gelu),
        cmocka_unit_test(test_layer_norm),
        cmocka_unit_test(test_softmax),
        cmocka_unit_test(test_periodic),
        cmocka_unit_test(test_dropout),
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_same_bits_at_both_widths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
