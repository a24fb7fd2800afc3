/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/noisy_labels.h"

#include "io/csv_rows.h"

#include <string.h>

enum { MAX_NOISY = 32 };

/* What is read of a line: of each choice its column, and behind them that of the clean labels. */
struct columns {
    int n; /* with it */
    const char *heads[MAX_NOISY + 1];
    int at[MAX_NOISY + 1];
    uint16_t *labels[MAX_NOISY + 1]; /* [d->train.n]; NULL of the clean ones */
};

static int check_keys(const struct dataset *d, const struct dataset_source *source, struct error *err)
{
    static const char *const keys[] = {"noisy_file", "noisy_labels", "clean_labels"};
    int n = 0;

    for (int i = 0; i < 3; i++)
        n += settings_find(source->description, keys[i]) != NULL;
    if (n != 0 && n != 3)
        return error_set(err, "its description has some of noisy_file, noisy_labels and clean_labels, but not all");
    if (n == 3 && (d->has_environments || d->target != TARGET_CLASS || d->format->draw || d->format->is_embedded))
        return error_set(err, "noisy_file: only data of classes that are files, and have no environments, can have one");
    return n;
}

/* "worst worse_label": what it is called, and in which column it is. */
static int read_choices(struct dataset *d, const struct dataset_source *source, struct columns *columns,
                        struct error *err)
{
    const struct value *list = NULL, *clean = settings_find(source->description, "clean_labels");
    struct noisy_labels *noisy;

    if (dataset_find_list(source, "noisy_labels", &list, err) < 0)
        return -1;
    if (clean->kind != VALUE_STRING)
        return error_set(err, "clean_labels in its description is not a text");
    if (list->n_items > MAX_NOISY)
        return error_set(err, "more than %d noisy_labels", MAX_NOISY);
    noisy = arena_alloc(&d->arena, (size_t)list->n_items * sizeof *noisy);
    for (int i = 0; i < list->n_items; i++) {
        const char *item = list->items[i].string, *blank = strchr(item, ' ');

        if (!blank || blank == item || !blank[1])
            return error_set(err, "noisy_labels: \"%s\" is not \"NAME COLUMN\"", item);
        columns->heads[i] = blank + 1;
        columns->labels[i] = arena_alloc(&d->arena, (size_t)d->train.n * sizeof *columns->labels[i]);
        noisy[i] = (struct noisy_labels){arena_printf(&d->arena, "%.*s", (int)(blank - item), item), columns->labels[i]};
    }
    columns->heads[list->n_items] = clean->string;
    columns->n = list->n_items + 1;
    d->noisy = noisy;
    d->n_noisy = list->n_items;
    return 0;
}

/* Where the first line has them. */
static int find_columns(const struct csv_rows *rows, struct columns *columns, struct error *err)
{
    for (int k = 0; k < columns->n; k++) {
        const char *head = columns->heads[k];
        int at = 0;

        while (at < rows->n_columns && (rows->fields[at].size != strlen(head) ||
                                        memcmp(rows->fields[at].text, head, rows->fields[at].size) != 0))
            at++;
        if (at == rows->n_columns)
            return error_set(err, "%s:%d: no column \"%s\"", rows->path, rows->line, head);
        columns->at[k] = at;
    }
    return 0;
}

/* A class number, or -1. */
static int read_label(struct csv_piece field, int n_classes)
{
    int label = 0;

    if (field.size == 0 || field.size > 4)
        return -1;
    for (size_t i = 0; i < field.size; i++) {
        if (field.text[i] < '0' || field.text[i] > '9')
            return -1;
        label = label * 10 + field.text[i] - '0';
    }
    return label < n_classes ? label : -1;
}

static int take_line(const struct dataset *d, const struct csv_rows *rows, const struct columns *columns, int i,
                     struct error *err)
{
    if (i == d->train.n)
        return error_set(err, "%s:%d: more lines than the %d training examples", rows->path, rows->line, d->train.n);
    for (int k = 0; k < columns->n; k++) {
        struct csv_piece field = rows->fields[columns->at[k]];
        int label = read_label(field, d->n_classes);

        if (label < 0)
            return error_set(err, "%s:%d: %s \"%.*s\" is not a class from 0 to %d", rows->path, rows->line,
                             columns->heads[k], (int)(field.size < 20 ? field.size : 20), field.text,
                             d->n_classes - 1);
        if (columns->labels[k])
            columns->labels[k][i] = (uint16_t)label;
        else if (label != d->train.labels[i])
            return error_set(err, "%s:%d: %s is %d, but training example %d has label %d: it is of other data, or in "
                                  "another order", rows->path, rows->line, columns->heads[k], label, i + 1,
                             d->train.labels[i]);
    }
    return 0;
}

static int read_lines(struct dataset *d, struct csv_rows *rows, struct columns *columns, struct error *err)
{
    int got = csv_rows_next(rows, err), n = 0;

    if (got > 0 && find_columns(rows, columns, err) < 0)
        return -1;
    while (got > 0 && (got = csv_rows_next(rows, err)) > 0)
        if (take_line(d, rows, columns, n++, err) < 0)
            return -1;
    if (got < 0)
        return -1;
    if (n < d->train.n)
        return error_set(err, "%s: %d lines of labels for %d training examples: truncated?", rows->path, n, d->train.n);
    return 0;
}

int noisy_labels_read(struct dataset *d, const struct dataset_source *source, struct error *err)
{
    const struct csv_options tabs = {.separator = '\t'};
    int n = check_keys(d, source, err), result = -1;
    struct columns columns = {0};
    const struct file_map *map;
    struct csv_rows rows;
    const char *path;

    if (n <= 0)
        return n;
    path = dataset_find_path(source, "noisy_file", &d->arena, err);
    if (!path || read_choices(d, source, &columns, err) < 0 || dataset_map(d, path, &map, err) < 0 ||
        dataset_add_file(d, settings_string(source->description, "noisy_file"), map->bytes, map->size, err) < 0 ||
        csv_rows_open(&rows, path, (const char *)map->bytes, map->size, &tabs, err) < 0)
        return -1;
    result = read_lines(d, &rows, &columns, err);
    csv_rows_close(&rows);
    return result;
}

bool noisy_labels_is_present(const struct dataset_source *source, struct arena *arena, const char **ret_missing)
{
    struct error err;
    const char *path;

    if (!settings_find(source->description, "noisy_file"))
        return true;
    path = dataset_find_path(source, "noisy_file", arena, &err);
    *ret_missing = path && !file_exists(path) ? path : NULL;
    return path && !*ret_missing;
}

const struct noisy_labels *noisy_labels_find(const struct dataset *d, const char *name, struct error *err)
{
    const char *names[MAX_NOISY + 1] = {0};

    for (int i = 0; i < d->n_noisy; i++) {
        if (strcmp(d->noisy[i].name, name) == 0)
            return &d->noisy[i];
        names[i] = d->noisy[i].name;
    }
    if (d->n_noisy)
        text_unknown(err, "data.noisy_labels", name, names);
    else
        error_set(err, "data.noisy_labels \"%s\": these data come with none", name);
    return NULL;
}
