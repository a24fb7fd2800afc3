/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/platform.h"

#include "base/arena.h"
#include "math/blas.h"
#include "math/kernels.h"
#include "math/self_test.h"
#include "os/clock.h"

#include <string.h>
#include <sys/resource.h>

static int check_stack(struct error *err)
{
    enum { LEAST = 2 << 20 };
    struct rlimit limit;

    if (getrlimit(RLIMIT_STACK, &limit) < 0 || limit.rlim_cur >= LEAST)
        return 0;
    return error_set_status(err, EXIT_STORAGE, "the stack may have %lu KiB, and training needs %d: raise "
                                               "the limit (ulimit -s)", (unsigned long)limit.rlim_cur >> 10,
                            LEAST >> 10);
}

int platform_enter(const char *numeric, int n_threads, struct error *err)
{
    struct self_test test;
    int profile = 0;

    while (blas_profile_names[profile] && strcmp(blas_profile_names[profile], numeric) != 0)
        profile++;
    if (!blas_profile_names[profile])
        return error_set(err, "unknown numeric profile \"%s\"; known: portable native", numeric);
    kernel_flush_denormals(); /* before the first thread, which inherits it */
    if (n_threads < SELF_TEST_THREADS)
        n_threads = SELF_TEST_THREADS;
    if (check_stack(err) < 0 || blas_load((enum blas_profile)profile, n_threads, err) < 0)
        return -1;
    return self_test_run(blas_gemm, &test, err);
}

double platform_peak(void)
{
    enum { SIDE = 1024, ROUNDS = 5 };
    struct arena arena = {0};
    float *a = arena_alloc(&arena, 3 * (size_t)SIDE * SIDE * sizeof *a), *b = a + SIDE * SIDE;
    double best = 0;

    for (int i = 0; i < ROUNDS; i++) {
        double start = clock_now(), rate;

        blas_gemm(false, false, SIDE, SIDE, SIDE, a, SIDE, b, SIDE, 0, b + SIDE * SIDE, SIDE);
        rate = 2e-9 * SIDE * SIDE * SIDE / (clock_now() - start);
        best = rate > best ? rate : best;
    }
    arena_release(&arena);
    return best;
}

void platform_read(struct settings *s)
{
    settings_set(s, "blas", value_string(blas_config()));
    settings_set(s, "blas.core", value_string(blas_core()));
}
