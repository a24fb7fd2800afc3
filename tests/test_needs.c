/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The memory that a plan says a run will take is what it takes, within a factor of 1.5. */
#include "learn/config/config.h"
#include "learn/platform.h"
#include "learn/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "sample.h"

enum { STEPS = 3 };

static bool should_stop(void *context, long step, long n_steps)
{
    (void)context, (void)n_steps;
    return step >= STEPS;
}

static int evaluated(void *context, const struct run_point *point, struct error *err)
{
    (void)context, (void)point, (void)err;
    return 0;
}

/* In a process of its own: exits with what is wrong. */
static void train(const char *more, int n_threads)
{
    static const char common[] =
        "data = \"shapes\"\ndata.format = \"shapes\"\ndata.train_per_class = 200\n"
        "data.test_per_class = 4\ndata.validation = 2\ntrain.lr = 0.01\n";
    const struct checkpoint checkpoint = {.key = ""};
    const struct run_observer observer = {.evaluated = evaluated, .should_stop = should_stop};
    struct arena arena = {0};
    struct dataset dataset;
    struct settings s;
    struct run_input input = {.settings = &s, .dataset = &dataset, .n_threads = n_threads,
                              .checkpoint = &checkpoint};
    struct run_result result;
    struct run_size size;
    struct rusage usage;
    struct error err;
    double said, taken;

    settings_init(&s, &arena);
    sample_shapes(200, 4, 0.3, &dataset);
    if (platform_enter("portable", n_threads, &err) < 0 ||
        settings_parse(&s, arena_printf(&arena, "%s%s", common, more), &err) < 0 || config_complete(&s, &err) < 0 ||
        run_check(&input, &size, &err) < 0 || run_train(&input, &observer, &result, &err) < 0) {
        printf("%s\n", err.text);
        exit(1);
    }
    getrusage(RUSAGE_SELF, &usage);
    said = 1e-6 * run_needs_bytes(&size.needs, n_threads);
    taken = 1e-6 * 1024 * (double)usage.ru_maxrss;
    printf("%.0f MB said, %.0f taken\n", said, taken);
    exit(said < 1.5 * taken && taken < 1.5 * said ? 0 : 2);
}

static void test_models(void **state)
{
    static const struct {
        const char *settings;
        int n_threads;
    } cases[] = {
        {"model = \"mlp\"\nmodel.hidden = [64]\n", 1},
        {"model = \"mlp\"\nmodel.hidden = [2000, 2000]\n", 1},
        {"model = \"mlp\"\nmodel.hidden = [2000, 2000]\ntrain.batch = 64\ntrain.micro_batch = 16\n", 4},
        {"model = \"mlp\"\nmodel.hidden = [1500, 1500]\noptimizer = \"adamw\"\noptimizer.ema = 0.9\n"
         "optimizer.sam = 0.1\n", 2},
        {"model = \"mlp\"\nmodel.hidden = [300]\ntrain.batch = 1024\nobjective = \"rgd\"\n", 1},
        {"model = \"vit\"\ntrain.batch = 64\n", 1},
        {"model = \"vit\"\ntrain.batch = 128\noptimizer = \"adamw\"\n", 2},
    };

    (void)state;
#ifdef __SANITIZE_ADDRESS__
    skip(); /* its shadow and quarantine are memory, too */
#endif
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pid_t pid = fork();
        int status;

        if (pid == 0)
            train(cases[i].settings, cases[i].n_threads);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (status != 0)
            fail_msg("%s: status %d", cases[i].settings, status);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_models),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
