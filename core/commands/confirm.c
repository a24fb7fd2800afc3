/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The verb confirm: all configurations, or those that were selected, on fresh seeds. */
#include "analysis/confirmation.h"
#include "commands/command.h"
#include "commands/project.h"
#include "commands/sweep.h"
#include "os/say.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAX_SEEDS = 10000 };

/* n=SEEDS behind the experiment's name; 0 where it is not given. */
static int parse_words(const struct invocation *in, int *ret_n, struct error *err)
{
    double x = 0;

    if (in->n_words > 1 && strncmp(in->words[1], "n=", 2) != 0)
        return error_set(err, "unknown word \"%s\"; have n=SEEDS", in->words[1]);
    if (in->n_words > 1 && (text_parse_number(in->words[1] + 2, &x) < 0 || !(x >= 1) || x != floor(x) ||
                            x > MAX_SEEDS))
        return error_set(err, "\"%s\": not a whole number from 1 to %d", in->words[1], MAX_SEEDS);
    *ret_n = (int)x;
    return 0;
}

/* As many as the sweep gave the first configuration. */
static int count_seeds(const struct selections *s)
{
    return s->n > 0 && s->items[0].n_seeds > 0 ? s->items[0].n_seeds : 1;
}

static void tell_plan(const struct plan *plan, int n, FILE *out)
{
    int first = plan->runs[0].seed, last = first + n - 1;

    say(out, "%d configurations on the fresh seed%s %d", plan->n_runs / n, n == 1 ? "" : "s",
        first);
    if (n > 1)
        say(out, " to %d", last);
    say(out, ": %d runs\n", plan->n_runs);
}

static int train(const struct invocation *in, struct store *store, const struct plan *plan, int n,
                 enum exit_status *ret_status, struct error *err)
{
    const char *words[] = {in->words[0], arena_printf(in->arena, "n=%d", n), NULL};

    if (store_put_plan(store, plan, err) < 0 || store_retry(store, "", false, err) < 0 ||
        sweep_check_memory(in, store, err) < 0)
        return -1;
    if (!in->is_quiet)
        tell_plan(plan, n, stderr);
    return sweep_work(in, in->words[0], store, sweep_again(in, "confirm", words), plan->confirms,
                      ret_status, err);
}

int command_confirm(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    struct store *store = NULL;
    struct selections s;
    struct plan plan;
    int n = 0, result = -1;

    if (parse_words(in, &n, err) < 0 ||
        project_open_store(in->arena, in->words[0], in->is_dry ? STORE_READ : STORE_WRITE, &store,
                           err) < 0 ||
        select_points(store, &(struct select_options){0}, in->arena, &s, err) < 0)
        goto out;
    n = n ? n : count_seeds(&s);
    if (confirmation_plan(store, &s, in->is_frozen, n, in->arena, &plan, err) < 0)
        goto out;
    if (!in->is_dry) {
        result = train(in, store, &plan, n, ret_status, err);
        goto out;
    }
    tell_plan(&plan, n, stdout);
    project_print_runs(&plan);
    result = 0;
out:
    return store_leave(store, result, err);
}
