/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/table/table_parts.h"

static const char *const part_keys[TABLE_N_PARTS] = {
    [TABLE_TRAIN] = "train", [TABLE_VALIDATION] = "validation", [TABLE_TEST] = "test"};

int table_parts_map(struct dataset *d, const struct dataset_source *source, struct table_files ret_parts[TABLE_N_PARTS],
                    struct error *err)
{
    for (int p = 0; p < TABLE_N_PARTS; p++) {
        struct table_file *files;
        int first, n;

        ret_parts[p] = (struct table_files){0};
        if (p != TABLE_TRAIN && !settings_find(source->description, part_keys[p]))
            continue;
        if (dataset_map_files(d, source, part_keys[p], &first, &n, err) < 0)
            return -1;
        files = arena_alloc(&d->arena, (size_t)n * sizeof *files);
        for (int i = 0; i < n; i++)
            files[i] = (struct table_file){d->files[d->n_files - n + i].name, (const char *)d->maps[first + i].bytes,
                                           d->maps[first + i].size};
        ret_parts[p] = (struct table_files){files, n};
    }
    return 0;
}

bool table_parts_are_present(const struct dataset_source *source, struct arena *arena, const char **ret_missing)
{
    for (int p = 0; p < TABLE_N_PARTS; p++)
        if ((p == TABLE_TRAIN || settings_find(source->description, part_keys[p])) &&
            !dataset_has_files(source, part_keys[p], dataset_file_is_there, arena, ret_missing))
            return false;
    return true;
}

/* Rows first .. first + n - 1. */
static struct pool take_rows(const struct table *t, const uint16_t *labels, int first, int n)
{
    return (struct pool){.n = n,
                         .labels = labels + first,
                         .targets = t->targets ? t->targets + first : NULL,
                         .groups = t->groups ? t->groups + first : NULL};
}

void table_parts_take(struct dataset *d, const struct table *t)
{
    const uint16_t *labels = t->labels ? t->labels : arena_alloc(&d->arena, (size_t)t->n_rows * sizeof *labels);
    int n_train = t->n[TABLE_TRAIN] + t->n[TABLE_VALIDATION];

    d->target = t->targets ? TARGET_NUMBER : TARGET_CLASS;
    d->n_classes = t->targets ? 1 : t->n_classes;
    d->class_names = t->targets ? NULL : t->class_names;
    d->n_groups = t->n_groups;
    d->group_names = t->group_names;
    d->train = take_rows(t, labels, 0, n_train);
    d->test = take_rows(t, labels, n_train, t->n[TABLE_TEST]);
    d->n_validation = t->n[TABLE_VALIDATION];
    for (int i = 0; i < t->n_notes; i++)
        d->note = d->note ? arena_printf(&d->arena, "%s; %s", d->note, t->notes[i]) : t->notes[i];
}
