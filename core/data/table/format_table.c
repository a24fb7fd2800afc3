/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tables in text as a data set: the lists train, and where there are official parts validation and test, name the
 * files; data/table/table_layout.h has the description's other keys. */
#include "data/table/table_parts.h"

/* The columns as fields: numbers, then categories. */
static void take_fields(struct dataset *d, const struct table *t)
{
    if (t->n_numbers)
        d->signature.fields[d->signature.n++] =
            (struct field){"numbers", FIELD_NUMBERS, {t->n_numbers, 1, 1}, t->number_names, NULL};
    if (t->n_categories) {
        const char **names = arena_alloc(&d->arena, (size_t)t->n_categories * sizeof *names);
        int *n_levels = arena_alloc(&d->arena, (size_t)t->n_categories * sizeof *n_levels);
        const char *const **levels = arena_alloc(&d->arena, (size_t)t->n_categories * sizeof *levels);

        for (int c = 0; c < t->n_categories; c++) {
            names[c] = t->categories[c].name;
            n_levels[c] = t->categories[c].n_levels;
            levels[c] = t->categories[c].levels;
        }
        d->signature.fields[d->signature.n++] =
            (struct field){"categories", FIELD_CATEGORIES, {t->n_categories, 1, 1}, names, n_levels};
        d->level_names = levels;
    }
}

/* The columns' values of the rows from `first` on. */
static void take_values(const struct dataset *d, const struct table *t, size_t first, struct pool *pool)
{
    for (int f = 0; f < d->signature.n; f++) {
        if (d->signature.fields[f].kind == FIELD_NUMBERS)
            pool->values[f].numbers = t->numbers + first * (size_t)t->n_numbers;
        else
            pool->values[f].codes = t->codes + first * (size_t)t->n_categories;
    }
}

static int load(struct dataset *d, const struct dataset_source *source, const void *config, struct error *err)
{
    struct table_files parts[TABLE_N_PARTS];
    struct table t;

    (void)config;
    if (table_parts_map(d, source, parts, err) < 0 || table_read(source->description, parts, &d->arena, &t, err) < 0)
        return -1;
    if (t.n_texts)
        return error_set(err, "its description says that column \"%.60s\" is a text: format = \"text\" reads such",
                         t.text_names[0]);
    if (t.n_numbers + t.n_categories == 0)
        return error_set(err, "its description names no column of numbers or categories");
    take_fields(d, &t);
    table_parts_take(d, &t);
    take_values(d, &t, 0, &d->train);
    take_values(d, &t, (size_t)d->train.n, &d->test);
    return 0;
}

static const struct data_key keys[] = {
    TABLE_PARTS_KEYS,
    {"numbers", DATA_KEY_NAMES, .doc = "columns of numbers"},
    {"categories", DATA_KEY_NAMES, .doc = "columns of categories"},
    {0},
};

const struct dataset_format dataset_format_table = {
    .component =
        {
            .name = "table",
            .doc = "tables in text, CSV and the like: columns of numbers and categories, a label or a target",
        },
    .keys = keys,
    .is_present = table_parts_are_present,
    .load = load,
};
