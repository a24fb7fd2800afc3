/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/published.h"

#include "base/csv.h"
#include "base/file.h"

#include <string.h>

/* The source's number: that of an earlier row with the same source and setting. */
static int mark_of(const struct published_number *items, int i, int *n_marks)
{
    for (int k = 0; k < i; k++)
        if (strcmp(items[k].source, items[i].source) == 0 &&
            strcmp(items[k].setting, items[i].setting) == 0)
            return items[k].mark;
    return ++*n_marks;
}

int published_read(const char *path, struct arena *arena, struct published *ret_published,
                   struct error *err)
{
    static const char *const heads[] = {"method", "condition", "setting", "source",
                                        "test_accuracy"};
    struct published p = {0};
    struct published_number *items;
    struct csv csv;
    int at[5];

    *ret_published = p;
    if (!file_exists(path))
        return 0;
    if (csv_read(path, arena, &csv, err) < 0)
        return -1;
    for (int i = 0; i < 5; i++)
        if ((at[i] = csv_column(&csv, heads[i], err)) < 0)
            return -1;
    items = arena_alloc(arena, (size_t)(csv.n_rows + 1) * sizeof *items);
    for (int r = 0; r < csv.n_rows; r++) {
        items[r] = (struct published_number){
            .method = csv_field(&csv, r, at[0]),
            .condition = csv_field(&csv, r, at[1]),
            .setting = csv_field(&csv, r, at[2]),
            .source = csv_field(&csv, r, at[3]),
        };
        if (csv_number(&csv, r, at[4], &items[r].test_accuracy, err) < 0)
            return -1;
        if (items[r].test_accuracy < 0 || items[r].test_accuracy > 100)
            return error_set(err, "%s:%d: test_accuracy %g is not a percentage", path,
                             csv.lines[r], items[r].test_accuracy);
        items[r].mark = mark_of(items, r, &p.n_marks);
    }
    p.items = items;
    p.n = csv.n_rows;
    *ret_published = p;
    return 0;
}

const struct published_number *published_find(const struct published *p, const char *method,
                                              const char *condition)
{
    for (int i = 0; p && i < p->n; i++)
        if (strcmp(p->items[i].method, method) == 0 &&
            strcmp(p->items[i].condition, condition) == 0)
            return &p->items[i];
    return NULL;
}
