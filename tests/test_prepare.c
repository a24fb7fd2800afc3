/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Columns of tables: scaled, filled and marked as scikit-learn does it (reference/prepare.py), by
 * the rows of the fit and no others; levels of categories that the fit has not seen are none. */
#include "data/prepare/categories.h"
#include "data/prepare/gauss.h"
#include "data/prepare/numbers.h"
#include "data/prepare/scaling.h"
#include "reference/prepare.h"
#include "stats/distribution.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { N_SMALL = sizeof small_cases / sizeof *small_cases };
enum { N_LONG = sizeof long_quantiles / sizeof *long_quantiles };

/* Inputs, what is missing and results are floats here, doubles there; normal quantiles at the end
 * of 1e-7 have a slope of 2e6 in p. */
static const double TOLERANCE = 1e-5;

/* splitmix64 (Steele, Lea and Flood 2014), as in prepare.py. */
static uint64_t below(uint64_t *state, uint64_t n)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15;

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return (z ^ (z >> 31)) % n;
}

/* Dense, ages, gains with many zeros, heavy in two places, skewed, two values, tiny. */
static void draw_long(float *x)
{
    uint64_t g = 25;

    for (int i = 0; i < LONG_ROWS; i++, x += LONG_COLUMNS) {
        uint64_t a, b;

        x[0] = (float)((double)below(&g, 2000001) - 1000000) / 64;
        x[1] = (float)(17 + below(&g, 74));
        a = below(&g, 100), b = below(&g, 99999);
        x[2] = a < 92 ? 0 : (float)(1 + b);
        a = below(&g, 10), b = below(&g, 101);
        x[3] = a < 3 ? 0 : a < 8 ? 40 : (float)b;
        a = below(&g, 100), a *= below(&g, 100), a *= below(&g, 100);
        x[4] = (float)a;
        x[5] = below(&g, 10) < 3;
        a = below(&g, 1000), a += below(&g, 1000);
        x[6] = (float)a * 0x1p-30f;
    }
}

static void fill_rows(uint32_t *rows, int n)
{
    for (int i = 0; i < n; i++)
        rows[i] = (uint32_t)i;
}

static int index_of(const char *const *names, const char *name)
{
    for (int i = 0; names[i]; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    fail_msg("no \"%s\"", name);
    return -1;
}

static struct prepare_config config_of(const char *numbers)
{
    return (struct prepare_config){.numbers = index_of(scaling_names, numbers)};
}

static void assert_near(double y, double expected, const char *what, int row, int column)
{
    if (!(fabs(y - expected) <= TOLERANCE * fmax(1, fabs(expected))))
        fail_msg("%s, row %d, column %d: %.9g, scikit-learn %.9g", what, row, column, y, expected);
}

static void test_names_are_of_their_types(void **state)
{
    (void)state;
    for (int i = 0; scaling_names[i] || scaling_types[i]; i++)
        assert_string_equal(scaling_names[i], scaling_types[i]->name);
}

static void test_defaults(void **state)
{
    struct arena arena = {0};
    struct settings settings;
    struct prepare_config *config;
    struct error err;
    void *made;

    (void)state;
    settings_init(&settings, &arena);
    component_defaults(&prepare_component, "data", &settings);
    assert_int_equal(settings.n_items, 0); /* older specs stay as they are */
    if (component_configure(&prepare_component, "data", &settings, &arena, &made, &err) < 0)
        fail_msg("%s", err.text);
    config = made;
    assert_string_equal(scaling_names[config->numbers], "standard");
    assert_int_equal(config->missing, MISSING_MEAN);
    assert_false(config->missing_indicator);
    assert_true(config->quantile_noise == 1e-3);
    arena_release(&arena);
}

/* Against libRmath's, from the ends that the quantile transform has to the middle. */
static void test_normal_quantiles(void **state)
{
    (void)state;
    for (int i = 1; i < 4000; i++) {
        double p = i / 4000.0, tail = exp(-i / 100.0);
        double expected = normal_quantile(p), far = normal_quantile(tail);

        assert_true(fabs(gauss_quantile(p) - expected) <= 1e-14 * fabs(expected));
        assert_true(fabs(gauss_quantile(tail) - far) <= 1e-14 * fabs(far));
    }
    assert_true(gauss_quantile(0.5) == 0);
    assert_true(gauss_quantile(0.25) == -gauss_quantile(0.75));
    assert_true(gauss_quantile(0x1p-20) == -gauss_quantile(1 - 0x1p-20));
}

static void test_small_like_scikit_learn(void **state)
{
    struct arena arena = {0};

    (void)state;
    for (int k = 0; k < N_SMALL; k++) {
        struct prepare_config config = config_of(small_cases[k].numbers);
        const struct numbers *t;
        uint32_t rows[SMALL_ROWS];
        float y[SMALL_ROWS * SMALL_WIDTH];
        int width = small_cases[k].width;
        char what[64];

        config.missing =
            strcmp(small_cases[k].missing, "mean") == 0 ? MISSING_MEAN : MISSING_MEDIAN;
        config.missing_indicator = true;
        fill_rows(rows, small_cases[k].n_fit);
        t = numbers_fit(&config, small_rows, SMALL_COLUMNS, rows, small_cases[k].n_fit, rng_seed(1),
                        &arena);
        assert_int_equal(numbers_width(t), width);
        numbers_apply(t, small_rows, SMALL_ROWS, y);
        snprintf(what, sizeof what, "%s, %s, %d rows", small_cases[k].numbers,
                 small_cases[k].missing, small_cases[k].n_fit);
        for (int i = 0; i < SMALL_ROWS * width; i++)
            assert_near((double)y[i], small_cases[k].y[i], what, i / width, i % width);
    }
    arena_release(&arena);
}

static void test_quantiles_like_scikit_learn(void **state)
{
    static float x[LONG_ROWS * LONG_COLUMNS], y[LONG_SHOWN * LONG_COLUMNS];
    static uint32_t rows[LONG_ROWS];
    struct prepare_config config = config_of("quantile");
    struct arena arena = {0};

    (void)state;
    draw_long(x);
    fill_rows(rows, LONG_ROWS);
    for (int k = 0; k < N_LONG; k++) {
        int n = long_quantiles[k].n_fit;
        const struct numbers *t =
            numbers_fit(&config, x, LONG_COLUMNS, rows, n, rng_seed(1), &arena);

        numbers_apply(t, x + LONG_FIRST * LONG_COLUMNS, LONG_SHOWN, y);
        for (int i = 0; i < LONG_SHOWN * LONG_COLUMNS; i++)
            assert_near((double)y[i], long_quantiles[k].y[i], "quantile", i / LONG_COLUMNS,
                        i % LONG_COLUMNS);
    }
    arena_release(&arena);
}

/* Of results that are stored: sums in doubles in the order of the rows, the rest in floats. */
static void test_standard_has_its_bits(void **state)
{
    static float x[LONG_ROWS * LONG_COLUMNS], y[LONG_ROWS * LONG_COLUMNS];
    struct prepare_config config = config_of("standard");
    struct arena arena = {0};
    uint32_t rows[LONG_ROWS / 2];
    int n = LONG_ROWS / 2;

    (void)state;
    draw_long(x);
    for (int i = 0; i < LONG_ROWS; i++)
        x[i * LONG_COLUMNS + 5] = x[i * LONG_COLUMNS + 6] * 16; /* one varies enough, one does not */
    for (int i = 0; i < n; i++)
        rows[i] = (uint32_t)(i * 7 % LONG_ROWS);
    numbers_apply(numbers_fit(&config, x, LONG_COLUMNS, rows, n, rng_seed(1), &arena), x, LONG_ROWS,
                  y);
    for (int c = 0; c < LONG_COLUMNS; c++) {
        double sum = 0, squares = 0, mean, variance;
        float centre, inverse;

        for (int i = 0; i < n; i++)
            sum += (double)x[rows[i] * LONG_COLUMNS + (size_t)c];
        mean = sum / n;
        for (int i = 0; i < n; i++) {
            double d = (double)x[rows[i] * LONG_COLUMNS + (size_t)c] - mean;

            squares += d * d;
        }
        variance = squares / n;
        centre = (float)mean;
        inverse = variance > 1e-12 ? (float)(1 / sqrt(variance)) : 1;
        for (int i = 0; i < LONG_ROWS; i++)
            assert_true(y[i * LONG_COLUMNS + c] == (x[i * LONG_COLUMNS + c] - centre) * inverse);
    }
    arena_release(&arena);
}

/* Fits on every third of the long rows, some missing, and applies to these alone. */
static void prepare_thirds(const struct prepare_config *config, const float *x, float *ret_y,
                           int *ret_width)
{
    struct arena arena = {0};
    uint32_t rows[LONG_ROWS / 3];
    const struct numbers *t;

    for (int i = 0; i < LONG_ROWS / 3; i++)
        rows[i] = (uint32_t)(3 * i);
    t = numbers_fit(config, x, LONG_COLUMNS, rows, LONG_ROWS / 3, rng_seed(5), &arena);
    *ret_width = numbers_width(t);
    for (int i = 0; i < LONG_ROWS / 3; i++)
        numbers_apply(t, x + rows[i] * LONG_COLUMNS, 1, ret_y + i * *ret_width);
    arena_release(&arena);
}

/* What no row of the fit has, moves no bit of theirs: neither other numbers nor missing ones. */
static void test_no_other_row_leaks(void **state)
{
    enum { SIZE = LONG_ROWS / 3 * 2 * LONG_COLUMNS };
    static float x[LONG_ROWS * LONG_COLUMNS], y[SIZE], other[SIZE];

    (void)state;
    for (int k = 0; scaling_types[k]; k++) {
        for (int missing = MISSING_MEAN; missing <= MISSING_MEDIAN; missing++) {
            struct prepare_config config = {k, missing, true, 1e-3};
            uint64_t g = 3;
            int width, other_width;

            draw_long(x);
            for (int i = 0; i < LONG_ROWS; i += 6)
                x[i * LONG_COLUMNS + 1] = x[i * LONG_COLUMNS + 4] = NAN;
            prepare_thirds(&config, x, y, &width);
            for (int i = 0; i < LONG_ROWS * LONG_COLUMNS; i++)
                if (i / LONG_COLUMNS % 3 != 0)
                    x[i] = below(&g, 4) == 0 ? NAN : (float)below(&g, 1000000) - 500000;
            prepare_thirds(&config, x, other, &other_width);
            assert_int_equal(width, LONG_COLUMNS + 2);
            assert_int_equal(other_width, width);
            assert_memory_equal(y, other, (size_t)(LONG_ROWS / 3 * width) * sizeof *y);
        }
    }
}

/* The same rows elsewhere in memory give the same bits; each column has its own noise, which does
 * not depend on those beside it. */
static void test_place_in_memory(void **state)
{
    static float x[LONG_ROWS * LONG_COLUMNS], moved[LONG_ROWS * LONG_COLUMNS],
        y[LONG_ROWS * LONG_COLUMNS], z[LONG_ROWS * LONG_COLUMNS];
    static uint32_t rows[LONG_ROWS], back[LONG_ROWS];

    (void)state;
    draw_long(x);
    fill_rows(rows, LONG_ROWS);
    for (size_t i = 0; i < LONG_ROWS; i++) {
        back[i] = (uint32_t)(LONG_ROWS - 1 - i);
        memcpy(moved + back[i] * LONG_COLUMNS, x + i * LONG_COLUMNS, LONG_COLUMNS * sizeof *x);
    }
    for (int k = 0; scaling_types[k]; k++) {
        struct prepare_config config = {.numbers = k, .quantile_noise = 1e-3};
        struct arena arena = {0};
        const struct numbers *t =
            numbers_fit(&config, x, LONG_COLUMNS, rows, LONG_ROWS, rng_seed(1), &arena);
        const struct numbers *u =
            numbers_fit(&config, moved, LONG_COLUMNS, back, LONG_ROWS, rng_seed(1), &arena);

        numbers_apply(t, x, LONG_ROWS, y);
        numbers_apply(u, x, LONG_ROWS, z);
        assert_memory_equal(y, z, sizeof y);
        for (int i = 0; i < LONG_ROWS; i++) /* all but the first column are lost */
            moved[i] = x[i * LONG_COLUMNS];
        u = numbers_fit(&config, moved, 1, rows, LONG_ROWS, rng_seed(1), &arena);
        numbers_apply(u, moved, LONG_ROWS, z);
        for (int i = 0; i < LONG_ROWS; i++)
            assert_true(y[i * LONG_COLUMNS] == z[i]);
        for (size_t i = 0; i < LONG_ROWS; i++)
            memcpy(moved + back[i] * LONG_COLUMNS, x + i * LONG_COLUMNS, LONG_COLUMNS * sizeof *x);
        arena_release(&arena);
    }
}

/* Without noise zeros that begin a column, and constants, are at its lower end; with it near the
 * middle of the many quantiles they have, each column and generator elsewhere, and other values
 * where they were. */
static void test_noise_is_in_the_fit_alone(void **state)
{
    enum { ZERO, AGE, ALSO_ZERO, CONSTANT, N_SEEN };
    const float seen[N_SEEN] = {0, 50, 0, 7};
    static float x[LONG_ROWS * LONG_COLUMNS];
    static uint32_t rows[LONG_ROWS];
    const struct numbers *t;
    struct arena arena = {0};
    float y[3][N_SEEN];

    (void)state;
    draw_long(x);
    fill_rows(rows, LONG_ROWS);
    for (int i = 0; i < LONG_ROWS; i++) {
        const float *from = x + i * LONG_COLUMNS;
        const float row[N_SEEN] = {from[2], from[1], from[2], 7};

        memcpy(x + i * N_SEEN, row, sizeof row);
    }
    for (int k = 0; k < 3; k++) {
        struct prepare_config config = config_of("quantile");

        config.quantile_noise = k == 0 ? 0 : 1e-3;
        t = numbers_fit(&config, x, N_SEEN, rows, LONG_ROWS, rng_seed((uint64_t)k), &arena);
        numbers_apply(t, seen, 1, y[k]);
    }
    assert_true(y[0][ZERO] < -5 && y[0][ALSO_ZERO] < -5 && y[0][CONSTANT] < -5);
    for (int k = 1; k < 3; k++) {
        assert_true(fabsf(y[k][ZERO] + 0.1f) < 0.1f); /* half of 92% is at -0.1 */
        assert_true(fabsf(y[k][AGE] - y[0][AGE]) < 0.05f);
        assert_true(y[k][ALSO_ZERO] != y[k][ZERO] && fabsf(y[k][ALSO_ZERO] + 0.1f) < 0.1f);
        assert_true(fabsf(y[k][CONSTANT]) < 0.15f);
    }
    assert_true(y[1][ZERO] != y[2][ZERO]);
    arena_release(&arena);
}

static void test_names(void **state)
{
    static const char *const names[] = {"age", "gain", "hours"};
    const float x[] = {1, 2, 3, 4, NAN, 6, NAN, 8, NAN}, all_missing[] = {NAN, NAN, NAN};
    const uint32_t rows[] = {0, 1};
    struct prepare_config config = config_of("none");
    struct arena arena = {0};
    const struct numbers *t;
    float y[4];

    (void)state;
    config.missing_indicator = true;
    t = numbers_fit(&config, x, 3, rows, 2, rng_seed(1), &arena);
    assert_int_equal(numbers_width(t), 4); /* row 2 is not of the fit */
    assert_string_equal(numbers_name(t, names, 2, &arena), "hours");
    assert_string_equal(numbers_name(t, names, 3, &arena), "gain is missing");
    numbers_apply(t, all_missing, 1, y);
    assert_true(y[0] == 2.5f && y[1] == 2 && y[2] == 4.5f && y[3] == 1);
    config.missing_indicator = false;
    t = numbers_fit(&config, x, 3, rows, 2, rng_seed(1), &arena);
    assert_int_equal(numbers_width(t), 3);
    arena_release(&arena);
}

static void test_categories(void **state)
{
    const int n_levels[] = {4, 3, 0, 1};
    const int32_t codes[] = {2,  1, -1, -1, /* fitted on: two rows, and not the one between */
                             1,  2, -1, 0,  /**/
                             0,  1, -1, -1, /**/
                             -1, 0, -1, 0};
    const int32_t expected[] = {1, 0, -1, -1, -1, -1, -1, -1, 0, 0, -1, -1, -1, -1, -1, -1};
    const uint32_t rows[] = {0, 2};
    struct arena arena = {0};
    const struct categories *k = categories_fit(codes, 4, n_levels, rows, 2, &arena);
    int32_t known[16];

    (void)state;
    assert_int_equal(k->n_columns, 4);
    assert_int_equal(k->columns[0].n, 2);
    assert_int_equal(k->columns[0].n_all, 4);
    assert_int_equal(k->columns[0].levels[0], 0); /* the data set's order, not that of the rows */
    assert_int_equal(k->columns[0].levels[1], 2);
    assert_int_equal(k->columns[0].known[3], -1);
    assert_int_equal(k->columns[1].n, 1);
    assert_int_equal(k->columns[2].n, 0);
    assert_int_equal(k->columns[3].n, 0);
    categories_apply(k, codes, 4, known);
    assert_memory_equal(known, expected, sizeof expected);
    memcpy(known, codes, sizeof codes);
    categories_apply(k, known, 4, known);
    assert_memory_equal(known, expected, sizeof expected);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_are_of_their_types),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_normal_quantiles),
        cmocka_unit_test(test_small_like_scikit_learn),
        cmocka_unit_test(test_quantiles_like_scikit_learn),
        cmocka_unit_test(test_standard_has_its_bits),
        cmocka_unit_test(test_no_other_row_leaks),
        cmocka_unit_test(test_place_in_memory),
        cmocka_unit_test(test_noise_is_in_the_fit_alone),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_categories),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
