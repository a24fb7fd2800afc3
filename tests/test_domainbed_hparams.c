/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * DomainBed's hyper-parameters, against what its own registry gave. */
#include "learn/domainbed_hparams.h"
#include "reference/draws.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct domainbed_hparam *)a)->name,
                  ((const struct domainbed_hparam *)b)->name);
}

/* The draws as the reference has them: sorted "name=value". */
static void write_draws(struct text *t, struct domainbed_hparam *draws, int n)
{
    qsort(draws, (size_t)n, sizeof *draws, by_name);
    for (int i = 0; i < n; i++) {
        text_printf(t, "%s%s=", i ? " " : "", draws[i].name);
        if (draws[i].value.kind == VALUE_BOOL)
            text_printf(t, "%s", draws[i].value.truth ? "true" : "false");
        else
            text_printf(t, "%.17g", draws[i].value.number);
    }
}

static void test_registry(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof reference_draws / sizeof *reference_draws; i++) {
        struct arena arena = {0};
        struct text t = {0};
        struct domainbed_hparam *draws;
        struct error err;
        int n;

        assert_int_equal(domainbed_hparams_make(reference_draws[i].algorithm,
                                                reference_draws[i].dataset,
                                                reference_draws[i].draw, reference_draws[i].trial,
                                                &arena, &draws, &n, &err),
                         0);
        write_draws(&t, draws, n);
        assert_string_equal(t.s, reference_draws[i].values);
        text_release(&t);
        arena_release(&arena);
    }
}

static const struct domainbed_hparam *find(const struct domainbed_hparam *draws, int n,
                                           const char *name)
{
    for (int i = 0; i < n; i++)
        if (strcmp(draws[i].name, name) == 0)
            return &draws[i];
    fail_msg("no %s", name);
    return NULL;
}

static void test_golden_record(void **state)
{
    struct arena arena = {0};
    struct domainbed_hparam *draws;
    struct error err;
    int n;

    (void)state;
    assert_int_equal(domainbed_hparams_make("ERM", "VLCS", 1, 0, &arena, &draws, &n, &err), 0);
    assert_true(find(draws, n, "lr")->value.number == 2.7028930742148706e-05);
    assert_true(find(draws, n, "weight_decay")->value.number == 0.00044832883881609976);
    assert_true(find(draws, n, "batch_size")->value.number == 39);
    assert_true(find(draws, n, "resnet_dropout")->value.number == 0.5);
    arena_release(&arena);
}

/* A method of ours shares what ERM has: its own hyper-parameters move none of them. */
static void test_own_names_move_nothing(void **state)
{
    struct arena arena = {0};
    struct domainbed_hparam *erm, *rgd;
    struct error err;
    int n_erm, n_rgd;

    (void)state;
    assert_int_equal(domainbed_hparams_make("ERM", "PACS", 7, 2, &arena, &erm, &n_erm, &err), 0);
    assert_int_equal(domainbed_hparams_make("RGD", "PACS", 7, 2, &arena, &rgd, &n_rgd, &err), 0);
    assert_int_equal(n_rgd, n_erm + 1);
    for (int i = 0; i < n_erm; i++)
        assert_true(value_equal(&erm[i].value, &find(rgd, n_rgd, erm[i].name)->value));
    arena_release(&arena);
}

static void test_unknown_algorithm(void **state)
{
    struct arena arena = {0};
    struct domainbed_hparam *draws;
    struct error err;
    int n;

    (void)state;
    assert_int_equal(domainbed_hparams_make("CORRAL", "PACS", 0, 0, &arena, &draws, &n, &err), -1);
    assert_non_null(strstr(err.text, "unknown algorithm \"CORRAL\", did you mean \"CORAL\""));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_registry),
        cmocka_unit_test(test_golden_record),
        cmocka_unit_test(test_own_names_move_nothing),
        cmocka_unit_test(test_unknown_algorithm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
