/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/kernels.h"
#include "math/product.h"
#include "math/rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

/* Heights, widths and depths on both sides of each tile, panel and chunk. */
static const size_t heights[] = {1, 2, 5, 6, 7, 12, 13, 24, 48, 49, 191, 193};
static const size_t widths[] = {1, 7, 8, 9, 16, 17, 31, 32, 33, 65};
static const size_t depths[] = {1, 2, 65, 191, 192, 193, 400};

enum { MOST = 460 * 200, LONGEST = 580 * 400, COUNT = sizeof heights / sizeof *heights };
static const size_t N_WIDTHS = sizeof widths / sizeof *widths;
static const size_t N_DEPTHS = sizeof depths / sizeof *depths;

static float a[LONGEST], b[MOST], c[MOST], before[MOST], other[MOST];

enum start { ZEROS, SUM, BIAS, N_STARTS };

struct operands {
    size_t m, n, k, a_row, a_column, b_stride, c_stride;
    enum start start;
};

static void run(const struct products *table, float *to, const struct operands *o)
{
    table->product(to, o->c_stride, o->start == SUM ? to : o->start == BIAS ? before : NULL,
                   o->start == SUM ? o->c_stride : 0, a, o->a_row, o->a_column, b, o->b_stride,
                   o->m, o->n, o->k);
}

/* Each float of c is within k ulps of the sum's largest part, and nothing beside c is written. */
static void check(const struct operands *o)
{
    for (size_t i = 0; i < (o->m + 1) * o->c_stride; i++) {
        size_t row = i / o->c_stride, column = i % o->c_stride;
        double sum, size;

        if (row >= o->m || column >= o->n) {
            assert_true(c[i] == before[i]);
            continue;
        }
        sum = o->start == SUM ? before[i] : o->start == BIAS ? before[column] : 0;
        size = fabs(sum);
        for (size_t j = 0; j < o->k; j++) {
            double part = (double)a[row * o->a_row + j * o->a_column] * b[j * o->b_stride + column];

            sum += part;
            size += fabs(part);
        }
        assert_true(fabs(c[i] - sum) <= 0x1p-24 * (double)(o->k + 1) * size);
    }
}

static void each(void (*visit)(const struct operands *o))
{
    struct rng rng = rng_seed(6);

    for (size_t i = 0; i < LONGEST; i++)
        a[i] = (float)rng_uniform(&rng) - 0.5f;
    for (size_t i = 0; i < MOST; i++) {
        b[i] = (float)rng_uniform(&rng) - 0.5f;
        before[i] = (float)rng_uniform(&rng) - 0.5f;
    }
    for (size_t i = 0; i < COUNT * N_WIDTHS * N_DEPTHS * 2 * N_STARTS; i++) {
        size_t size = i / 2 / N_STARTS; /* which */
        size_t m = heights[size % COUNT], n = widths[size / COUNT % N_WIDTHS];
        size_t k = depths[size / COUNT / N_WIDTHS];
        bool is_transposed = i & 1;
        struct operands o = {m, n, k, is_transposed ? 1 : k + 3, is_transposed ? m + 3 : 1,
                             n + 2, n + 1, i / 2 % N_STARTS};

        memcpy(c, before, sizeof c);
        visit(&o);
    }
}

static void check_v3(const struct operands *o)
{
    run(&products_v3, c, o);
    check(o);
}

static void check_same(const struct operands *o)
{
    memcpy(other, before, sizeof other);
    run(&products_v3, c, o);
    run(&products_v4, other, o);
    assert_memory_equal(c, other, sizeof c);
}

static void test_against_double(void **state)
{
    (void)state;
    each(check_v3);
}

static void test_same_bits_at_both_widths(void **state)
{
    (void)state;
    if (kernels != &kernels_v4)
        skip(); /* this CPU has one width only */
    each(check_same);
}

/* The same bits as floats of c multiplied five at a time, row by row. */
static void check_pieces(const struct operands *o)
{
    run(&products_v3, c, o);
    for (size_t row = 0; row < o->m; row++)
        for (size_t column = 0; column < o->n; column += 5)
            products_v3.product(other + row * o->c_stride + column, o->c_stride, NULL, 0,
                                a + row * o->a_row, o->a_row, 1, b + column, o->b_stride, 1, 5, o->k);
    assert_memory_equal(c, other, o->m * o->n * sizeof *c);
}

/* 577 rows: more than one copied panel serves. Rows 1024 floats apart are copied as well. */
static void test_same_bits_by_blocks(void **state)
{
    (void)state;
    each(check_v3); /* fills a and b */
    check_pieces(&(struct operands){577, 65, 400, 400, 1, 65, 65, ZEROS});
    check_pieces(&(struct operands){200, 65, 400, 1024, 1, 65, 65, ZEROS});
}

static void by_threads(float *to, const struct operands *o)
{
    product_from(to, o->c_stride, o->start == SUM ? to : o->start == BIAS ? before : NULL,
                 o->start == SUM ? o->c_stride : 0, a, o->a_row, o->a_column, b, o->b_stride, o->m,
                 o->n, o->k);
}

static void check_threads(const struct operands *o)
{
    by_threads(c, o);
    for (int n = 2; n <= 8; n += n) {
        memcpy(other, before, sizeof other);
        product_use_threads(n);
        by_threads(other, o);
        assert_memory_equal(c, other, sizeof c);
    }
    product_use_threads(1);
}

static void test_same_bits_by_threads(void **state)
{
    (void)state;
    each(check_threads);
}

/* The same bits as the floats that the bytes stand for. */
static void check_bytes(const struct operands *o)
{
    static unsigned char bytes[LONGEST];
    static const float mean[] = {125.3f, 0, 77.7f, 1, 2, 3, 4}, inverse[] = {0.0159f, 1, 0.02f, 5, 6, 7, 8};
    bool is_transposed = o->a_column > 1;
    size_t rows = is_transposed ? o->k : o->m, width = is_transposed ? o->m : o->k;
    struct byte_rows x = {bytes, width, width / 3 + 1, mean, inverse};
    struct operands dense = *o;
    const float *start = o->start == ZEROS ? NULL : before;
    size_t start_stride = o->start == SUM ? o->c_stride : 0;

    for (size_t i = 0; i < rows * width; i++) {
        bytes[i] = (unsigned char)(i * 2654435761u >> 9);
        a[i] = ((float)bytes[i] - mean[i % width / x.plane]) * inverse[i % width / x.plane];
    }
    *(is_transposed ? &dense.a_column : &dense.a_row) = width;
    run(&products_v3, c, &dense);
    for (size_t i = 0; i < rows * width; i++)
        a[i] = 0;
    for (int n = 1; n <= 4; n += n) {
        memcpy(other, before, sizeof other);
        product_use_threads(n);
        product_of_bytes(other, o->c_stride, start, start_stride, &x, is_transposed, b, o->b_stride,
                         o->m, o->n, o->k);
        assert_memory_equal(c, other, sizeof c);
    }
    product_use_threads(1);
    memcpy(other, before, sizeof other);
    products_v3.product_of_bytes(other, o->c_stride, start, start_stride, &x, is_transposed, 0, b,
                                 o->b_stride, o->m, o->n, o->k);
    assert_memory_equal(c, other, sizeof c);
}

static void test_same_bits_of_bytes(void **state)
{
    (void)state;
    each(check_bytes);
    memcpy(c, before, sizeof c);
    check_bytes(&(struct operands){577, 65, 401, 401, 1, 65, 65, ZEROS});
    memcpy(c, before, sizeof c);
    check_bytes(&(struct operands){577, 65, 401, 1, 577, 65, 65, ZEROS});
}

static void test_transpose(void **state)
{
    (void)state;
    each(check_v3);
    for (size_t rows = 1; rows < 35; rows++) {
        for (size_t n = 1; n < 35; n++) {
            memcpy(c, before, sizeof c);
            transpose(c, rows + 1, a, n + 2, rows, n);
            for (size_t i = 0; i < n * (rows + 1); i++) {
                size_t row = i % (rows + 1);

                assert_true(c[i] == (row < rows ? a[row * (n + 2) + i / (rows + 1)] : before[i]));
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_double),
        cmocka_unit_test(test_same_bits_at_both_widths),
        cmocka_unit_test(test_same_bits_by_blocks),
        cmocka_unit_test(test_same_bits_by_threads),
        cmocka_unit_test(test_same_bits_of_bytes),
        cmocka_unit_test(test_transpose),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
