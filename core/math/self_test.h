/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * self_test: does the linked BLAS keep its bits, however many threads there are?
 *
 * Three products, each as deep as needed for a library that splits them to round
 * otherwise, in three situations: alone; where OpenMP may start more threads, which an
 * OpenMP build of OpenBLAS takes for its own; and from several threads at once, which
 * a build without locks does not survive. A hundredth of a second.
 */
#ifndef MATH_SELF_TEST_H
#define MATH_SELF_TEST_H

#include "base/error.h"
#include "base/hash.h"

#include <stdbool.h>

enum { SELF_TEST_THREADS = 4 };

struct self_test {
    char digest[HASH_HEX_SIZE]; /* of the products' bits: equal on machines that agree */
    double seconds;
};

/* `gemm` is blas_gemm; tests give others. Where the bits differ it fails with
 * EXIT_MISMATCH, and says what to link instead. */
int self_test_run(void (*gemm)(bool a_transposed, bool b_transposed, int m, int n, int k,
                               const float *a, int lda, const float *b, int ldb, float beta,
                               float *c, int ldc),
                  struct self_test *ret_result, struct error *err);

#endif
