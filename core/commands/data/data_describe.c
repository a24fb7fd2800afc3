/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "commands/data/data_describe.h"

#include "os/say.h"
#include "table/sheet/escape.h"
#include "table/sheet/sheet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    LINE = 100,
    HEAD = 13,        /* of the lines before the tables */
    MAX_NAME = 40,    /* of a class, a column, a level */
    MAX_COLUMNS = 60, /* of a table's that are listed */
    MAX_BESIDE = 8,   /* environments that stand beside each other */
    MANY_CLASSES = 20,
};

/* Examples that are counted together: first .. first + n - 1 of the pool. */
struct part {
    const char *name;
    const struct pool *pool;
    int first, n;
};

struct describer {
    const struct dataset *d;
    struct text *t;
    struct arena arena;
    struct part *parts;
    int n_parts;
};

/* ---- lines ---- */

/* "head         words", which go on below themselves. */
__attribute__((format(printf, 3, 4))) static void add_line(struct describer *b, const char *head, const char *format, ...)
{
    struct text raw = {0}, s = {0};
    const char *at;
    int width = HEAD;
    va_list args;

    va_start(args, format);
    text_print(&raw, format, args);
    va_end(args);
    escape_plain(&s, raw.s);
    text_printf(b->t, "%-*s", HEAD, head);
    for (at = s.s; *at;) {
        int length = (int)strcspn(at, " ");
        const char *word = arena_printf(&b->arena, "%.*s", length, at);

        if (width > HEAD && width + 1 + text_width(word) > LINE) {
            text_printf(b->t, "\n%*s", HEAD, "");
            width = HEAD;
        }
        text_printf(b->t, "%s%s", width > HEAD ? " " : "", word);
        width += text_width(word) + (width > HEAD);
        at += length;
        at += *at == ' ';
    }
    text_printf(b->t, "\n");
    text_release(&raw);
    text_release(&s);
}

static const char *cut(struct describer *b, const char *s)
{
    size_t n = 0;

    for (int width = 0; s[n] && width < MAX_NAME; width++) {
        n++;
        while (((unsigned char)s[n] & 0xC0) == 0x80)
            n++;
    }
    return s[n] ? arena_printf(&b->arena, "%.*s...", (int)n, s) : s;
}

static const char *size_text(struct describer *b, double bytes)
{
    return bytes < 1e5   ? arena_printf(&b->arena, "%.1f kB", bytes / 1e3)
           : bytes < 1e9 ? arena_printf(&b->arena, "%.1f MB", bytes / 1e6)
                         : arena_printf(&b->arena, "%.1f GB", bytes / 1e9);
}

static double memory_of(const struct dataset *d, const struct pool *pool)
{
    double size = 0;

    for (int f = 0; f < d->signature.n; f++)
        size += (double)field_size(&d->signature.fields[f]) * (field_type(&d->signature.fields[f]) == FIELD_U8 ? 1 : 4);
    return size * pool->n;
}

static void add_files(struct describer *b, const struct dataset_source *source)
{
    const struct dataset *d = b->d;

    for (int i = 0; i < d->n_files; i++)
        add_line(b, i ? "" : "files", "%s/%s, %s", source->root ? source->root : "", d->files[i].name,
                 size_text(b, (double)d->files[i].size));
    if (d->n_files == 0 && settings_find(source->description, "folder"))
        add_line(b, "folder", "%s/%s", source->root ? source->root : "",
                 settings_string(source->description, "folder"));
    if (d->format->is_embedded)
        add_line(b, "files", "none: it is drawn when it is asked for, here with the settings that it has by default");
}

static void add_fields(struct describer *b)
{
    for (int f = 0; f < b->d->signature.n; f++) {
        const struct field *field = &b->d->signature.fields[f];

        if (field->kind == FIELD_PICTURE)
            add_line(b, field->name, "%d x %d x %d bytes (channels x height x width)", field->shape[0],
                     field->shape[1], field->shape[2]);
        else if (field->kind == FIELD_TOKENS)
            add_line(b, field->name, "at most %d (data.max_tokens), of a vocabulary of %d", field->shape[0],
                     field->n_levels[0]);
        else if (field->kind != FIELD_LENGTH) /* of tokens: a table below */
            add_line(b, field->name, "%zu%s", field_size(field),
                     field->kind == FIELD_NUMBERS || field->kind == FIELD_CATEGORIES
                         ? field_size(field) == 1 ? " column" : " columns"
                         : "");
    }
}

/* Files that are no pictures, or bad ones: what an experiment stops at, unless it says data.skip_bad. */
static void add_left_out(struct describer *b)
{
    for (const char *at = b->d->left_out; at && *at; at += strcspn(at, "\n"), at += *at == '\n')
        add_line(b, "left out", "%.*s", (int)strcspn(at, "\n"), at);
    if (b->d->left_out)
        add_line(b, "", "here alone: an experiment stops at such files, unless it says skip_bad = true of these data");
}

/* ---- parts ---- */

static void add_part(struct describer *b, const char *name, const struct pool *pool, int first, int n)
{
    b->parts = arena_grow(&b->arena, b->parts, b->n_parts, sizeof *b->parts);
    b->parts[b->n_parts++] = (struct part){name, pool, first, n};
}

static void find_parts(struct describer *b)
{
    const struct dataset *d = b->d;

    for (int e = 0; d->has_environments && e < d->n_groups; e++) {
        int n, first = dataset_environment(d, e, &n);

        add_part(b, d->group_names[e], &d->train, first, n);
    }
    if (d->has_environments)
        return;
    add_part(b, "train", &d->train, 0, d->train.n - d->n_validation);
    if (d->n_validation)
        add_part(b, "validation", &d->train, d->train.n - d->n_validation, d->n_validation);
    if (d->test.n)
        add_part(b, "test", &d->test, 0, d->test.n);
}

/* Labels beside the data set's own, and how many are wrong. */
static void add_noisy(struct describer *b)
{
    const struct dataset *d = b->d;

    for (int k = 0; k < d->n_noisy; k++) {
        int n_wrong = 0;

        for (int i = 0; i < d->train.n; i++)
            n_wrong += d->noisy[k].labels[i] != d->train.labels[i];
        add_line(b, k ? "" : "noisy labels", "%s: %.2f%% of train are wrong", cut(b, d->noisy[k].name),
                 100.0 * n_wrong / d->train.n);
    }
}

static void add_parts(struct describer *b)
{
    const struct dataset *d = b->d;
    struct text t = {0};

    for (int p = 0; p < b->n_parts; p++)
        text_printf(&t, "%s%s%s %d", p ? ", " : "", d->has_environments ? arena_printf(&b->arena, "%d: ", p) : "",
                    cut(b, b->parts[p].name), b->parts[p].n);
    add_line(b, d->has_environments ? "environments" : "examples", "%s%s%s", t.s,
             d->has_environments || d->n_validation ? "" : "; each run holds out its validation part of train",
             d->has_environments || d->test.n ? "" : ", and draws its test part of it (data.split, data.test_share)");
    text_release(&t);
}

/* How many examples of a part have the value k of `values`, [n_values][n_parts]. */
static int *count(struct describer *b, const uint16_t *(*values_of)(const struct pool *), int n_values)
{
    int *counts = arena_alloc(&b->arena, ((size_t)n_values * (size_t)b->n_parts + 1) * sizeof *counts);

    for (int p = 0; p < b->n_parts; p++) {
        const uint16_t *values = values_of(b->parts[p].pool) + b->parts[p].first;

        for (int i = 0; i < b->parts[p].n; i++)
            counts[values[i] * b->n_parts + p]++;
    }
    return counts;
}

static const uint16_t *labels_of(const struct pool *pool)
{
    return pool->labels;
}

static const uint16_t *groups_of(const struct pool *pool)
{
    return pool->groups;
}

/* How many tables of such names stand beside each other. */
static int find_banks(struct describer *b, const char *const *names, int n, int n_shown)
{
    int width = 5, banks;

    for (int i = 0; i < n; i++)
        width = text_width(cut(b, names[i])) > width ? text_width(cut(b, names[i])) : width;
    for (int p = 0; p < n_shown; p++)
        width += 2 + (text_width(b->parts[p].name) > 6 ? text_width(b->parts[p].name) : 6);
    banks = (LINE + 2) / (width + 2);
    return n <= MANY_CLASSES || banks < 1 ? 1 : banks > 6 ? 6 : banks;
}

static void add_column(struct sheet *g, const char *head, bool is_number)
{
    sheet_column(g, (struct sheet_column){head, head, SHEET_PEOPLE, is_number});
}

static void write_sheet(struct describer *b, const struct sheet *g)
{
    text_printf(b->t, "\n");
    sheet_write(g, sheet_formats[0], "", b->t);
    while (b->t->size > 1 && b->t->s[b->t->size - 2] == '\n') /* where the caption would be */
        b->t->s[--b->t->size] = '\0';
}

/* A line for each name with its count in each part, in as many columns as a line has room for. */
static void add_counts(struct describer *b, const char *what, const char *const *names, int n, const int *counts)
{
    struct sheet g = {.arena = &b->arena};
    int n_shown = b->n_parts <= MAX_BESIDE ? b->n_parts : 0;
    int banks = find_banks(b, names, n, n_shown ? n_shown : 1), n_rows = (n + banks - 1) / banks;

    for (int bank = 0; bank < banks; bank++) {
        add_column(&g, what, false);
        for (int p = 0; p < n_shown; p++)
            add_column(&g, cut(b, b->parts[p].name), true);
        if (!n_shown)
            add_column(&g, "in all", true);
    }
    for (int row = 0; row < n_rows; row++)
        for (int bank = 0; bank < banks; bank++) {
            int i = bank * n_rows + row, sum = 0;

            sheet_text(&g, i < n ? cut(b, names[i]) : "");
            for (int p = 0; p < b->n_parts; p++) {
                if (n_shown && i < n)
                    sheet_number(&g, "%.0f", counts[i * b->n_parts + p]);
                else if (n_shown)
                    sheet_text(&g, "");
                sum += i < n ? counts[i * b->n_parts + p] : 0;
            }
            if (!n_shown && i < n)
                sheet_number(&g, "%.0f", sum);
            else if (!n_shown)
                sheet_text(&g, "");
        }
    write_sheet(b, &g);
}

/* ---- columns ---- */

/* The pools' values of column c of field f, over both: numbers' range and how many are missing. */
static void add_number_column(struct describer *b, struct sheet *g, int f, int c)
{
    const struct pool *pools[] = {&b->d->train, &b->d->test};
    size_t width = field_size(&b->d->signature.fields[f]);
    double low = INFINITY, high = -INFINITY, n_missing = 0;

    for (int p = 0; p < 2; p++)
        for (int i = 0; i < pools[p]->n; i++) {
            double x = pools[p]->values[f].numbers[(size_t)i * width + (size_t)c];

            n_missing += isnan(x);
            low = x < low ? x : low;
            high = x > high ? x : high;
        }
    sheet_text(g, "number");
    sheet_number(g, "%.0f", n_missing);
    sheet_text(g, low <= high ? arena_printf(&b->arena, "%.7g to %.7g", low, high) : "no number");
}

/* The level "missing" is the reader's name for what is. */
static void add_category_column(struct describer *b, struct sheet *g, int f, int c)
{
    const struct pool *pools[] = {&b->d->train, &b->d->test};
    const struct field *field = &b->d->signature.fields[f];
    const char *const *levels = b->d->level_names ? b->d->level_names[c] : NULL;
    int n_levels = field->n_levels[c], missing = n_levels - 1, n_missing = 0, i = 0;
    size_t width = field_size(field);
    struct text t = {0};

    for (int p = 0; p < 2; p++)
        for (int k = 0; k < pools[p]->n; k++)
            n_missing += pools[p]->values[f].codes[(size_t)k * width + (size_t)c] == missing;
    sheet_text(g, "category");
    sheet_number(g, "%.0f", levels && strcmp(levels[missing], "missing") == 0 ? n_missing : 0);
    text_printf(&t, "%d level%s%s", n_levels, n_levels == 1 ? "" : "s", levels ? ":" : "");
    for (; levels && i < n_levels && text_width(t.s) + text_width(cut(b, levels[i])) < 52; i++)
        text_printf(&t, " %s", cut(b, levels[i]));
    if (levels && i < n_levels)
        text_printf(&t, " ...");
    sheet_text(g, arena_strdup(&b->arena, t.s));
    text_release(&t);
}

static void add_columns(struct describer *b)
{
    const struct signature *signature = &b->d->signature;
    struct sheet g = {.arena = &b->arena};
    int n = 0, n_listed = 0;

    add_column(&g, "column", false);
    add_column(&g, "kind", false);
    add_column(&g, "missing", true);
    add_column(&g, "values", false);
    for (int f = 0; f < signature->n; f++) {
        const struct field *field = &signature->fields[f];

        for (int c = 0; field->columns && c < field->shape[0]; c++, n++) {
            if (n_listed == MAX_COLUMNS)
                continue;
            n_listed++;
            sheet_text(&g, cut(b, field->columns[c]));
            if (field->kind == FIELD_NUMBERS)
                add_number_column(b, &g, f, c);
            else
                add_category_column(b, &g, f, c);
        }
    }
    if (n > 0)
        write_sheet(b, &g);
    if (n > n_listed)
        text_printf(b->t, "and %d columns more\n", n - n_listed);
}

static void add_targets(struct describer *b)
{
    struct sheet g = {.arena = &b->arena};

    add_column(&g, "target", false);
    for (int c = 0; c < 4; c++) {
        static const char *const heads[] = {"examples", "least", "mean", "most"};

        add_column(&g, heads[c], true);
    }
    for (int p = 0; p < b->n_parts; p++) {
        const float *y = b->parts[p].pool->targets + b->parts[p].first;
        double low = INFINITY, high = -INFINITY, sum = 0;

        for (int i = 0; i < b->parts[p].n; i++) {
            low = y[i] < low ? y[i] : low;
            high = y[i] > high ? y[i] : high;
            sum += y[i];
        }
        sheet_text(&g, cut(b, b->parts[p].name));
        sheet_number(&g, "%.0f", b->parts[p].n);
        sheet_number(&g, "%.6g", low);
        sheet_number(&g, "%.6g", sum / b->parts[p].n);
        sheet_number(&g, "%.6g", high);
    }
    write_sheet(b, &g);
}

/* ---- texts ---- */

static int compare_lengths(const void *a, const void *b)
{
    return *(const int32_t *)a - *(const int32_t *)b;
}

/* Tokens of the examples before any was cut off. */
static void add_lengths(struct describer *b)
{
    static const char *const heads[] = {"mean", "90% have", "most", "% cut off"};
    const struct dataset *d = b->d;
    int most = d->signature.fields[signature_find(&d->signature, FIELD_TOKENS)].shape[0];
    struct sheet g = {.arena = &b->arena};

    add_column(&g, "tokens", false);
    for (int c = 0; c < 4; c++)
        add_column(&g, heads[c], true);
    for (int p = 0; p < b->n_parts; p++) {
        const struct part *part = &b->parts[p];
        int first = part->first + (part->pool == &d->test ? d->train.n : 0), n_cut = 0;
        int32_t *lengths = arena_alloc(&b->arena, ((size_t)part->n + 1) * sizeof *lengths);
        double sum = 0;

        for (int i = 0; i < part->n; i++) {
            lengths[i] = d->uncut_lengths[first + i];
            sum += lengths[i];
            n_cut += lengths[i] > most;
        }
        qsort(lengths, (size_t)part->n, sizeof *lengths, compare_lengths);
        sheet_text(&g, cut(b, part->name));
        sheet_number(&g, "%.1f", sum / part->n);
        sheet_number(&g, "%.0f", lengths[(part->n * 9 + 9) / 10 - 1]); /* or fewer */
        sheet_number(&g, "%.0f", lengths[part->n - 1]);
        sheet_number(&g, "%.1f", 100.0 * n_cut / part->n);
    }
    write_sheet(b, &g);
}

void data_describe(const struct dataset *d, const struct dataset_source *source)
{
    struct text t = {0};
    struct describer b = {.d = d, .t = &t};

    find_parts(&b);
    add_line(&b, "what", "%s", settings_string(source->description, "doc"));
    add_line(&b, "format", "%s", d->format->component.name);
    add_files(&b, source);
    add_fields(&b);
    if (d->target == TARGET_CLASS)
        add_line(&b, "classes", "%d", d->n_classes);
    else
        add_line(&b, "target", "a number");
    add_parts(&b);
    add_noisy(&b);
    add_line(&b, "in memory", "%s", size_text(&b, memory_of(d, &d->train) + memory_of(d, &d->test)));
    add_line(&b, "digest", "%s", d->digest);
    if (d->note)
        add_line(&b, "note", "%s", d->note);
    add_left_out(&b);
    if (d->target == TARGET_CLASS)
        add_counts(&b, "class", d->class_names, d->n_classes, count(&b, labels_of, d->n_classes));
    else
        add_targets(&b);
    if (d->n_groups && !d->has_environments)
        add_counts(&b, "group", d->group_names, d->n_groups, count(&b, groups_of, d->n_groups));
    add_columns(&b);
    if (d->uncut_lengths)
        add_lengths(&b);
    say_page(stdout, t.s);
    text_release(&t);
    arena_release(&b.arena);
}
