/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/choices.h"

#include "learn/config/config.h"
#include "plan/search.h"

#include <string.h>

bool choices_is_drawn(const struct axis *axis)
{
    return axis->values[0].kind == VALUE_LAW;
}

const char *choices_algorithm(const struct grid *grid)
{
    const struct axis *axis = grid_find(grid, "train.hparams");

    return axis && strcmp(axis->values[0].string, "none") != 0 ? axis->values[0].string : NULL;
}

void choices_join(const struct experiment *e, const struct experiment_method *m,
                  struct grid *ret_grid)
{
    for (int i = 0; i < e->grid.n_axes; i++) {
        const struct axis *axis = &e->grid.axes[i];

        if (!experiment_is_replaced(m, axis->name) && !grid_find(&m->grid, axis->name))
            grid_set_for(ret_grid, axis->name, axis->type, axis->values, axis->n_values);
    }
    for (int i = 0; i < m->grid.n_axes; i++) {
        const struct axis *axis = &m->grid.axes[i];

        grid_set_for(ret_grid, axis->name, axis->type, axis->values, axis->n_values);
    }
}

/* The axis that chooses the type which this setting is one of; NULL where there is none. */
static const struct axis *chooser(const struct grid *grid, const struct axis *axis)
{
    const struct config_slot *slot = config_slot_of(axis->name);

    return slot->kind && strchr(axis->name, '.') ? grid_find(grid, slot->name) : NULL;
}

/* Is the axis one of the type `type` of its slot? Where the slot has no other, a setting that it
 * has not is refused when the run is checked. */
static bool is_of(const struct experiment *e, const struct axis *chooser, const char *type,
                  const struct axis *axis)
{
    if (axis->type)
        return strcmp(axis->type, type) == 0;
    return chooser->n_values == 1 ||
           experiment_has(e, config_slot_of(axis->name), type, strchr(axis->name, '.') + 1);
}

bool choices_counts(const struct choices *c, int i)
{
    const struct axis *axis = &c->grid.axes[i], *by = chooser(&c->grid, axis);

    return !by || is_of(c->e, by, by->values[c->at[by - c->grid.axes]].string, axis);
}

/* The axis of a slot stands before those of its settings, so that what counts is settled where these are
 * counted on. */
bool choices_next(struct choices *c)
{
    int i = c->grid.n_axes - 1;

    while (i >= 0 && c->at[i] + 1 >= (choices_counts(c, i) ? c->grid.axes[i].n_values : 1))
        c->at[i--] = 0;
    if (i >= 0)
        c->at[i]++;
    return i >= 0;
}

/* Of a slot's axis that chooses among types: for each of them the choices among its own settings. */
static double count_types(const struct experiment *e, const struct grid *grid, const struct axis *by)
{
    double n = 0;

    for (int k = 0; k < by->n_values; k++) {
        double n_here = 1;

        for (int i = 0; i < grid->n_axes; i++)
            if (chooser(grid, &grid->axes[i]) == by &&
                is_of(e, by, by->values[k].string, &grid->axes[i]))
                n_here *= grid->axes[i].n_values;
        n += n_here;
    }
    return n;
}

double choices_count_runs(const struct experiment *e, const struct experiment_method *m)
{
    struct arena arena = {0};
    struct grid grid;
    double n = e->n_seeds;
    bool draws;

    grid_init(&grid, &arena);
    choices_join(e, m, &grid);
    draws = choices_algorithm(&grid) != NULL;
    for (int i = 0; i < grid.n_axes; i++) {
        const struct axis *axis = &grid.axes[i];

        draws |= choices_is_drawn(axis);
        if (!chooser(&grid, axis))
            n *= strchr(axis->name, '.') ? axis->n_values : count_types(e, &grid, axis);
    }
    arena_release(&arena);
    return draws && e->n_draws ? n * e->n_draws : n;
}

/* ---- draws ---- */

/* What draw k of all settings that are drawn comes to; of those that count, where c is not NULL. */
static const char *write_draw(const struct experiment *e, const struct grid *grid, const struct choices *c, int k,
                              struct arena *arena)
{
    struct text t = {0};
    const char *s;

    for (int i = 0; i < grid->n_axes; i++) {
        const struct axis *axis = &grid->axes[i];
        struct value v;

        if (!choices_is_drawn(axis) || (c && !choices_counts(c, i)))
            continue;
        v = search_draw(&axis->values[0], axis->name, e->draws_seed, k);
        value_write(&t, &v);
        text_printf(&t, "\n");
    }
    s = arena_strdup(arena, t.s ? t.s : "");
    text_release(&t);
    return s;
}

/* The first e->n_draws that differ into `draws`. */
static int find_different(const struct experiment *e, const struct grid *grid, struct arena *arena,
                          int *draws, struct error *err)
{
    enum { MAX_TRIES = 100 };
    const char **texts = arena_alloc(arena, (size_t)(e->n_draws + 1) * sizeof *texts);
    int n = 0;

    for (int k = 0; n < e->n_draws && k < MAX_TRIES * e->n_draws; k++) {
        int same = 0;

        texts[n] = write_draw(e, grid, NULL, k, arena);
        while (strcmp(texts[same], texts[n]) != 0)
            same++;
        if (same == n)
            draws[n++] = k;
    }
    return n == e->n_draws ? n
                           : error_set(err, "there are not %d different configurations to draw; "
                                            "found %d",
                                       e->n_draws, n);
}

/* Gives their number, or -1. */
static int choose_draws(const struct experiment *e, const struct grid *grid, struct arena *arena,
                        int *draws, struct error *err)
{
    int n_laws = 0;

    for (int i = 0; i < grid->n_axes; i++) {
        if (choices_is_drawn(&grid->axes[i]) && grid->axes[i].n_values > 1)
            return error_set(err, "%s: a law stands alone, not beside other values",
                             grid->axes[i].name);
        n_laws += choices_is_drawn(&grid->axes[i]);
    }
    if (n_laws && choices_algorithm(grid))
        return error_set(err, "train.hparams draws as DomainBed does: no other setting can be drawn");
    if (n_laws == 0 && choices_algorithm(grid) && e->n_draws) {
        for (int k = 0; k < e->n_draws; k++)
            draws[k] = k;
        return e->n_draws;
    }
    if (n_laws == 0)
        return 1;
    if (e->n_draws == 0)
        return error_set(err, "settings are drawn: say how often, as in draws = 8");
    return find_different(e, grid, arena, draws, err);
}

bool choices_repeats(const struct choices *c, int i)
{
    struct arena arena = {0};
    const char *text;
    bool all_count = true, result = false;

    for (int k = 0; k < c->grid.n_axes; k++)
        all_count &= !choices_is_drawn(&c->grid.axes[k]) || choices_counts(c, k);
    if (all_count)
        return false;
    text = write_draw(c->e, &c->grid, c, c->draws[i], &arena);
    for (int k = 0; k < i && !result; k++)
        result = strcmp(write_draw(c->e, &c->grid, c, c->draws[k], &arena), text) == 0;
    arena_release(&arena);
    return result;
}

int choices_begin(struct choices *ret_choices, const struct experiment *e,
                  const struct experiment_method *m, struct arena *arena, struct error *err)
{
    struct choices c = {.e = e};

    grid_init(&c.grid, arena);
    choices_join(e, m, &c.grid);
    c.at = arena_alloc(arena, (size_t)(c.grid.n_axes + 1) * sizeof *c.at);
    c.draws = arena_alloc(arena, (size_t)(e->n_draws + 1) * sizeof *c.draws);
    c.n_draws = choose_draws(e, &c.grid, arena, c.draws, err);
    if (c.n_draws < 0)
        return -1;
    *ret_choices = c;
    return 0;
}
