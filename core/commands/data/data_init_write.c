/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "commands/data/data_init.h"

#include "data/format/folders.h"
#include "data/table/table.h"
#include "data/table/table_guess.h"
#include "table/sheet/escape.h"

#include <string.h>

enum { MANY_COLUMNS = 40, MANY_CLASSES = 30, FEW = 10 };

/* s as a text of Lua. */
static void quote(struct text *t, const char *s)
{
    text_printf(t, "\"");
    for (; *s; s++)
        if (*s == '"' || *s == '\\')
            text_printf(t, "\\%c", *s);
        else if ((unsigned char)*s < 0x20 || *s == 0x7f)
            text_printf(t, "\\%03d", *s);
        else
            text_add(t, s, 1);
    text_printf(t, "\"");
}

/* s in a comment: on its line, and not longer than a name. */
static void add_plain(struct text *t, const char *s)
{
    struct text plain = {0};

    escape_plain(&plain, s);
    for (char *c = plain.s; c && *c; c++)
        if (*c == '\n' || *c == '\r')
            *c = ' ';
    text_printf(t, "%.200s", plain.s ? plain.s : "");
    text_release(&plain);
}

static void begin(struct text *t, const char *path, const struct data_init *init)
{
    text_printf(t, "-- Made by `rgdbench data --init` of ");
    add_plain(t, path);
    text_printf(t, ".\n-- What it says is guessed: read it, and change what is wrong. `rgdbench data %s` shows what comes "
                   "of it,\n-- `rgdbench list data` all that can be said here.\nreturn data_set {\n    doc = ", init->name);
    quote(t, init->what);
    text_printf(t, ", -- what it is, in a line\n    -- origin = \"who made it\", licence = \"what may be done with it\",\n");
}

/* ---- a table ---- */

static void add_signs(struct text *t, const struct table_guess *g)
{
    const char separator[] = {g->csv.separator, '\0'}, comment[] = {g->csv.comment, '\0'};

    if (g->csv.separator != ',') {
        text_printf(t, "    separator = ");
        if (g->csv.separator == '\t')
            text_printf(t, "\"tab\"");
        else
            quote(t, separator);
        text_printf(t, ", -- the sign that makes most columns of the first lines\n");
    }
    if (g->csv.comment) {
        text_printf(t, "    comment = ");
        quote(t, comment);
        text_printf(t, ", -- lines that begin with it are passed over\n");
    }
    if (g->has_header)
        text_printf(t, "    header = true, -- the first line has no value of a column: names\n");
    else
        text_printf(t, "    header = false, -- the first line looks like the others: columns are called \"1\", \"2\" ... "
                       "Names for all:\n    -- columns = { \"age\", \"height\", ... },\n");
}

static void add_missing(struct text *t, const struct table_guess *g)
{
    text_printf(t, "    missing = { \"\"");
    for (int i = 0; i < g->n_missing; i++)
        if (g->missing[i][0]) {
            text_printf(t, ", ");
            quote(t, g->missing[i]);
        }
    text_printf(t, " }, -- texts that stand for no value\n");
}

static void add_answer(struct text *t, const struct table_guess *g, struct data_init *init)
{
    const struct table_guess_column *c = &g->columns[g->answer];
    bool is_label = c->kind == TABLE_LABEL;
    int n_few = 0;

    text_printf(t, "    %s = ", is_label ? "label" : "target");
    quote(t, c->name);
    text_printf(t, ", -- what is to be told: the %s; ", g->answer == g->n_columns - 1 ? "last column"
                                                                      : g->is_answer_named ? "column of that name"
                                                                                           : "first column, as the last is one of many numbers");
    text_printf(t, is_label ? "of a number say target = ... instead\n"
                            : "it has many different numbers; of classes say label = ... instead\n");
    if (c->n_missing)
        text_printf(t, "    -- %d rows have none, which is an error: take them out of the file\n", c->n_missing);
    if (!is_label)
        return;
    text_printf(t, "    -- %d classes, with their rows:", g->n_classes);
    init->n_classes = g->n_classes;
    for (int i = 0, most = 0; i < g->n_classes; i++) {
        n_few += g->class_counts[i] < FEW;
        if (g->class_counts[i] > most) {
            most = g->class_counts[i];
            init->commonest = g->classes[i];
            init->share = (double)most / g->n_rows;
        }
        if (i >= MANY_CLASSES)
            continue;
        text_printf(t, "%s", i ? ", " : " ");
        add_plain(t, g->classes[i]);
        text_printf(t, " %d", g->class_counts[i]);
    }
    text_printf(t, "%s\n", g->n_classes > MANY_CLASSES ? " ..." : "");
    if (n_few)
        text_printf(t, "    -- %d of them have fewer than %d rows: hardly enough to train, select and test on\n", n_few, FEW);
}

/* The columns of a kind, each with why it is one. */
static int add_columns(struct text *t, const struct table_guess *g, enum table_kind kind, const char *key)
{
    int n = 0;

    for (int c = 0; c < g->n_columns; c++)
        n += g->columns[c].kind == kind;
    if (n > MANY_COLUMNS && kind != TABLE_IGNORE)
        return n;
    for (int c = 0, k = 0; c < g->n_columns; c++) {
        const struct table_guess_column *column = &g->columns[c];

        if (column->kind != kind)
            continue;
        if (k++ == 0)
            text_printf(t, "    %s = {\n", key);
        text_printf(t, "        ");
        quote(t, column->name);
        text_printf(t, ", -- ");
        add_plain(t, column->why);
        text_printf(t, "; %s%d different", column->n_different == TABLE_GUESS_MAX_DIFFERENT ? "over " : "",
                    column->n_different);
        text_printf(t, column->n_missing ? ", %d missing\n" : "\n", column->n_missing);
    }
    if (n)
        text_printf(t, "    },\n");
    return 0;
}

/* A category of few levels may be what groups are made of. */
static void propose_groups(struct text *t, const struct table_guess *g)
{
    for (int c = 0; c < g->n_columns; c++)
        if (g->columns[c].kind == TABLE_CATEGORY && g->columns[c].n_different <= 4 && g->columns[g->answer].kind == TABLE_LABEL &&
            g->n_classes <= 4) {
            text_printf(t, "    -- groups = { ");
            quote(t, g->columns[c].name);
            text_printf(t, ", ");
            quote(t, g->columns[g->answer].name);
            text_printf(t, " }, -- for the worst group, and for group_dro\n");
            return;
        }
}

int data_init_table(const char *path, struct data_init *init, struct arena *arena, struct text *ret_text,
                    struct error *err)
{
    struct text *t = ret_text;
    struct table_guess g;
    struct file_map map;
    int n_numbers, n_categories, result;

    if (file_map_open(path, &map, err) < 0)
        return -1;
    result = map.size > TABLE_MAX_SIZE ? error_set(err, "\"%s\" has %zu bytes; at most %zu are read", path, map.size,
                                                   TABLE_MAX_SIZE)
                                       : table_guess(path, (const char *)map.bytes, map.size, arena, &g, err);
    file_map_close(&map);
    if (result < 0)
        return -1;
    init->n_examples = g.n_rows;
    init->notes = g.notes;
    init->n_notes = g.n_notes;
    init->what = arena_printf(arena, "%s: %d rows", init->name, g.n_rows);
    begin(t, path, init);
    text_printf(t, "    format = \"table\",\n    train = { ");
    quote(t, init->path);
    text_printf(t, " }, -- below the data root. Has it an official test file, add test = { \"...\" }; else each\n"
                   "    -- run draws its test part: data.test_share of the rows\n");
    add_signs(t, &g);
    add_missing(t, &g);
    add_answer(t, &g, init);
    n_numbers = add_columns(t, &g, TABLE_NUMBER, "numbers");
    n_categories = add_columns(t, &g, TABLE_CATEGORY, "categories");
    add_columns(t, &g, TABLE_IGNORE, "ignore");
    if (n_numbers || n_categories)
        text_printf(t, "    others = \"%s\", -- %d columns\n", n_numbers >= n_categories ? "number" : "category",
                    n_numbers >= n_categories ? n_numbers : n_categories);
    propose_groups(t, &g);
    text_printf(t, "}\n");
    return n_numbers && n_categories
               ? error_set(err, "\"%s\" has over %d columns of numbers and over %d of categories: too many to list", path,
                           MANY_COLUMNS, MANY_COLUMNS)
               : 0;
}

/* ---- a folder ---- */

int data_init_folder(const char *path, struct data_init *init, struct arena *arena, struct text *ret_text,
                     struct error *err)
{
    struct text *t = ret_text;
    enum folders_layout layout;
    struct folders f;
    int *counts, most = 0;

    if (folders_find_layout(path, arena, &layout, err) < 0 || folders_scan(path, layout, arena, &f, err) < 0)
        return -1;
    counts = arena_alloc(arena, ((size_t)f.n_classes + 1) * sizeof *counts);
    for (int i = 0; i < f.n_files; i++)
        counts[f.files[i].label] += f.files[i].is_picture;
    init->is_pictures = true;
    init->n_examples = f.n_files;
    init->n_classes = f.n_classes;
    init->n_environments = layout == FOLDERS_ENVIRONMENTS ? f.n_groups : 0;
    init->has_validation = layout == FOLDERS_PARTS && f.groups[FOLDERS_VALIDATION];
    init->what = arena_printf(arena, "%s: %d pictures of %d classes", init->name, f.n_files, f.n_classes);
    begin(t, path, init);
    text_printf(t, "    format = \"%s\",\n    folder = ", layout == FOLDERS_ENVIRONMENTS ? "folders" : "pictures");
    quote(t, init->path);
    text_printf(t, ", -- below the data root\n    layout = \"%s\", -- ", folders_layouts[layout]);
    text_printf(t, "%s\n", layout == FOLDERS_ENVIRONMENTS ? "FOLDER/ENVIRONMENT/CLASS/FILE: whole environments are held out"
                           : layout == FOLDERS_PARTS      ? "FOLDER/{train,val,test}/CLASS/FILE"
                                                          : "FOLDER/CLASS/FILE: each run draws its test part");
    text_printf(t, "    -- classes, with their files:");
    for (int c = 0; c < f.n_classes; c++) {
        if (counts[c] > most) {
            most = counts[c];
            init->commonest = f.classes[c];
            init->share = (double)most / (f.n_files ? f.n_files : 1);
        }
        if (c >= MANY_CLASSES)
            continue;
        text_printf(t, "%s", c ? ", " : " ");
        add_plain(t, f.classes[c]);
        text_printf(t, " %d", counts[c]);
    }
    text_printf(t, "%s\n}\n", f.n_classes > MANY_CLASSES ? " ..." : "");
    return 0;
}

/* ---- the experiment ---- */

static void add_data(const struct data_init *init, struct text *t)
{
    const char *size = init->is_pictures ? "size = 32, " : "";

    if (init->has_validation) {
        text_printf(t, "    data = %s { %s}, -- configurations are selected by its validation part\n", init->name, size);
        return;
    }
    if (init->n_environments == 0) {
        text_printf(t, "    data = %s { %svalidation_share = 0.2 }, -- of what is trained on; configurations are selected "
                       "by it\n", init->name, size);
        return;
    }
    text_printf(t, "    data = %s { %stest_envs = grid {", init->name, size);
    for (int e = 0; e < init->n_environments; e++)
        text_printf(t, "%s { %d }", e ? "," : "", e);
    text_printf(t, " }, steps = 301, every = 100 }, -- each environment is held out once\n");
}

void data_init_experiment(const struct data_init *init, struct text *t)
{
    int epochs = 400000 / (init->n_examples > 0 ? init->n_examples : 1);
    bool is_number = init->n_classes == 0;

    epochs = epochs < 10 ? 10 : epochs > 100 ? 100 : epochs;
    epochs = init->is_pictures && epochs > 20 ? 20 : epochs;
    text_printf(t, "-- Made by `rgdbench data --init`, to be edited: `rgdbench list` has what can stand in each place.\n"
                   "return experiment {\n    title = \"%s\",\n    question = \"Does weighting the hard examples help on %s?\",\n",
                init->name, init->name);
    add_data(init, t);
    text_printf(t, "    model = mlp { hidden = { 128, 128 } },\n");
    if (is_number)
        text_printf(t, "    loss = mse {},\n");
    text_printf(t, "    optimizer = adam {},\n    train = { ");
    if (init->n_environments == 0)
        text_printf(t, "epochs = %d, evaluate = %d, ", epochs, epochs / 10);
    text_printf(t, "batch = %d, lr = grid { 0.0003, 0.001, 0.003, 0.01 } },\n", init->n_examples < 2000 ? 32 : 128);
    text_printf(t, "    methods = { -- each is tuned over its grids, by the validation part\n"
                   "        { \"erm\", objective = erm {} },\n"
                   "        { \"rgd\", objective = rgd { clip = 1 } },\n"
                   "        { \"rgd_mean_one\", objective = rgd_mean_one { clip = 1 } },\n");
    if (is_number)
        text_printf(t, "        { \"cvar\", objective = cvar { alpha = 0.2 } },\n");
    else if (init->n_environments)
        text_printf(t, "        { \"group_dro\", objective = group_dro { by = \"environment\" } },\n");
    else
        text_printf(t, "        { \"class_balanced\", objective = class_balanced { beta = 1 } },\n"
                       "        { \"focal\", loss = focal { gamma = 1 } },\n");
    text_printf(t, "    },\n    baseline = \"erm\", -- what the others are compared with\n");
    if (init->share > 0.75) {
        text_printf(t, "    measure = \"balanced_accuracy\", -- saying always ");
        add_plain(t, init->commonest);
        text_printf(t, " is right in %.0f%%\n", 100 * init->share);
    }
    text_printf(t, "    seeds = 5, -- more seeds find smaller differences\n"
                   "    smoke = \"seeds=1 %s=%d train.lr=0.001 methods=erm,rgd%s\",\n}\n",
                init->n_environments ? "data.steps" : "train.epochs", init->n_environments ? 21 : 2,
                init->n_environments ? " data.every=20 data.test_envs=[0]" : " train.evaluate=1");
}
