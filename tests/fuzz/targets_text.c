/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Texts: values, settings, words of the command line, JSON, CSV, scripts, and what is to be cut into tokens. */
#include "base/settings.h"
#include "fuzz/fuzz.h"
#include "fuzz/targets.h"
#include "io/csv.h"
#include "io/json_tree.h"
#include "plan/override.h"
#include "script/description.h"
#include "script/reader.h"
#include "script/script.h"
#include "table/numbers.h"
#include "text/tokenizer.h"

#include <math.h>
#include <string.h>

/* What is read and written again reads the same. */
void target_value(const uint8_t *bytes, size_t size)
{
    struct arena arena = {.limit = FUZZ_MEMORY};
    struct value v, again;
    struct error err = {0};

    if (value_parse(fuzz_text(bytes, size, &arena), &arena, &v, &err) < 0) {
        fuzz_check_refusal(&err);
    } else {
        const char *text = value_text(&arena, &v);

        FUZZ_CHECK(value_parse(text, &arena, &again, &err) == 0);
        FUZZ_CHECK(value_equal(&v, &again));
        FUZZ_CHECK(strcmp(value_text(&arena, &again), text) == 0);
    }
    arena_release(&arena);
}

void target_settings(const uint8_t *bytes, size_t size)
{
    struct arena arena = {.limit = FUZZ_MEMORY};
    struct settings s, again;
    struct text one = {0}, two = {0};
    struct error err = {0};

    settings_init(&s, &arena);
    settings_init(&again, &arena);
    if (settings_parse(&s, fuzz_text(bytes, size, &arena), &err) < 0) {
        fuzz_check_refusal(&err);
    } else if (s.n_items) {
        settings_write(&one, &s);
        FUZZ_CHECK(settings_parse(&again, one.s, &err) == 0);
        settings_write(&two, &again);
        FUZZ_CHECK(strcmp(one.s, two.s) == 0);
    }
    text_release(&one);
    text_release(&two);
    arena_release(&arena);
}

/* The first byte chooses the flags. */
void target_json(const uint8_t *bytes, size_t size)
{
    struct arena arena = {.limit = FUZZ_MEMORY};
    const struct json_tree *tree;
    struct error err = {0};

    if (size == 0)
        return;
    if (json_tree_read((const char *)bytes + 1, size - 1, bytes[0] & JSON_TREE_NOT_FINITE, &arena,
                       &tree, &err) < 0)
        fuzz_check_refusal(&err);
    else
        json_tree_find(tree, "x");
    arena_release(&arena);
}

void target_csv(const uint8_t *bytes, size_t size)
{
    struct arena arena = {.limit = FUZZ_MEMORY};
    const char *path = fuzz_file(0, bytes, size);
    struct csv csv;
    struct numbers samples;
    struct error err = {0};

    if (csv_read(path, &arena, &csv, &err) < 0) {
        fuzz_check_refusal(&err);
    } else {
        for (int r = 0; r < csv.n_rows; r++)
            for (int c = 0; c < csv.n_columns; c++) {
                double x;

                if (csv_number(&csv, r, c, &x, &err) < 0)
                    fuzz_check_refusal(&err);
                else
                    FUZZ_CHECK(isfinite(x));
            }
        if (numbers_read(path, false, &arena, &samples, &err) < 0)
            fuzz_check_refusal(&err);
    }
    arena_release(&arena);
}

/* ---- experiments ---- */

/* The data sets that scripts and words may name. */
static const struct data_description *known_data(int *ret_n)
{
    static const char *const texts[][2] = {
        {"cifar10", "classes = [\"a\",\"b\"]\ndoc = \"d\"\nformat = \"cifar\"\nlabel_bytes = 1\n"
                    "test = [\"t\"]\ntrain = [\"r\"]\n"},
        {"shapes", "doc = \"d\"\nformat = \"shapes\"\n"},
        {"shapes_domains", "doc = \"d\"\nformat = \"shapes_domains\"\n"},
    };
    enum { N = sizeof texts / sizeof *texts };
    static struct arena arena;
    static struct data_description data[N];
    struct error err;

    for (int i = 0; i < N && !data[N - 1].name; i++) {
        data[i].name = texts[i][0];
        settings_init(&data[i].settings, &arena);
        FUZZ_CHECK(settings_parse(&data[i].settings, texts[i][1], &err) == 0);
    }
    *ret_n = N;
    return data;
}

/* An experiment of which only the arena and the data are set. */
static struct experiment blank(struct arena *arena)
{
    struct experiment e = {.arena = arena, .name = "x", .overrides = "", .source = ""};

    e.data = known_data(&e.n_data);
    return e;
}

/* What was described and written again describes the same. */
static void check_description(const struct experiment *e)
{
    struct experiment again = blank(e->arena);
    struct text one = {0}, two = {0};
    struct error err;

    description_write(&one, e);
    if (description_read(one.s, &again, &err) < 0)
        fuzz_fail(__FILE__, __LINE__, err.text);
    description_write(&two, &again);
    FUZZ_CHECK(strcmp(one.s, two.s) == 0);
    text_release(&one);
    text_release(&two);
}

void target_description(const uint8_t *bytes, size_t size)
{
    struct arena arena = {.limit = FUZZ_MEMORY};
    struct experiment e = blank(&arena);
    struct error err = {0};

    if (description_read(fuzz_text(bytes, size, &arena), &e, &err) < 0)
        fuzz_check_refusal(&err);
    else
        check_description(&e);
    arena_release(&arena);
}

/* A word a line, as the command line gives them. */
void target_override(const uint8_t *bytes, size_t size)
{
    static const char base[] =
        "title \"T\"\nquestion \"Q\"\nseeds 2\ndraws 0\nsmoke \"\"\ndefault_methods \"\"\nmeasure \"\"\nselect \"\"\naxis data\nvalue \"shapes\"\n"
        "axis model\nvalue \"mlp\"\naxis train.lr\nvalue 0.1\nvalue 0.2\n"
        "method erm\naxis objective\nvalue \"erm\"\n"
        "method rgd\naxis objective\nvalue \"rgd\"\naxis objective.clip\nvalue 1\nvalue 3\n"
        "baseline \"erm\"\n";
    struct arena arena = {.limit = FUZZ_MEMORY};
    struct experiment e = blank(&arena);
    char *rest = fuzz_text(bytes, size, &arena), *word;
    struct error err = {0};
    int result;

    FUZZ_CHECK(description_read(base, &e, &err) == 0);
    for (result = 0; result == 0 && (word = strsep(&rest, "\n"));)
        result = override_apply(&e, word, &err);
    if (result < 0)
        fuzz_check_refusal(&err);
    else if (e.n_methods && experiment_find_method(&e, e.baseline))
        check_description(&e);
    arena_release(&arena);
}

/* What happens in the confined child (script/script.c), here: libFuzzer sees into it, and a
 * fork for each text would take most of the time. An experiment or a data set. */
void target_lua(const uint8_t *bytes, size_t size)
{
    struct arena arena = {.limit = FUZZ_MEMORY};
    struct experiment e = blank(&arena);
    struct settings description;
    struct reader r = {
        .arena = &arena, .experiment = &e, .description = &description, .data = e.data,
        .n_data = e.n_data};
    const char *source = fuzz_text(bytes, size, &arena);
    struct error err = {0};

    settings_init(&description, &arena);
    grid_init(&e.grid, &arena);
    FUZZ_CHECK(reader_open(&r, &err) == 0);
    if (sandbox_run(&r.sandbox, "x.lua", source, size, &err) < 0)
        fuzz_check_refusal(&err);
    else if (e.baseline)
        check_description(&e);
    reader_close(&r);
    FUZZ_CHECK(r.sandbox.memory == 0);
    arena_release(&arena);
}

/* ---- tokens ---- */

static void check_tokens(const struct tokenizer *t, const struct tokens *tokens)
{
    for (int i = 0; i < tokens->n; i++)
        FUZZ_CHECK(tokens->ids[i] >= 0 && tokens->ids[i] < t->vocabulary.n);
}

/* A blank between two texts changes neither. */
static void check_joined(const struct tokenizer *t, const struct token_text *texts, struct arena *arena)
{
    size_t size = texts[0].size + 1 + texts[1].size;
    char *both = arena_alloc(arena, size);
    struct tokens apart = {0}, joined = {0};
    struct error err;

    memcpy(both, texts[0].s, texts[0].size);
    both[texts[0].size] = '\n';
    memcpy(both + texts[0].size + 1, texts[1].s, texts[1].size);
    for (int i = 0; i < 2; i++)
        FUZZ_CHECK(tokenizer_add(t, texts[i].s, texts[i].size, &apart, &err) == 0);
    FUZZ_CHECK(tokenizer_add(t, both, size, &joined, &err) == 0);
    check_tokens(t, &joined);
    FUZZ_CHECK(apart.n == joined.n && (joined.n == 0 || memcmp(apart.ids, joined.ids, (size_t)joined.n * sizeof *joined.ids) == 0));
    tokens_release(&apart);
    tokens_release(&joined);
}

/* Flags, the ends of the vocabulary and of the first text, in bytes; then these and the second text. */
void target_tokenizer(const uint8_t *bytes, size_t size)
{
    static const char common[] = "[UNK]\n[CLS]\n[SEP]\n[PAD]\n[MASK]\na\n##a\n##b\nab\n.\n\xC3\xA9\n##\xCE\xB1\n";
    enum { HEAD = 3, CASED = 1, PAIR = 2, OWN = 4 };
    struct arena arena = {.limit = FUZZ_MEMORY};
    const char *at = (const char *)bytes + HEAD;
    size_t n_vocabulary, n_first, left;
    struct tokenizer t;
    struct tokens tokens = {0};
    struct error err = {0};
    struct token_row row;
    int n_texts, max;
    char *vocabulary;

    if (size < HEAD)
        return;
    left = size - HEAD;
    n_vocabulary = bytes[1] < left ? bytes[1] : left;
    n_first = bytes[2] < left - n_vocabulary ? bytes[2] : left - n_vocabulary;
    n_texts = bytes[0] & PAIR ? 2 : 1;
    max = TOKENIZER_LEAST_MAX + (bytes[0] >> 3);
    vocabulary = arena_printf(&arena, "%s%*s", bytes[0] & OWN ? "" : common, (int)n_vocabulary, "");
    memcpy(vocabulary + strlen(vocabulary) - n_vocabulary, at, n_vocabulary);
    if (tokenizer_init(&t, "v", vocabulary, n_vocabulary + (bytes[0] & OWN ? 0 : sizeof common - 1), bytes[0] & CASED,
                       &arena, &err) < 0) {
        fuzz_check_refusal(&err);
    } else {
        const struct token_text texts[] = {{at + n_vocabulary, n_first},
                                           {at + n_vocabulary + n_first, left - n_vocabulary - n_first}};

        if (tokenizer_encode(&t, texts, n_texts, max, &tokens, &row, &err) < 0) {
            fuzz_check_refusal(&err);
        } else {
            check_tokens(&t, &tokens);
            FUZZ_CHECK(tokens.n >= 1 + n_texts && tokens.n <= max && row.first >= 2 && row.first <= tokens.n && row.uncut >= tokens.n);
            FUZZ_CHECK(tokens.ids[0] == t.specials[TOKENIZER_CLS] && tokens.ids[tokens.n - 1] == t.specials[TOKENIZER_SEP]);
            FUZZ_CHECK(tokens.ids[row.first - 1] == t.specials[TOKENIZER_SEP] && (n_texts == 2 || row.first == tokens.n));
            if (n_texts == 2)
                check_joined(&t, texts, &arena);
        }
    }
    tokens_release(&tokens);
    arena_release(&arena);
}
