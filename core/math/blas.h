/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * blas: matrix products. The only door to OpenBLAS.
 *
 * Two numeric profiles, part of a run's identity because their bits differ:
 *
 *   portable  Haswell kernels: the same bits on every x86-64-v3 machine
 *   native    the fastest kernels this CPU has
 *
 * OpenBLAS chooses its kernels once, when it is loaded, from the environment;
 * on CPUs that it does not know it falls back to kernels eight times slower. So
 * the program loads it itself, with an environment of its own making, and only
 * where it trains: what plans, draws and launches has neither its threads nor its
 * memory. One thread per call, always: results differ between thread counts.
 */
#ifndef MATH_BLAS_H
#define MATH_BLAS_H

#include "base/error.h"

#include <stdbool.h>

enum blas_profile { BLAS_PORTABLE, BLAS_NATIVE };

extern const char *const blas_profile_names[]; /* NULL-ended */

/* Loads the library for `profile`, in a process that is to call it from n_threads threads at most;
 * before any other call here. Refuses a machine or a library that cannot keep the profile's promise,
 * and another profile than that of an earlier call; EXIT_STORAGE where library or memory are missing. */
int blas_load(enum blas_profile profile, int n_threads, struct error *err);

/* The library's build and the kernels in use, e.g. "SkylakeX". Static text. */
const char *blas_config(void);
const char *blas_core(void);

/* C[m][n] = A[m][k] B[k][n] + beta C, all row-major and dense in their rows;
 * a_transposed: A is stored [k][m]; b_transposed: B is stored [n][k].
 * lda, ldb, ldc: floats from one stored row to the next. */
void blas_gemm(bool a_transposed, bool b_transposed, int m, int n, int k, const float *a, int lda,
               const float *b, int ldb, float beta, float *c, int ldc);

#endif
