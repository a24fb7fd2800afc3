/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/same.h"

#include "base/arena.h"
#include "plan/experiment.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = EXPERIMENT_MAX_METHODS };

/* The first 64 bits of a spec's id, which is a SHA-256, and whose it is. */
struct member {
    uint64_t id;
    int method;
};

static int by_id(const void *a, const void *b)
{
    const struct member *x = a, *y = b;

    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return x->method - y->method;
}

static uint64_t first_bits(const char *id)
{
    char digits[17] = "";

    strncat(digits, id, 16);
    return strtoull(digits, NULL, 16);
}

/* Gives how many methods there are, and members[*ret_n], sorted, each once. */
static int list_members(const struct same_run *runs, int n, const char *ret_labels[MOST],
                        struct member *ret_members, int *ret_n)
{
    int n_methods = 0, n_members = 0, n_kept = 0;

    for (int i = 0; i < n; i++) {
        if (i == 0 || strcmp(runs[i].method, runs[i - 1].method) != 0) {
            if (n_methods == MOST)
                break;
            ret_labels[n_methods++] = runs[i].method;
        }
        ret_members[n_members++] = (struct member){first_bits(runs[i].spec_id), n_methods - 1};
    }
    qsort(ret_members, (size_t)n_members, sizeof *ret_members, by_id);
    for (int i = 0; i < n_members; i++)
        if (i == 0 || by_id(&ret_members[n_kept - 1], &ret_members[i]) != 0)
            ret_members[n_kept++] = ret_members[i];
    *ret_n = n_kept;
    return n_methods;
}

void same_methods(const struct same_run *runs, int n, struct text *same, struct text *part)
{
    struct arena arena = {0};
    struct member *members = arena_alloc(&arena, ((size_t)n + 1) * sizeof *members);
    const char *labels[MOST];
    int common[MOST][MOST] = {{0}}; /* of a method with itself: all */
    bool is_told[MOST] = {false};
    int n_members, n_methods = list_members(runs, n, labels, members, &n_members);

    for (int i = 0; i < n_members; i++)
        for (int k = i; k < n_members && members[k].id == members[i].id; k++)
            common[members[i].method][members[k].method]++;
    for (int i = 0; i < n_methods; i++) {
        int n_same = 0;

        for (int k = i + 1; k < n_methods && !is_told[i]; k++) {
            bool has_all = common[i][k] == common[k][k], is_all = common[i][k] == common[i][i];

            if (has_all && is_all) {
                if (n_same++ == 0)
                    text_printf(same, "%s%s", same->size ? "; " : "", labels[i]);
                text_printf(same, ", %s", labels[k]);
                is_told[k] = true;
            } else if ((has_all || is_all) && !is_told[k]) {
                text_printf(part, "%severy run of %s is one of %s's too", part->size ? "; " : "",
                            labels[has_all ? k : i], labels[has_all ? i : k]);
            }
        }
    }
    arena_release(&arena);
}
