/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "table/published.h"

#include "io/csv.h"
#include "os/file.h"

#include <string.h>

static const char *const epochs[] = {
    [PUBLISHED_LAST] = "last",
    [PUBLISHED_BEST_VALIDATION] = "best validation",
    [PUBLISHED_BEST_TEST] = "best test",
    [PUBLISHED_NOT_STATED] = "not stated",
    NULL,
};

static bool is_of_oracle(const struct published_number *x)
{
    return x->epoch == PUBLISHED_BEST_TEST || x->epoch == PUBLISHED_NOT_STATED;
}

/* The source's number: that of an earlier row with the same source, setting and epoch. */
static int mark_of(const struct published_number *items, int i, int *n_marks)
{
    for (int k = 0; k < i; k++)
        if (strcmp(items[k].source, items[i].source) == 0 &&
            strcmp(items[k].setting, items[i].setting) == 0 && items[k].epoch == items[i].epoch)
            return items[k].mark;
    return ++*n_marks;
}

static bool is_of(const struct published_number *x, const char *method, const char *condition)
{
    return strcmp(x->method, method) == 0 && strcmp(x->condition, condition) == 0;
}

/* Behind the last of its method and condition; -1 where one of them is from the same place. */
static int link_to_earlier(struct published_number *items, int i)
{
    struct published_number *last = NULL;

    for (int k = 0; k < i; k++) {
        if (!is_of(&items[k], items[i].method, items[i].condition))
            continue;
        if (items[k].mark == items[i].mark)
            return -1;
        if (is_of_oracle(&items[k]) == is_of_oracle(&items[i]))
            last = &items[k];
    }
    if (last)
        last->next = &items[i];
    return 0;
}

static int read_epoch(const struct csv *csv, int row, int column, enum published_epoch *ret_epoch, struct error *err)
{
    const char *text = csv_field(csv, row, column);
    int i = 0;

    while (epochs[i] && strcmp(epochs[i], text) != 0)
        i++;
    if (!epochs[i])
        return error_set(err, "%s:%d: epoch \"%.40s\" is not one of: last, best validation, best test, not stated",
                         csv->path, csv->lines[row], text);
    *ret_epoch = (enum published_epoch)i;
    return 0;
}

/* The column "test_" and a measure that is shown in percent. */
static int find_measure(const struct csv *csv, int *ret_column, const char **ret_measure, struct error *err)
{
    const struct metric_type *type = NULL;
    int c = 0;

    while (c < csv->n_columns && strncmp(csv->heads[c], "test_", 5) != 0)
        c++;
    if (c < csv->n_columns && !(type = metric_find(csv->heads[c] + 5)))
        return error_set(err, "%s: column \"%.60s\": no measure is called \"%.60s\"; `rgdbench list measure` has all",
                         csv->path, csv->heads[c], csv->heads[c] + 5);
    if (!type || !type->is_share || type->by_class)
        return error_set(err, "%s: no column is called test_accuracy, or test_ and another measure in percent", csv->path);
    for (int k = c + 1; k < csv->n_columns; k++)
        if (strncmp(csv->heads[k], "test_", 5) == 0)
            return error_set(err, "%s: columns \"%s\" and \"%.60s\": a file has the numbers of one measure", csv->path,
                             csv->heads[c], csv->heads[k]);
    *ret_column = c;
    *ret_measure = type->name;
    return 0;
}

int published_read(const char *path, struct arena *arena, struct published *ret_published,
                   struct error *err)
{
    static const char *const heads[] = {"method", "condition", "setting", "source", "epoch"};
    enum { N_HEADS = sizeof heads / sizeof *heads };
    struct published p = {0};
    struct published_number *items;
    struct csv csv;
    int at[N_HEADS], number = -1;

    *ret_published = p;
    if (!file_exists(path))
        return 0;
    if (csv_read(path, arena, &csv, err) < 0)
        return -1;
    for (int i = 0; i < N_HEADS; i++)
        if ((at[i] = csv_column(&csv, heads[i], err)) < 0)
            return -1;
    if (find_measure(&csv, &number, &p.measure, err) < 0)
        return -1;
    items = arena_alloc(arena, (size_t)(csv.n_rows + 1) * sizeof *items);
    for (int r = 0; r < csv.n_rows; r++) {
        items[r] = (struct published_number){
            .method = csv_field(&csv, r, at[0]),
            .condition = csv_field(&csv, r, at[1]),
            .setting = csv_field(&csv, r, at[2]),
            .source = csv_field(&csv, r, at[3]),
            .digits = csv_field(&csv, r, number),
        };
        if (csv_number(&csv, r, number, &items[r].percent, err) < 0 ||
            read_epoch(&csv, r, at[4], &items[r].epoch, err) < 0)
            return -1;
        if (items[r].percent != 0 && !(items[r].percent >= 1 && items[r].percent <= 100))
            return error_set(err, "%s:%d: test_%s \"%.20s\" is no percentage from 1 to 100, nor 0",
                             path, csv.lines[r], p.measure, items[r].digits);
        items[r].mark = mark_of(items, r, &p.n_marks);
        if (link_to_earlier(items, r) < 0)
            return error_set(err, "%s:%d: method \"%.60s\", condition \"%.60s\" stands there twice "
                             "with this setting and source", path, csv.lines[r], items[r].method,
                             items[r].condition);
    }
    p.items = items;
    p.n = csv.n_rows;
    *ret_published = p;
    return 0;
}

const struct published *published_of(const struct published *p, const struct measure *m)
{
    return p->measure && strcmp(p->measure, m->name) == 0 ? p : NULL;
}

const struct published_number *published_find(const struct published *p, const char *method,
                                              const char *condition, bool is_oracle)
{
    for (int i = 0; p && i < p->n; i++)
        if (is_of(&p->items[i], method, condition) && is_of_oracle(&p->items[i]) == is_oracle)
            return &p->items[i];
    return NULL;
}

bool published_has(const struct published *p, bool is_oracle)
{
    for (int i = 0; p && i < p->n; i++)
        if (is_of_oracle(&p->items[i]) == is_oracle)
            return true;
    return false;
}

const char *published_text(const struct published_number *first, struct arena *arena)
{
    const char *out = first ? "" : "-";

    for (const struct published_number *x = first; x; x = x->next)
        out = arena_printf(arena, "%s%s%s [%d]", out, x == first ? "" : ", ", x->digits, x->mark);
    return out;
}

const char *published_sources(const struct published_number *first, struct arena *arena)
{
    const char *out = "";

    if (first && !first->next)
        return first->source;
    for (const struct published_number *x = first; x; x = x->next)
        out = arena_printf(arena, "%s%s%s: %s", out, x == first ? "" : "; ", x->digits, x->source);
    return out;
}

static bool has_its_row(const struct published_number *x, const struct selections *s,
                        struct arena *arena)
{
    for (int i = 0; i < s->n; i++)
        if (is_of(x, s->items[i].method, label_short(&s->items[i].condition_label, arena)))
            return true;
    return false;
}

/* Names may be misspelt, and a plan may have left methods out. */
static void tell_left_out(struct text *t, const struct published *p, const bool *has_row)
{
    enum { MAX_TOLD = 8 };
    int n = 0;

    for (int i = 0; i < p->n; i++) {
        const struct published_number *x = &p->items[i];

        if (has_row[i] || published_find(p, x->method, x->condition, is_of_oracle(x)) != x || n++ >= MAX_TOLD)
            continue;
        text_printf(t, "%s %s%s%s%s",
                    n > 1 ? "," : " Published, but not shown, as this table has no such row:",
                    x->method, *x->condition ? " (" : "", x->condition, *x->condition ? ")" : "");
    }
    if (n > MAX_TOLD)
        text_printf(t, " and %d more", n - MAX_TOLD);
    text_printf(t, n > 0 ? "." : "");
}

void published_caption(struct text *t, const struct published *p, const struct selections *s, bool is_oracle)
{
    struct arena arena = {0};
    bool *has_row, has_others = false;
    int n = 0;

    if (!p || p->n == 0)
        return;
    has_row = arena_alloc(&arena, (size_t)p->n * sizeof *has_row);
    for (int i = 0; i < p->n; i++) {
        has_row[i] = has_its_row(&p->items[i], s, &arena);
        has_others |= has_row[i] && is_of_oracle(&p->items[i]) != is_oracle;
    }
    for (int mark = 1; mark <= p->n_marks; mark++) {
        int i = 0;

        while (i < p->n && (p->items[i].mark != mark || !has_row[i] || is_of_oracle(&p->items[i]) != is_oracle))
            i++;
        if (i < p->n)
            text_printf(t, "%s [%d] %s, epoch: %s, %s",
                        n++ ? ";"
                            : " Published numbers were measured elsewhere and are in no test:",
                        mark, p->items[i].setting, epochs[p->items[i].epoch], p->items[i].source);
    }
    text_printf(t, n > 0 ? "." : "");
    if (has_others)
        text_printf(t, is_oracle ? " Published numbers of the last epoch or of the best on validation data stand in the "
                                   "table without epochs=all."
                                 : " Published numbers of the epoch that is best on test data, or of one that is not "
                                   "stated, stand beside the oracle of epochs=all.");
    tell_left_out(t, p, has_row);
    arena_release(&arena);
}
