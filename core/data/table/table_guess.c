/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/table/table_guess.h"

#include "base/number.h"
#include "data/table/levels.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
    N_TRIED = 50,      /* lines that a separator is tried on */
    MANY_NUMBERS = 20, /* different whole numbers as a label, at most */
    MAX_ODD = 3,       /* different texts that are faults among numbers, at most; */
    PER_ODD = 10,      /* and as many numbers to each of those texts */
};

/* Stand for no value wherever they are; and among numbers. */
static const char *const tokens[] = {"", "?", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "#N/A",
                                     "None", "none", "-", "--", ".", "missing", "unknown", NULL};
enum { N_ANYWHERE = 10, N_TOKENS = 17 };

static const char *const answer_names[] = {"label", "class", "target", "y", "outcome", "labels", "classes", NULL};

/* What is seen of a column. */
struct seen {
    struct levels levels; /* without tokens that stand for no value anywhere */
    struct levels texts;  /* the first MAX_ODD + 1 that are neither numbers nor tokens */
    int n_numbers, n_texts, n_tokens[N_TOKENS];
    bool is_whole, is_sequence; /* one more each row */
    bool has_level;             /* a text of its is a level of another column's */
    double last;
    int n_commas; /* numbers but for a comma */
};

struct guesser {
    const char *path, *bytes;
    size_t size;
    struct arena *arena;
    struct table_guess *g;
    struct seen *seen;
};

static int open_rows(const struct guesser *b, struct csv_rows *rows, struct error *err)
{
    return csv_rows_open(rows, b->path, b->bytes, b->size, &b->g->csv, err);
}

/* ---- the separator ---- */

/* Blanks beside another separator: " 1 , 1.5 ,yes". */
static bool are_padding(const struct csv_rows *rows)
{
    for (int c = 0; c < rows->n_columns; c++) {
        const struct csv_piece *p = &rows->fields[c];

        if (p->size > 0 && (strchr(",;|", p->text[0]) || strchr(",;|", p->text[p->size - 1])))
            return true;
    }
    return false;
}

/* How well the first lines go with these signs: 0 not at all. */
static int try_signs(const struct guesser *b, const struct csv_options *options)
{
    struct csv_rows rows;
    struct error err;
    int n = 0, columns = 0, got;
    bool pads = false;

    if (csv_rows_open(&rows, b->path, b->bytes, b->size, options, &err) < 0)
        return 0;
    while (n < N_TRIED && (got = csv_rows_next(&rows, &err)) > 0) {
        pads |= options->separator == ' ' && are_padding(&rows);
        columns = rows.n_columns;
        n++;
    }
    csv_rows_close(&rows);
    if (columns < 2 || n < 2 || pads)
        return 0;
    return (n < N_TRIED && got < 0 ? 0 : 1000000) + (columns < 999999 ? columns : 999999);
}

/* No signs do: the reader may say why. */
static int explain(const struct guesser *b, struct error *err)
{
    struct csv_rows rows = {0};
    int got = open_rows(b, &rows, err);

    while (got == 0 && (got = csv_rows_next(&rows, err)) > 0)
        got = 0;
    csv_rows_close(&rows);
    return got < 0 ? -1
                   : error_set(err, "\"%s\": it has no second column, or no second line, whether \",\", \";\", \"|\", tabs "
                                    "or blanks separate", b->path);
}

static int find_signs(struct guesser *b, struct error *err)
{
    static const char separators[] = {',', ';', '\t', '|', ' '};
    bool has_mark = b->size >= 3 && memcmp(b->bytes, "\xEF\xBB\xBF", 3) == 0;
    char first = b->size > 3 ? b->bytes[has_mark ? 3 : 0] : 0;
    int best = 0;

    b->g->csv = csv_defaults;
    for (size_t s = 0; s < sizeof separators; s++)
        for (int comments = 0; comments <= (first == '#' || first == '|'); comments++) {
            struct csv_options options = {separators[s], '"', comments ? first : 0, true, 0};
            int score = options.comment == options.separator ? 0 : try_signs(b, &options);

            if (score > best + (separators[s] == ' ')) {
                best = score;
                b->g->csv = options;
            }
        }
    if (best > 0)
        return 0;
    return explain(b, err);
}

/* ---- what columns hold ---- */

static int find_token(const struct csv_piece *p)
{
    for (int i = 0; tokens[i]; i++)
        if (strlen(tokens[i]) == p->size && memcmp(tokens[i], p->text, p->size) == 0)
            return i;
    return -1;
}

/* "0,5" */
static bool has_comma(const struct csv_piece *p)
{
    char copy[32];
    char *comma;
    double x;

    if (p->size >= sizeof copy)
        return false;
    memcpy(copy, p->text, p->size);
    copy[p->size] = '\0';
    comma = strchr(copy, ',');
    if (!comma)
        return false;
    *comma = '.';
    return number_parse(copy, p->size, &x) == 0;
}

static void look(struct seen *s, const struct csv_piece *p, int line)
{
    int token = find_token(p);
    double x;

    if (token >= 0)
        s->n_tokens[token]++;
    if (token >= 0 && token < N_ANYWHERE)
        return;
    if (s->levels.n < TABLE_GUESS_MAX_DIFFERENT)
        levels_add(&s->levels, p->text, p->size, (struct level_place){0});
    if (number_parse(p->text, p->size, &x) == 0 && isfinite((float)x)) {
        s->is_whole &= x == floor(x);
        s->is_sequence &= s->n_numbers == 0 || x == s->last + 1;
        s->last = x;
        s->n_numbers++;
        return;
    }
    s->n_commas += has_comma(p);
    if (token >= 0)
        return;
    s->n_texts++;
    if (s->texts.n <= MAX_ODD)
        levels_add(&s->texts, p->text, p->size, (struct level_place){.line = line});
}

/* Numbers, as many as a few texts among them are most likely faults of the file: no levels that are called 1, 2, "3+". */
static bool has_odd(const struct seen *s)
{
    bool is_measured = !s->is_whole || s->levels.n - s->texts.n > MANY_NUMBERS;

    return s->n_texts > 0 && s->n_texts < s->n_numbers && s->texts.n <= MAX_ODD &&
           s->n_numbers >= PER_ODD * s->texts.n && is_measured && !s->has_level;
}

static bool is_number(const struct seen *s)
{
    return s->n_numbers > 0 && (s->n_texts == 0 || has_odd(s));
}

/* Are the numbers among the first line's fields 0, 1, 2 ... or 2019, 2020 ... above numbers, beside a word? */
static bool has_counted_names(const struct guesser *b, const char *const *first)
{
    bool has_word = false, counts = true;
    double x, last = 0;
    int n = 0;

    for (int c = 0; c < b->g->n_columns; c++) {
        const struct csv_piece piece = {first[c], strlen(first[c])};

        if (number_parse(first[c], piece.size, &x) < 0) {
            has_word |= is_number(&b->seen[c]) && find_token(&piece) < 0;
            continue;
        }
        counts &= n++ == 0 || x == last + 1;
        last = x;
    }
    return has_word && counts && n > 1;
}

/* Do the first line's fields name the columns? They are no numbers, unless those count, no column has its name as a
 * value, and they are all different, or stand above numbers: then two that are the same are a fault. */
static void find_header(struct guesser *b, const char *const *first, const struct levels *heads)
{
    struct table_guess *g = b->g;
    bool has_numbers = false, counts = has_counted_names(b, first);
    double x;

    for (int c = 0; c < g->n_columns; c++)
        has_numbers |= is_number(&b->seen[c]);
    g->has_header = heads->n == g->n_columns || has_numbers;
    for (int c = 0; c < g->n_columns && g->has_header; c++) {
        size_t size = strlen(first[c]);

        g->has_header = number_parse(first[c], size, &x) == 0 ? counts
                                                              : levels_find(&b->seen[c].levels, first[c], size) < 0;
    }
}

/* What the first line has: as many columns, and their names, should it be a header. */
static const char **take_first(struct guesser *b, const struct csv_rows *rows, struct levels *heads)
{
    struct table_guess *g = b->g;
    const char **first = arena_alloc(b->arena, (size_t)rows->n_columns * sizeof *first);

    g->n_columns = rows->n_columns;
    b->seen = arena_alloc(b->arena, (size_t)g->n_columns * sizeof *b->seen);
    g->columns = arena_alloc(b->arena, (size_t)g->n_columns * sizeof *g->columns);
    for (int c = 0; c < g->n_columns; c++) {
        b->seen[c] = (struct seen){
            .levels = {.arena = b->arena}, .texts = {.arena = b->arena}, .is_whole = true, .is_sequence = true};
        first[c] = arena_printf(b->arena, "%.*s", (int)rows->fields[c].size, rows->fields[c].text);
        levels_add(heads, rows->fields[c].text, rows->fields[c].size, (struct level_place){0});
    }
    return first;
}

/* The first line is the header, whose names are all there and all different. */
static int name_columns(struct guesser *b, const char *const *first, const struct levels *heads, struct error *err)
{
    struct table_guess *g = b->g;

    for (int c = 1; c < g->n_columns && heads->n < g->n_columns; c++)
        for (int k = 0; k < c; k++)
            if (strcmp(first[c], first[k]) == 0)
                return error_set(err, "\"%s\" has two columns \"%.60s\", the %d. and the %d.", b->path, first[c], k + 1,
                                 c + 1);
    for (int c = 0; c < g->n_columns; c++) {
        g->columns[c].name = first[c];
        if (!first[c][0])
            return error_set(err, "\"%s\": column %d has no name in the first line: write one there, or take the column "
                                  "away (pandas writes none with to_csv(index=False))", b->path, c + 1);
    }
    return 0;
}

/* The first line is a row like the others. */
static void number_columns(struct guesser *b, const char *const *first)
{
    struct table_guess *g = b->g;

    g->n_rows++;
    for (int c = 0; c < g->n_columns; c++) {
        const struct csv_piece piece = {first[c], strlen(first[c])};

        look(&b->seen[c], &piece, 1);
        g->columns[c].name = arena_printf(b->arena, "%d", c + 1);
    }
}

/* What stands for no value does so in all columns: no text that is a level of one. */
static void find_shared_texts(struct guesser *b)
{
    for (int c = 0; c < b->g->n_columns; c++)
        for (int i = 0; i < b->seen[c].texts.n && has_odd(&b->seen[c]); i++)
            for (int k = 0; k < b->g->n_columns; k++) {
                const struct level *text = &b->seen[c].texts.items[i];

                b->seen[c].has_level |= !is_number(&b->seen[k]) && levels_find(&b->seen[k].levels, text->text, text->size) >= 0;
            }
}

static int read_rows(struct guesser *b, struct error *err)
{
    struct table_guess *g = b->g;
    struct levels heads = {.arena = b->arena};
    const char **first = NULL;
    struct csv_rows rows = {0};
    int got = open_rows(b, &rows, err);

    if (got == 0 && (got = csv_rows_next(&rows, err)) > 0)
        first = take_first(b, &rows, &heads);
    while (got > 0 && (got = csv_rows_next(&rows, err)) > 0) {
        g->n_rows++;
        for (int c = 0; c < g->n_columns; c++)
            look(&b->seen[c], &rows.fields[c], rows.line);
    }
    csv_rows_close(&rows);
    if (got < 0)
        return -1;
    find_shared_texts(b);
    find_header(b, first, &heads);
    if (g->has_header)
        return name_columns(b, first, &heads, err);
    number_columns(b, first);
    return 0;
}

/* ---- what they are ---- */

static int n_missing_of(const struct seen *s)
{
    int n = has_odd(s) ? s->n_texts : 0, n_tokens = is_number(s) ? N_TOKENS : N_ANYWHERE;

    for (int i = 0; i < n_tokens; i++)
        n += s->n_tokens[i];
    return n;
}

static bool is_id_name(const char *name)
{
    size_t n = strlen(name);

    return strcasecmp(name, "id") == 0 || strcasecmp(name, "index") == 0 || strcasecmp(name, "rownumber") == 0 ||
           (n > 3 && strcasecmp(name + n - 3, "_id") == 0) || (n > 2 && strcmp(name + n - 2, "Id") == 0);
}

/* "5 of its values are no numbers, as "x" in line 7", of what most are. */
static const char *odd_text(const struct guesser *b, const struct seen *s)
{
    const struct level *odd = &s->texts.items[0];

    return arena_printf(b->arena, s->n_texts == 1 ? "%d value is no number, \"%.40s\" in line %d"
                                                  : "%d values are no numbers, as \"%.40s\" in line %d",
                        s->n_texts, odd->text, odd->place.line);
}

static int judge(struct guesser *b, int c, struct error *err)
{
    struct table_guess_column *column = &b->g->columns[c];
    const struct seen *s = &b->seen[c];
    int n_rows = b->g->n_rows, n = s->levels.n;
    bool is_numbers = is_number(s);

    column->n_missing = n_missing_of(s);
    column->n_different = n - (is_numbers ? s->texts.n : 0);
    if (s->n_commas > 0 && s->n_commas + s->n_numbers == n_rows - column->n_missing + (has_odd(s) ? s->n_texts : 0))
        return error_set(err, "%s:%d: column \"%.60s\" has numbers with a comma, as \"%.40s\": write points there",
                         b->path, s->texts.items[0].place.line, column->name, s->texts.items[0].text);
    column->kind = is_numbers ? TABLE_NUMBER : TABLE_CATEGORY;
    column->why = has_odd(s) ? arena_printf(b->arena, "all are numbers, but %s, which stands in missing", odd_text(b, s))
                  : is_numbers ? "all are numbers"
                  : s->n_numbers > s->n_texts
                      ? arena_printf(b->arena, "%s; where such stand for no value, add them to missing",
                                     odd_text(b, s))
                      : "there are texts";
    if (n <= 1) {
        column->kind = TABLE_IGNORE;
        column->why = n == 0 ? "it has no value" : "it has one value only";
    } else if (is_numbers && s->is_whole && n == n_rows && n_rows > 10 && (s->is_sequence || is_id_name(column->name))) {
        column->kind = TABLE_IGNORE;
        column->why = "it numbers the rows";
    } else if (!is_numbers && n > 50 && n > n_rows / 2) {
        column->kind = TABLE_IGNORE;
        column->why = "most rows have a text of their own";
    }
    return 0;
}

/* Has it many different numbers, as a target has? */
static bool is_target(const struct seen *s)
{
    return is_number(s) && (s->levels.n > MANY_NUMBERS || (!s->is_whole && s->levels.n > 10));
}

static bool is_only_category(const struct table_guess *g, int column)
{
    for (int c = 0; c < g->n_columns; c++)
        if ((g->columns[c].kind == TABLE_CATEGORY) != (c == column))
            return false;
    return true;
}

/* The last that has something to tell; but the first where the last is one of many numbers, or of more than ten and the
 * first alone has texts, and the first has classes. */
static int likely_answer(const struct guesser *b)
{
    const struct table_guess *g = b->g;
    int first = 0, last = g->n_columns - 1;
    const struct seen *at_first, *at_last;

    while (last >= 0 && g->columns[last].kind == TABLE_IGNORE)
        last--;
    while (first < last && g->columns[first].kind == TABLE_IGNORE)
        first++;
    if (last <= first)
        return last;
    at_first = &b->seen[first];
    at_last = &b->seen[last];
    if (is_target(at_first) || at_first->levels.n > 100)
        return last;
    return is_target(at_last) || (at_last->levels.n > 10 && is_only_category(g, first)) ? first : last;
}

/* A column that is called so; else what is likely. */
static int find_answer(struct guesser *b, struct error *err)
{
    struct table_guess *g = b->g;
    const struct seen *s;
    int c = -1;

    for (int i = 0; answer_names[i] && c < 0; i++)
        for (int k = 0; k < g->n_columns && c < 0; k++)
            if (g->has_header && strcasecmp(g->columns[k].name, answer_names[i]) == 0)
                c = k;
    g->is_answer_named = c >= 0;
    if (c < 0)
        c = likely_answer(b);
    if (c < 0 || g->columns[c].n_different <= 1)
        return error_set(err, "\"%s\": column \"%.60s\" cannot be what is to be told: it has one value only", b->path,
                         g->columns[c < 0 ? g->n_columns - 1 : c].name);
    s = &b->seen[c];
    g->answer = c;
    g->columns[c].kind = is_target(s) ? TABLE_TARGET : TABLE_LABEL;
    if (g->columns[c].kind == TABLE_LABEL && s->levels.n > 1000)
        return error_set(err, "\"%s\": column \"%.60s\" has over 1000 different texts: they cannot be classes", b->path,
                         g->columns[c].name);
    for (int k = 0; k < g->n_columns; k++)
        if (k != c && (g->columns[k].kind == TABLE_NUMBER || g->columns[k].kind == TABLE_CATEGORY))
            return 0;
    return error_set(err, "\"%s\": there is no column to tell \"%.60s\" by", b->path, g->columns[c].name);
}

static void add_missing(struct guesser *b, const char *text)
{
    struct table_guess *g = b->g;

    for (int i = 0; i < g->n_missing; i++)
        if (strcmp(g->missing[i], text) == 0)
            return;
    g->missing = arena_grow(b->arena, g->missing, g->n_missing, sizeof *g->missing);
    g->missing[g->n_missing++] = text;
}

static void find_missing(struct guesser *b)
{
    struct table_guess *g = b->g;

    for (int i = 0; i < N_TOKENS; i++)
        for (int c = 0; c < g->n_columns; c++)
            if (b->seen[c].n_tokens[i] > 0 && (i < N_ANYWHERE || is_number(&b->seen[c])))
                add_missing(b, tokens[i]);
    for (int c = 0; c < g->n_columns; c++)
        for (int i = 0; i < b->seen[c].texts.n && has_odd(&b->seen[c]); i++)
            add_missing(b, b->seen[c].texts.items[i].text);
}

/* What a person is to be told at once: one number that cannot be read may cost a column. */
static void note_odd(struct guesser *b)
{
    static const char *const done[] = {
        [TABLE_NUMBER] = "it is taken as one of numbers, and what is none as missing",
        [TABLE_TARGET] = "it is the target, and what is none is missing",
        [TABLE_LABEL] = "it is the label, and each text a class",
        [TABLE_CATEGORY] = "it is taken as a category",
        [TABLE_IGNORE] = "it is ignored, as most rows have a value of their own",
    };
    struct table_guess *g = b->g;

    for (int c = 0; c < g->n_columns; c++) {
        const struct seen *s = &b->seen[c];

        if (s->n_texts == 0 || s->n_numbers <= s->n_texts)
            continue;
        g->notes = arena_grow(b->arena, g->notes, g->n_notes, sizeof *g->notes);
        g->notes[g->n_notes++] = arena_printf(b->arena, "column \"%.60s\": %s; %s", g->columns[c].name, odd_text(b, s),
                                              done[g->columns[c].kind]);
    }
}

static int count_classes(struct guesser *b, struct error *err)
{
    struct table_guess *g = b->g;
    struct levels *levels = &b->seen[g->answer].levels;
    int n = levels->n, *by_code = arena_alloc(b->arena, (size_t)n * sizeof *by_code);
    int *counts = arena_alloc(b->arena, (size_t)n * sizeof *counts);
    const char **names = arena_alloc(b->arena, (size_t)n * sizeof *names);
    const int32_t *order;
    struct csv_rows rows = {0};
    int got = open_rows(b, &rows, err);

    for (int row = 0; got == 0 && (got = csv_rows_next(&rows, err)) > 0; row++, got = 0) {
        int code = levels_find(levels, rows.fields[g->answer].text, rows.fields[g->answer].size);

        if (code >= 0 && (row > 0 || !g->has_header))
            by_code[code]++;
    }
    csv_rows_close(&rows);
    if (got < 0)
        return -1;
    order = levels_sort(levels, true);
    for (int i = 0; i < n; i++)
        counts[order[i]] = by_code[i];
    for (int i = 0; i < n; i++)
        names[i] = arena_printf(b->arena, "%.*s", (int)levels->items[i].size, levels->items[i].text);
    g->classes = names;
    g->class_counts = counts;
    g->n_classes = n;
    return 0;
}

int table_guess(const char *path, const char *bytes, size_t size, struct arena *arena, struct table_guess *ret_guess,
                struct error *err)
{
    struct table_guess g = {0};
    struct guesser b = {.path = path, .bytes = bytes, .size = size, .arena = arena, .g = &g};

    if (find_signs(&b, err) < 0 || read_rows(&b, err) < 0)
        return -1;
    if (g.n_rows < 2)
        return error_set(err, "\"%s\": it has fewer than two rows", path);
    for (int c = 0; c < g.n_columns; c++)
        if (judge(&b, c, err) < 0)
            return -1;
    if (find_answer(&b, err) < 0)
        return -1;
    find_missing(&b);
    note_odd(&b);
    if (g.columns[g.answer].kind == TABLE_LABEL && count_classes(&b, err) < 0)
        return -1;
    *ret_guess = g;
    return 0;
}
