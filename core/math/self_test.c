/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/self_test.h"

#include "base/arena.h"
#include "math/blas.h"
#include "math/kernels.h"
#include "math/rng.h"
#include "os/clock.h"

#include <omp.h>
#include <string.h>

/* C[m][n] of A and B, k deep. */
struct shape {
    bool a_transposed, b_transposed;
    int m, n, k;
};

static const struct shape shapes[] = {
    {false, false, 100, 300, 513},
    {true, false, 96, 77, 900},
    {false, true, 64, 200, 700},
};

enum { N_SHAPES = sizeof shapes / sizeof *shapes, A_SIZE = 96 * 900, B_SIZE = 300 * 513,
       C_SIZE = 100 * 300 + 96 * 77 + 64 * 200 };

typedef void gemm_function(bool, bool, int, int, int, const float *, int, const float *, int,
                           float, float *, int);

/* All products, one behind the other, into c[C_SIZE]. */
static void multiply(gemm_function *gemm, const float *a, const float *b, float *c)
{
    for (int i = 0; i < N_SHAPES; i++) {
        const struct shape *s = &shapes[i];

        gemm(s->a_transposed, s->b_transposed, s->m, s->n, s->k, a, s->a_transposed ? s->m : s->k,
             b, s->b_transposed ? s->k : s->n, 0, c, s->n);
        c += s->m * s->n;
    }
}

static bool differ(const float *x, const float *y)
{
    return memcmp(x, y, C_SIZE * sizeof *x) != 0;
}

int self_test_run(gemm_function *gemm, struct self_test *ret_result, struct error *err)
{
    struct arena arena = {0};
    float *a = arena_alloc(&arena, A_SIZE * sizeof *a), *b = arena_alloc(&arena, B_SIZE * sizeof *b);
    float *want = arena_alloc(&arena, C_SIZE * sizeof *want);
    float *got = arena_alloc(&arena, SELF_TEST_THREADS * C_SIZE * sizeof *got);
    int n_threads = omp_get_max_threads(), n_other = 0;
    double start = clock_now();
    const char *fault = NULL;

    kernel_normal(a, A_SIZE, rng_seed(1).key);
    kernel_normal(b, B_SIZE, rng_seed(2).key);
    omp_set_num_threads(1);
    multiply(gemm, a, b, want);
    omp_set_num_threads(SELF_TEST_THREADS);
    multiply(gemm, a, b, got);
    if (differ(got, want))
        fault = "it takes the threads that OpenMP may start";
#pragma omp parallel for schedule(static, 1) reduction(+ : n_other)
    for (int i = 0; i < SELF_TEST_THREADS; i++) {
        multiply(gemm, a, b, got + i * C_SIZE);
        n_other += differ(got + i * C_SIZE, want);
    }
    omp_set_num_threads(n_threads);
    hash_block(want, C_SIZE * sizeof *want, ret_result->digest);
    ret_result->seconds = clock_now() - start;
    arena_release(&arena);
    if (n_other && !fault)
        fault = "it does not bear to be called by several at once";
    if (!fault)
        return 0;
    return error_set_status(err, EXIT_MISMATCH,
                            "this OpenBLAS (%s) would give other results on other numbers of "
                            "threads: %s; link the pthread build (Debian: libopenblas-pthread-dev)",
                            blas_config(), fault);
}
