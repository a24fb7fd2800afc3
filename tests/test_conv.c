/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A convolution's products against those of windows that are copied, bit by bit. */
#include "base/arena.h"
#include "math/conv.h"
#include "math/kernels.h"
#include "math/product.h"
#include "math/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static float *filled(struct arena *arena, size_t n, uint64_t seed)
{
    float *x = arena_alloc(arena, (n + 1) * sizeof *x);

    kernel_normal(x, n, rng_seed(seed).key);
    return x;
}

/* Windows of kernel x kernel pixels in pictures of which nothing lies beyond them. */
struct windows_case {
    size_t pictures, rows, columns, stride, kernel, channels, n;
};

/* On both sides of each tile, panel and chunk; the last two are of chunks that are less than a line, of a
 * window or of windows. */
static const struct windows_case cases[] = {
    {1, 1, 1, 1, 1, 1, 1},    {2, 3, 5, 1, 3, 2, 7},     {1, 2, 6, 2, 3, 5, 8},   {2, 2, 7, 1, 3, 3, 9},
    {1, 2, 12, 1, 2, 4, 16},  {1, 3, 13, 2, 3, 16, 17},  {1, 1, 24, 1, 3, 8, 12}, {1, 2, 25, 1, 1, 30, 31},
    {2, 8, 8, 1, 3, 64, 64},  {1, 32, 32, 1, 3, 16, 16}, {5, 9, 4, 3, 2, 6, 32},  {3, 4, 11, 1, 5, 7, 33},
    {1, 30, 20, 1, 3, 1, 48}, {1, 2, 3, 1, 3, 130, 65},  {2, 2, 200, 1, 1, 2, 5},
};

static const size_t GAP = 3; /* floats between rows of c that are nobody's */

struct windows_bench {
    struct arena arena;
    struct conv_windows windows;
    struct conv_steps step; /* of c */
    size_t count, depth, n, c_size;
    float *x, *copies, *b, *bias, *g;
};

static void open_windows(struct windows_bench *w, const struct windows_case *k)
{
    size_t row = ((k->columns - 1) * k->stride + k->kernel) * k->channels;
    size_t picture = ((k->rows - 1) * k->stride + k->kernel) * row;
    float *to;

    *w = (struct windows_bench){
        .windows = {k->pictures, k->rows, k->columns,
                    {picture, k->stride * row, k->stride * k->channels},
                    k->kernel, k->kernel * k->channels, row},
        .count = k->pictures * k->rows * k->columns,
        .depth = k->kernel * k->kernel * k->channels,
        .n = k->n,
    };
    w->step.column = k->n + GAP;
    w->step.row = k->columns * w->step.column + GAP;
    w->step.picture = k->rows * w->step.row + GAP;
    w->c_size = k->pictures * w->step.picture;
    w->x = filled(&w->arena, k->pictures * picture, 1);
    w->b = filled(&w->arena, w->depth * k->n, 2);
    w->bias = filled(&w->arena, k->n, 3);
    w->g = filled(&w->arena, w->count * k->n, 4);
    to = w->copies = arena_alloc(&w->arena, w->count * w->depth * sizeof *w->copies);
    for (size_t p = 0; p < k->pictures; p++)
        for (size_t i = 0; i < k->rows; i++)
            for (size_t j = 0; j < k->columns; j++)
                for (size_t line = 0; line < k->kernel; line++, to += k->kernel * k->channels)
                    memcpy(to,
                           w->x + p * picture + (i * k->stride + line) * row + j * w->windows.step.column,
                           k->kernel * k->channels * sizeof *to);
}

/* For each table that this CPU runs. */
static void each(void (*visit)(struct windows_bench *w, const struct convs *table))
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct windows_bench w;

        open_windows(&w, &cases[i]);
        visit(&w, &convs_v3);
        if (kernels == &kernels_v4)
            visit(&w, &convs_v4);
        arena_release(&w.arena);
    }
}

enum start { ZEROS, BIAS, SUM, N_STARTS };

static void check_product(struct windows_bench *w, const struct convs *table)
{
    float *c = filled(&w->arena, w->c_size, 5), *want = filled(&w->arena, w->c_size, 5);

    for (enum start start = ZEROS; start < N_STARTS; start++) {
        const struct conv_windows *k = &w->windows;

        table->product(c, &w->step, start == BIAS ? w->bias : NULL, start == SUM, w->x, k, w->b, w->n);
        for (size_t i = 0; i < w->count; i++) {
            size_t row = i / k->columns;
            float *to = want + row / k->rows * w->step.picture + row % k->rows * w->step.row +
                        i % k->columns * w->step.column;

            products_v3.product(to, w->n, start == SUM ? to : start == BIAS ? w->bias : NULL, 0,
                                w->copies + i * w->depth, w->depth, 1, w->b, w->n, 1, w->n, w->depth);
        }
        assert_memory_equal(c, want, w->c_size * sizeof *c);
    }
}

static void check_gradient(struct windows_bench *w, const struct convs *table)
{
    float *gb = filled(&w->arena, w->depth * w->n, 6), *want = filled(&w->arena, w->depth * w->n, 6);

    table->gradient(gb, w->x, &w->windows, w->g, w->n);
    products_v3.product(want, w->n, want, w->n, w->copies, 1, w->depth, w->g, w->n, w->depth, w->n,
                        w->count);
    assert_memory_equal(gb, want, w->depth * w->n * sizeof *gb);
}

static void test_products_are_those_of_copies(void **state)
{
    (void)state;
    each(check_product);
}

static void test_gradients_are_those_of_copies(void **state)
{
    (void)state;
    each(check_gradient);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_products_are_those_of_copies),
        cmocka_unit_test(test_gradients_are_those_of_copies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
