/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tables in text as a data set: the lists train, and where there are official parts validation and test, name the
 * files; data/table/table_layout.h has the description's other keys. */
#include "data/dataset.h"
#include "data/table/table.h"

#include <string.h>

static const char *const part_keys[TABLE_N_PARTS] = {
    [TABLE_TRAIN] = "train", [TABLE_VALIDATION] = "validation", [TABLE_TEST] = "test"};

static int map_parts(struct dataset *d, const struct dataset_source *source, struct table_files *ret_parts,
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

/* Rows first .. first + n - 1. */
static struct pool take_rows(struct dataset *d, const struct table *t, const uint16_t *labels, int first, int n)
{
    struct pool pool = {.n = n, .labels = labels + first};
    size_t row = (size_t)first;

    for (int f = 0; f < d->signature.n; f++) {
        if (d->signature.fields[f].kind == FIELD_NUMBERS)
            pool.values[f].numbers = t->numbers + row * (size_t)t->n_numbers;
        else
            pool.values[f].codes = t->codes + row * (size_t)t->n_categories;
    }
    pool.targets = t->targets ? t->targets + first : NULL;
    pool.groups = t->groups ? t->groups + first : NULL;
    return pool;
}

static void take_notes(struct dataset *d, const struct table *t)
{
    for (int i = 0; i < t->n_notes; i++)
        d->note = d->note ? arena_printf(&d->arena, "%s; %s", d->note, t->notes[i]) : t->notes[i];
}

static int load(struct dataset *d, const struct dataset_source *source, const void *config, struct error *err)
{
    struct table_files parts[TABLE_N_PARTS];
    const uint16_t *labels;
    struct table t;
    int n_train;

    (void)config;
    if (map_parts(d, source, parts, err) < 0 || table_read(source->description, parts, &d->arena, &t, err) < 0)
        return -1;
    if (t.n_numbers + t.n_categories == 0)
        return error_set(err, "its description names no column of numbers or categories");
    take_fields(d, &t);
    d->target = t.targets ? TARGET_NUMBER : TARGET_CLASS;
    d->n_classes = t.targets ? 1 : t.n_classes;
    d->class_names = t.targets ? NULL : t.class_names;
    d->n_groups = t.n_groups;
    d->group_names = t.group_names;
    labels = t.labels ? t.labels : arena_alloc(&d->arena, (size_t)t.n_rows * sizeof *labels);
    n_train = t.n[TABLE_TRAIN] + t.n[TABLE_VALIDATION];
    d->train = take_rows(d, &t, labels, 0, n_train);
    d->test = take_rows(d, &t, labels, n_train, t.n[TABLE_TEST]);
    d->n_validation = t.n[TABLE_VALIDATION];
    take_notes(d, &t);
    return 0;
}

static bool is_present(const struct dataset_source *source, struct arena *arena, const char **ret_missing)
{
    for (int p = 0; p < TABLE_N_PARTS; p++)
        if ((p == TABLE_TRAIN || settings_find(source->description, part_keys[p])) &&
            !dataset_has_files(source, part_keys[p], dataset_file_is_there, arena, ret_missing))
            return false;
    return true;
}

static const struct data_key keys[] = {
    {"train", DATA_KEY_TEXTS, .is_needed = true, .doc = "files of the training part, below the data root"},
    {"validation", DATA_KEY_TEXTS, .doc = "files of the official validation part"},
    {"test", DATA_KEY_TEXTS, .doc = "files of the test part; without them each run draws one (data.test_share)"},
    {"separator", DATA_KEY_TEXT, .doc = "one sign, or \"tab\"; \" \": runs of blanks; without it \",\""},
    {"quote", DATA_KEY_TEXT, .doc = "one sign; \"\": quotes are text; without it \"\\\"\""},
    {"comment", DATA_KEY_TEXT, .doc = "a line that begins with this sign is passed over"},
    {"header", DATA_KEY_BOOL, .doc = "whether the first line names the columns; without it true"},
    {"columns", DATA_KEY_NAMES,
     .doc = "without a header: NAME or \"NAME KIND\" of each, of number category label target ignore"},
    {"numbers", DATA_KEY_NAMES, .doc = "columns of numbers"},
    {"categories", DATA_KEY_NAMES, .doc = "columns of categories"},
    {"ignore", DATA_KEY_NAMES, .doc = "columns that are passed over"},
    {"label", DATA_KEY_NAMES, .doc = "the column that names the class"},
    {"target", DATA_KEY_NAMES, .doc = "in place of a label: the column of the number that is to be told"},
    {"others", DATA_KEY_TEXT, .doc = "what columns are that are not named: number category ignore; without it none may be left"},
    {"groups", DATA_KEY_NAMES, .doc = "columns, the label too, whose values together make an example's group"},
    {"missing", DATA_KEY_NAMES, .doc = "texts that stand for no value; without it the empty one"},
    {"label_strip", DATA_KEY_TEXT, .doc = "signs that are cut off a label's end"},
    {"classes", DATA_KEY_NAMES, .doc = "their order; without it that of numbers, or of texts"},
    {0},
};

const struct dataset_format dataset_format_table = {
    .component =
        {
            .name = "table",
            .doc = "tables in text, CSV and the like: columns of numbers and categories, a label or a target",
        },
    .keys = keys,
    .is_present = is_present,
    .load = load,
};
