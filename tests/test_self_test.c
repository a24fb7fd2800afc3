/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The linked OpenBLAS passes; libraries that take threads, or that several callers spoil, do
 * not. */
#include "math/blas.h"
#include "math/self_test.h"

#include <omp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

/* As blas_gemm, but the sum is cut in as many parts as there may be threads: each rounds. */
static void takes_threads(bool a_transposed, bool b_transposed, int m, int n, int k, const float *a,
                          int lda, const float *b, int ldb, float beta, float *c, int ldc)
{
    int n_parts = omp_get_max_threads();

    for (int i = 0; i < n_parts; i++) {
        int from = k * i / n_parts, depth = k * (i + 1) / n_parts - from;

        blas_gemm(a_transposed, b_transposed, m, n, depth, a_transposed ? a + from * lda : a + from,
                  lda, b_transposed ? b + from : b + from * ldb, ldb, i ? 1 : beta, c, ldc);
    }
}

/* As blas_gemm, but among other callers a number is lost. */
static void is_spoilt(bool a_transposed, bool b_transposed, int m, int n, int k, const float *a,
                      int lda, const float *b, int ldb, float beta, float *c, int ldc)
{
    blas_gemm(a_transposed, b_transposed, m, n, k, a, lda, b, ldb, beta, c, ldc);
    if (omp_get_thread_num() == 2)
        c[0] = 0;
}

static void test_this_library(void **state)
{
    struct self_test one, two;
    struct error err;

    (void)state;
    if (blas_load(BLAS_PORTABLE, SELF_TEST_THREADS, &err) < 0)
        fail_msg("%s", err.text);
    if (self_test_run(blas_gemm, &one, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(self_test_run(blas_gemm, &two, &err), 0);
    assert_string_equal(one.digest, two.digest);
    assert_int_equal(strlen(one.digest), 64);
}

static void test_others(void **state)
{
    struct self_test test;
    struct error err;

    (void)state;
    assert_int_equal(self_test_run(takes_threads, &test, &err), -1);
    assert_int_equal(err.status, EXIT_MISMATCH);
    assert_non_null(strstr(err.text, "takes the threads"));
    assert_non_null(strstr(err.text, "libopenblas-pthread-dev"));
    assert_int_equal(self_test_run(is_spoilt, &test, &err), -1);
    assert_non_null(strstr(err.text, "several at once"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_this_library),
        cmocka_unit_test(test_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
