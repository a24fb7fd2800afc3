/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/blas.h"

#include <assert.h>
#include <cblas.h>
#include <dlfcn.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    BUFFER_SIZE = 128 << 20, /* of address space, for each thread that calls at once */
    MAX_THREADS = 1024,
};

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

/* What the library reads when it is loaded, for `profile`; the rest of the kind is cleared. */
static void set_environment(enum blas_profile profile)
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

    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (wanted[i].value)
            setenv(wanted[i].name, wanted[i].value, 1);
        else
            unsetenv(wanted[i].name);
}

/* The calls, once blas_load has found them. */
static struct {
    __typeof__(cblas_sgemm) *sgemm;
    __typeof__(openblas_get_config) *get_config;
    __typeof__(openblas_get_corename) *get_corename;
    __typeof__(openblas_get_parallel) *get_parallel;
    __typeof__(openblas_set_num_threads) *set_num_threads;
} library;

/* Puts the address of a call into *ret_call, a pointer to functions of its kind. */
static int find_call(void *handle, const char *name, void *ret_call)
{
    void *address = dlsym(handle, name);

    if (address)
        memcpy(ret_call, &address, sizeof address);
    return address ? 0 : -1;
}

static int find_calls(void *handle, struct error *err)
{
    const struct {
        const char *name;
        void *call;
    } calls[] = {
        {"openblas_get_config", &library.get_config},
        {"openblas_get_corename", &library.get_corename},
        {"openblas_get_parallel", &library.get_parallel},
        {"openblas_set_num_threads", &library.set_num_threads},
        {"cblas_sgemm", &library.sgemm},
    };

    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (find_call(handle, calls[i].name, calls[i].call) < 0)
            return error_set_status(err, EXIT_STORAGE, "OpenBLAS has no %s", calls[i].name);
    return 0;
}

/* A buffer for each thread, which the library keeps. For want of room it would try again for ever: so
 * whether there is some is found out before, and none is left to be made while it trains. */
static int make_buffers(void *handle, int n_threads, struct error *err)
{
    const size_t size = (size_t)n_threads * BUFFER_SIZE;
    void *room = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    void *buffers[MAX_THREADS], *(*take)(int), (*give)(void *);

    if (room == MAP_FAILED)
        return error_set_status(err, EXIT_STORAGE, "out of memory (%zu bytes wanted, for OpenBLAS's "
                                                   "buffers)", size);
    munmap(room, size);
    if (find_call(handle, "blas_memory_alloc", &take) < 0 ||
        find_call(handle, "blas_memory_free", &give) < 0)
        return 0; /* a build that does not show them makes its buffers as it goes */
    for (int i = 0; i < n_threads; i++)
        buffers[i] = take(0);
    for (int i = 0; i < n_threads; i++)
        give(buffers[i]);
    return 0;
}

int blas_load(enum blas_profile profile, int n_threads, struct error *err)
{
    const char *core = core_for(profile);
    void *handle;

    assert(n_threads >= 1 && n_threads <= MAX_THREADS);
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
        return error_set_status(err, EXIT_MISMATCH,
                                "this CPU lacks AVX2 or FMA; the program needs x86-64-v3");
    if (!library.sgemm) {
        set_environment(profile);
        if (!(handle = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL)))
            return error_set_status(err, EXIT_STORAGE, "could not load OpenBLAS: %s", dlerror());
        if (find_calls(handle, err) < 0 || make_buffers(handle, n_threads, err) < 0)
            return -1;
    }
    if (strcmp(blas_core(), core) != 0)
        return error_set_status(err, EXIT_MISMATCH,
                                "OpenBLAS runs its \"%s\" kernels, but profile \"%s\" needs "
                                "\"%s\": install a build of OpenBLAS with DYNAMIC_ARCH, as Debian's",
                                blas_core(), blas_profile_names[profile], core);
    library.set_num_threads(1);
    return 0;
}

const char *blas_config(void)
{
    return library.get_config();
}

const char *blas_core(void)
{
    return library.get_corename();
}

static void gemm(bool a_transposed, bool b_transposed, int m, int n, int k, const float *a, int lda,
                 const float *b, int ldb, float beta, float *c, int ldc)
{
    library.sgemm(CblasRowMajor, a_transposed ? CblasTrans : CblasNoTrans,
                  b_transposed ? CblasTrans : CblasNoTrans, m, n, k, 1.0f, a, lda, b, ldb, beta, c,
                  ldc);
}

/* One thread a call, whatever build is there: that for OpenMP takes as many as OpenMP may start;
 * the serial one has no locks, and two calls at once would spoil each other's buffers. */
void blas_gemm(bool a_transposed, bool b_transposed, int m, int n, int k, const float *a, int lda,
               const float *b, int ldb, float beta, float *c, int ldc)
{
    enum { SERIAL = 0, OPENMP = 2 };
    int build = library.get_parallel(), n_threads = omp_get_max_threads();

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
