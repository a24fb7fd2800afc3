/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/product.h"

#include "math/blas.h"
#include "math/kernels.h"

#include <omp.h>
#include <string.h>

/* Floats of b, 4 MiB of them: beyond, OpenBLAS's copies pay. Measured: 1024-cubed ran
 * 12% slower here than there, 768-cubed 3% faster. */
static const size_t LARGE = 1024 * 1024;

/* Floats of x, 256 KiB of them: 128 x 3072 of bytes trained 1 to 4% faster, 64 x 64 1% slower. */
static const size_t SMALL = 64 * 1024;

/* Multiply-adds that pay for waking a thread, some 30 microseconds of them; and the rows of
 * which a thread's share is a multiple, so that its tiles are whole. */
static const size_t WORTH_A_THREAD = 2 * 1024 * 1024, SHARE = 12;

static int n_threads = 1;

void product_use_threads(int n)
{
    n_threads = n;
}

static const struct products *products(void)
{
    return kernels == &kernels_v4 ? &products_v4 : &products_v3;
}

/* The rows of c that a thread works on; m where there is one. */
static size_t share_of(size_t m, size_t n, size_t k)
{
    int threads = m * n * k < WORTH_A_THREAD || omp_in_parallel() ? 1 : n_threads;

    return threads == 1 ? m : (m / SHARE / (size_t)threads + 1) * SHARE;
}

void product_from(float *c, size_t c_stride, const float *start, size_t start_stride,
                  const float *a, size_t a_row, size_t a_column, const float *b, size_t b_stride,
                  size_t m, size_t n, size_t k)
{
    bool is_transposed = a_column > 1;

    if (n * k < LARGE && m * k < LARGE) {
        size_t share = share_of(m, n, k);

        if (share >= m) { /* most are small: no team of one for them */
            products()->product(c, c_stride, start, start_stride, a, a_row, a_column, b, b_stride,
                                m, n, k);
            return;
        }
#pragma omp parallel for schedule(static, 1) num_threads(n_threads)
        for (size_t row = 0; row < m; row += share)
            products()->product(c + row * c_stride, c_stride,
                                start ? start + row * start_stride : NULL, start_stride,
                                a + row * a_row, a_row, a_column, b, b_stride,
                                m - row < share ? m - row : share, n, k);
        return;
    }
    for (size_t i = 0; start && start != c && i < m; i++)
        memcpy(c + i * c_stride, start + i * start_stride, n * sizeof *c);
    blas_gemm(is_transposed, false, (int)m, (int)n, (int)k, a,
              (int)(is_transposed ? a_column : a_row), b, (int)b_stride, start ? 1 : 0, c,
              (int)c_stride);
}

bool product_takes_bytes(size_t rows, size_t in, size_t out)
{
    return rows * in >= SMALL && rows * in < LARGE && in * out < LARGE && rows * out < LARGE;
}

void product_of_bytes(float *c, size_t c_stride, const float *start, size_t start_stride,
                      const struct byte_rows *a, bool is_transposed, const float *b,
                      size_t b_stride, size_t m, size_t n, size_t k)
{
    size_t share = share_of(m, n, k);

#pragma omp parallel for schedule(static, 1) num_threads(n_threads) if (share < m)
    for (size_t row = 0; row < m; row += share)
        products()->product_of_bytes(c + row * c_stride, c_stride,
                                     start ? start + row * start_stride : NULL, start_stride, a,
                                     is_transposed, row, b, b_stride,
                                     m - row < share ? m - row : share, n, k);
}

void product(float *c, size_t c_stride, const float *a, size_t a_row, size_t a_column,
             const float *b, size_t b_stride, size_t m, size_t n, size_t k, bool adds)
{
    product_from(c, c_stride, adds ? c : NULL, c_stride, a, a_row, a_column, b, b_stride, m, n, k);
}

void transpose(float *y, size_t y_stride, const float *x, size_t x_stride, size_t rows, size_t n)
{
    products()->transpose(y, y_stride, x, x_stride, rows, n);
}
