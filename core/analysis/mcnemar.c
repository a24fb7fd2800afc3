/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/mcnemar.h"

#include "stats/test.h"

#include <math.h>

/* As 1 (right) and 0, into ret_right [n] of `arena`. */
static int read_right(struct store *store, long run, struct arena *arena, int *ret_n,
                      const double **ret_right, struct error *err)
{
    struct store_answers answers;
    struct store_series accuracies;
    double accuracy = NAN;
    double *right;
    int n_right = 0;

    if (store_read_answers(store, run, arena, &answers, err) < 0 ||
        store_read_curve(store, run, "test", "accuracy", -1, arena, &accuracies, err) < 0)
        return -1;
    for (int i = 0; i < accuracies.n; i++)
        if (accuracies.at[i] == answers.step)
            accuracy = accuracies.values[i];
    right = arena_alloc(arena, ((size_t)answers.n + 1) * sizeof *right);
    for (int i = 0; i < answers.n; i++) {
        right[i] = answers.bits[i / 8] >> i % 8 & 1;
        n_right += right[i] > 0;
    }
    if (answers.n > 0 && !(fabs((double)n_right / answers.n - accuracy) <= 1e-9))
        return error_set_status(err, EXIT_MISMATCH, "the answers of run %ld give %d of %d right, not the "
                                "accuracy %.17g: the store is damaged", run, n_right, answers.n, accuracy);
    *ret_n = answers.n;
    *ret_right = right;
    return 0;
}

int mcnemar_compare(struct store *store, long run_a, long run_b, struct mcnemar_pair *ret_pair,
                    struct error *err)
{
    struct mcnemar_pair pair = {.p = NAN};
    struct arena arena = {0};
    const double *a, *b;
    int n_a, n_b, result = -1;

    if (read_right(store, run_a, &arena, &n_a, &a, err) == 0 &&
        read_right(store, run_b, &arena, &n_b, &b, err) == 0) {
        if (n_a == n_b && n_a > 0) {
            pair.n = n_a;
            for (int i = 0; i < n_a; i++) {
                pair.a_alone += a[i] > b[i];
                pair.b_alone += b[i] > a[i];
            }
            pair.p = test_mcnemar.run(&(struct test_input){.a = a, .b = b, .n_a = n_a, .n_b = n_a}).p;
        }
        *ret_pair = pair;
        result = 0;
    }
    arena_release(&arena);
    return result;
}
