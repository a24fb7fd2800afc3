/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/blas.h"

#include <cblas.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

const char *const blas_profile_names[] = {"portable", "native", NULL};

/* Kernel families by what they need of the CPU, best first. */
static const struct {
    const char *core;
    const char *feature; /* NULL: AVX2 and FMA, which x86-64-v3 has */
} families[] = {
    {"SkylakeX", "avx512"},
    {"Haswell", NULL},
};

static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512cd");
}

static const char *core_for(enum blas_profile profile)
{
    int i = 0;

    while (families[i].feature && (profile == BLAS_PORTABLE || !has_avx512()))
        i++;
    return families[i].core;
}

bool blas_environment(enum blas_profile profile)
{
    const struct {
        const char *name;
        const char *value; /* NULL: must not be set */
    } wanted[] = {
        {"OPENBLAS_CORETYPE", core_for(profile)},
        {"OPENBLAS_NUM_THREADS", "1"},
        {"OPENBLAS_L2_SIZE", "1024"}, /* KiB; the kernels above ignore it, its absence is
                                       * a warning on machines that hide their caches */
        {"OPENBLAS_VERBOSE", NULL},
        {"OPENBLAS_BLOCK_FACTOR", NULL},
        {"OPENBLAS_DEFAULT_NUM_THREADS", NULL},
        {"GOTO_NUM_THREADS", NULL},
    };
    bool changed = false;

    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const char *now = getenv(wanted[i].name);

        if (wanted[i].value ? now && strcmp(now, wanted[i].value) == 0 : !now)
            continue;
        changed = true;
        if (wanted[i].value)
            setenv(wanted[i].name, wanted[i].value, 1);
        else
            unsetenv(wanted[i].name);
    }
    return changed;
}

const char *blas_config(void)
{
    return openblas_get_config();
}

const char *blas_core(void)
{
    return openblas_get_corename();
}

int blas_check(enum blas_profile profile, struct error *err)
{
    const char *core = core_for(profile);

    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
        return error_set_status(err, EXIT_MISMATCH,
                                "this CPU lacks AVX2 or FMA; the program needs x86-64-v3");
    if (strcmp(blas_core(), core) != 0)
        return error_set_status(err, EXIT_MISMATCH,
                                "OpenBLAS runs its \"%s\" kernels, but profile \"%s\" needs "
                                "\"%s\": link a build of OpenBLAS with DYNAMIC_ARCH, as Debian's",
                                blas_core(), blas_profile_names[profile], core);
    openblas_set_num_threads(1);
    return 0;
}

static void gemm(bool a_transposed, bool b_transposed, int m, int n, int k, const float *a, int lda,
                 const float *b, int ldb, float beta, float *c, int ldc)
{
    cblas_sgemm(CblasRowMajor, a_transposed ? CblasTrans : CblasNoTrans,
                b_transposed ? CblasTrans : CblasNoTrans, m, n, k, 1.0f, a, lda, b, ldb, beta, c,
                ldc);
}

/* One thread a call, whatever build is linked: that for OpenMP takes as many as OpenMP may start;
 * the serial one has no locks, and two calls at once would spoil each other's buffers. */
void blas_gemm(bool a_transposed, bool b_transposed, int m, int n, int k, const float *a, int lda,
               const float *b, int ldb, float beta, float *c, int ldc)
{
    enum { SERIAL = 0, OPENMP = 2 };
    int build = openblas_get_parallel(), n_threads = omp_get_max_threads();

    if (build == SERIAL) {
#pragma omp critical(serial_blas)
        gemm(a_transposed, b_transposed, m, n, k, a, lda, b, ldb, beta, c, ldc);
        return;
    }
    if (build == OPENMP)
        omp_set_num_threads(1);
    gemm(a_transposed, b_transposed, m, n, k, a, lda, b, ldb, beta, c, ldc);
    if (build == OPENMP)
        omp_set_num_threads(n_threads);
}
