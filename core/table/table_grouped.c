/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/ranking.h"
#include "stats/summary.h"
#include "table/caption.h"
#include "table/measured.h"
#include "table/table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAX_VALUES = (SHEET_MAX_COLUMNS - 2) / 3, MAX_ROWS = 2000 };

struct cell {
    const struct selection *r; /* NULL: none */
    enum emphasis emphasis;
};

struct pivot {
    struct arena *arena;
    const char *by;
    const char *values[MAX_VALUES];
    int n_values;
    struct row {
        const char *rest, *method; /* rest: what else the condition says */
        struct cell cells[MAX_VALUES];
    } *rows;
    int n_rows;
};

/* Splits a condition into the value of p->by and the rest. False where it has none. */
static bool split(const struct pivot *p, const struct label *condition, const char **ret_value,
                  const char **ret_rest)
{
    const struct label_part *part = label_find(condition, p->by);
    struct label rest;

    if (!part)
        return false;
    rest = label_without(condition, part, p->arena);
    *ret_value = label_short_value(part->value, p->arena);
    *ret_rest = label_short(&rest, p->arena);
    return true;
}

static int find_value(struct pivot *p, const char *value)
{
    int i = 0;

    while (i < p->n_values && strcmp(p->values[i], value) != 0)
        i++;
    if (i == MAX_VALUES)
        return -1;
    if (i == p->n_values)
        p->values[p->n_values++] = value;
    return i;
}

static struct row *find_row(struct pivot *p, const char *rest, const char *method)
{
    for (int i = 0; i < p->n_rows; i++)
        if (strcmp(p->rows[i].rest, rest) == 0 && strcmp(p->rows[i].method, method) == 0)
            return &p->rows[i];
    if (p->n_rows == MAX_ROWS)
        return NULL;
    p->rows[p->n_rows] = (struct row){.rest = rest, .method = method};
    return &p->rows[p->n_rows++];
}

static void list(const struct label *l, char *names, size_t size)
{
    for (int i = 0; i < l->n; i++) {
        size_t used = strlen(names);

        if (used + strlen(l->parts[i].setting) + 2 < size && !strstr(names, l->parts[i].setting))
            snprintf(names + used, size - used, " %s", l->parts[i].setting);
    }
}

/* What varies, for the message: conditions, and what would be taken for one. */
static int no_such_setting(const struct selections *s, const char *by, struct error *err)
{
    char names[300] = "";

    for (int i = 0; i < s->n; i++) {
        list(&s->items[i].condition_label, names, sizeof names);
        if (s->items[i].board)
            list(&s->items[i].board->labels[0], names, sizeof names);
    }
    return error_set(err, "by=%s: no setting of that name varies for each method; what varies, for some or all:%s", by,
                     *names ? names : " nothing");
}

static int fill(struct pivot *p, const struct selections *s, struct error *err)
{
    const struct selection *block[EXPERIMENT_MAX_METHODS];
    enum emphasis emphases[EXPERIMENT_MAX_METHODS];
    const char *value, *rest;
    int size;

    for (int i = 0; (size = ranking_condition(s, i, block)) > 0; i++) {
        int at;

        if (!split(p, &block[0]->condition_label, &value, &rest))
            return no_such_setting(s, p->by, err);
        if ((at = find_value(p, value)) < 0)
            return error_set(err, "\"%s\" takes more than %d values: too many columns", p->by,
                             MAX_VALUES);
        ranking_mark(block, size, emphases, NULL);
        for (int k = 0; k < size; k++) {
            struct row *row = find_row(p, rest, block[k]->method);

            if (!row)
                return error_set(err, "more than %d rows", MAX_ROWS);
            row->cells[at] = (struct cell){block[k], emphases[k]};
        }
    }
    return 0;
}

static void add_cell(struct sheet *g, const struct measure *m, const struct cell *cell)
{
    struct summary test = cell->r ? summary_of(cell->r->test, cell->r->n) : summary_of(NULL, 0);

    sheet_cell(g, measured_value(g, m, test.mean, test.half_width, cell->emphasis));
    sheet_number(g, m->format, m->unit * test.half_width);
    sheet_number(g, "%.0f", test.n);
}

static int write_pivot(const struct pivot *p, const struct selections *s,
                       const struct table_options *options, struct text *t, struct error *err)
{
    struct sheet g = {.arena = p->arena};
    struct text caption = {0};
    int result;
    bool has_rest = p->rows[0].rest[0] != '\0';

    sheet_column(&g, (struct sheet_column){"condition", "condition",
                                         has_rest ? SHEET_ALL : SHEET_PROGRAMS, false});
    sheet_role(&g, SHEET_GROUP);
    sheet_column(&g, (struct sheet_column){"method", "method", SHEET_ALL, false});
    for (int v = 0; v < p->n_values; v++) {
        const char *key = arena_printf(p->arena, "%s=%s", p->by, p->values[v]);

        sheet_column(&g, (struct sheet_column){v ? p->values[v] : key, key, SHEET_ALL, true});
        sheet_column(&g, (struct sheet_column){"", arena_printf(p->arena, "%s ci95", key),
                                             SHEET_PROGRAMS, true});
        sheet_column(&g, (struct sheet_column){"", arena_printf(p->arena, "%s n", key),
                                             SHEET_PROGRAMS, true});
    }
    for (int i = 0; i < p->n_rows; i++) {
        sheet_text(&g, p->rows[i].rest);
        sheet_text(&g, p->rows[i].method);
        for (int v = 0; v < p->n_values; v++)
            add_cell(&g, &s->measure, &p->rows[i].cells[v]);
    }
    caption_incomplete(&caption, s);
    text_printf(&caption, "%s. Test %s%s%s %s, by %s: ", s->plan.title,
                s->measure.title, s->measure.percent, s->measure.sign < 0 ? " (lower is better)" : "", caption_when(s), p->by);
    caption_unit(&caption, s);
    caption_emphasis(&caption, options);
    caption_selection(&caption, s);
    caption_lead(&caption, s);
    caption_edges(&caption, s);
    result = caption_data(&caption, s, options->store, err);
    caption_runs(&caption, s);
    caption_failures(&caption, s);
    caption_overrides(&caption, s);
    caption_caveats(&caption, &s->plan.caveats);
    if (result == 0)
        sheet_write(&g, options->format, caption.s, t);
    text_release(&caption);
    return result;
}

int table_grouped(const struct selections *s, const struct table_options *options,
                  struct text *ret_text, struct error *err)
{
    struct arena arena = {0};
    struct pivot p = {.arena = &arena, .by = options->select.by};
    int result = -1;

    if (s->n == 0)
        return error_set(err, "the plan has no runs");
    p.rows = arena_alloc(&arena, MAX_ROWS * sizeof *p.rows);
    if (fill(&p, s, err) == 0)
        result = write_pivot(&p, s, options, ret_text, err);
    arena_release(&arena);
    return result;
}
