/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text/tokenizer.h"

#include "base/memory.h"
#include "text/unicode.h"

#include <stdlib.h>
#include <string.h>

enum { WORD_MAX = 100 }; /* code points */

static const struct {
    const char *text;
    size_t size;
    bool is_needed;
} specials[TOKENIZER_N_SPECIALS] = {
    [TOKENIZER_UNK] = {"[UNK]", 5, true},    [TOKENIZER_CLS] = {"[CLS]", 5, true},
    [TOKENIZER_SEP] = {"[SEP]", 5, true},    [TOKENIZER_PAD] = {"[PAD]", 5, true},
    [TOKENIZER_MASK] = {"[MASK]", 6, false},
};

int tokenizer_init(struct tokenizer *ret_tokenizer, const char *name, const char *bytes, size_t size,
                   bool is_cased, struct arena *arena, struct error *err)
{
    struct tokenizer t = {.lowers = !is_cased, .strips = !is_cased};

    if (vocabulary_read(name, bytes, size, arena, &t.vocabulary, err) < 0)
        return -1;
    for (int i = 0; i < TOKENIZER_N_SPECIALS; i++) {
        t.specials[i] = vocabulary_find_string(&t.vocabulary, specials[i].text);
        if (t.specials[i] < 0 && specials[i].is_needed)
            return error_set(err, "\"%s\" has no line \"%s\": is it a BERT's vocab.txt?", name,
                             specials[i].text);
    }
    *ret_tokenizer = t;
    return 0;
}

static void add_id(struct tokens *to, int id)
{
    if (to->n == to->capacity) {
        to->capacity = to->capacity ? 2 * to->capacity : 64;
        to->ids = memory_resize(to->ids, (size_t)to->capacity * sizeof *to->ids);
    }
    to->ids[to->n++] = id;
}

void tokens_release(struct tokens *tokens)
{
    free(tokens->ids);
    *tokens = (struct tokens){0};
}

/* ---- words ---- */

/* The word that is being read, of one text. */
struct reading {
    const struct tokenizer *t;
    struct tokens *to;
    int n;               /* code points, also those that it is too long for */
    int ends[WORD_MAX];  /* bytes up to and with the code point */
    char bytes[WORD_MAX * UNICODE_MAX_BYTES];
    /* Spacing marks that wait to be ordered by combining class: rare. */
    int n_marks;
    int32_t marks[WORD_MAX];
};

/* The number of the longest piece from code point `from` on, and where it ends; or -1. */
static int find_longest(const struct reading *r, int from, int *ret_to)
{
    const struct vocabulary *v = &r->t->vocabulary;
    const bool is_inner = from > 0;
    const size_t first = is_inner ? (size_t)r->ends[from - 1] : 0;
    uint64_t hash = VOCABULARY_HASH, hashes[WORD_MAX];
    size_t at = first;
    int to = from;

    for (const char *s = is_inner ? VOCABULARY_INNER : ""; *s; s++)
        hash = vocabulary_hash(hash, *s);
    for (; to < r->n && (size_t)r->ends[to] - first <= v->longest; to++) {
        for (; at < (size_t)r->ends[to]; at++)
            hash = vocabulary_hash(hash, r->bytes[at]);
        hashes[to] = hash;
    }
    for (; to > from; to--) {
        int id = vocabulary_find(v, hashes[to - 1], is_inner, r->bytes + first,
                                 (size_t)r->ends[to - 1] - first);

        if (id >= 0) {
            *ret_to = to;
            return id;
        }
    }
    return -1;
}

static void put(struct reading *r, int32_t code)
{
    int end = r->n > 0 && r->n <= WORD_MAX ? r->ends[r->n - 1] : 0;

    if (r->n < WORD_MAX)
        r->ends[r->n] = end + unicode_write(code, r->bytes + end);
    r->n += r->n <= WORD_MAX;
}

/* Behind a run of marks: in order of combining classes, which is stable. */
static void put_marks(struct reading *r)
{
    for (int i = 1; i < r->n_marks; i++)
        for (int k = i; k > 0; k--) {
            int32_t mark = r->marks[k], before = r->marks[k - 1];

            if (unicode_combining_class(before) <= unicode_combining_class(mark))
                break;
            r->marks[k] = before;
            r->marks[k - 1] = mark;
        }
    for (int i = 0; i < r->n_marks; i++)
        put(r, r->marks[i]);
    r->n_marks = 0;
}

static void end_word(struct reading *r)
{
    int n_before = r->to->n, from = 0, id = -1;

    if (r->n_marks)
        put_marks(r);
    if (r->n == 0)
        return;
    while (r->n <= WORD_MAX && from < r->n && (id = find_longest(r, from, &from)) >= 0)
        add_id(r->to, id);
    if (id < 0) {
        r->to->n = n_before;
        add_id(r->to, r->t->specials[TOKENIZER_UNK]);
    }
    r->n = 0;
}

/* ---- characters ---- */

static bool is_ascii_punctuation(int32_t code)
{
    return (code >= 33 && code <= 47) || (code >= 58 && code <= 64) || (code >= 91 && code <= 96) ||
           (code >= 123 && code <= 126);
}

static bool is_cjk(int32_t code)
{
    static const struct {
        int32_t first, last;
    } ranges[] = {{0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xF900, 0xFAFF},   {0x20000, 0x2A6DF},
                  {0x2A700, 0x2B73F}, {0x2B740, 0x2B81F}, {0x2B920, 0x2CEAF}, {0x2F800, 0x2FA1F}};

    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

/* Lower case, and step 5. */
static void take_plain(struct reading *r, int32_t code)
{
    int32_t parts[UNICODE_MAX_PARTS] = {code};
    int n = r->t->lowers ? unicode_lower(code, parts) : 1;

    for (int i = 0; i < n; i++) {
        bool is_alone = is_ascii_punctuation(parts[i]) || unicode_is_punctuation(parts[i]);

        if (is_alone)
            end_word(r);
        put(r, parts[i]);
        if (is_alone)
            end_word(r);
    }
}

/* Step 4. What controls or is a blank is gone. */
static void take_decomposed(struct reading *r, int32_t code)
{
    int32_t parts[UNICODE_MAX_PARTS];
    int n = unicode_decompose(code, parts);

    for (int i = 0; i < n; i++) {
        if (unicode_combining_class(parts[i]) > 0) {
            /* Of a word that is too long in any order, no more need be kept than show that. */
            if (!unicode_is_mark(parts[i]) && r->n_marks < WORD_MAX)
                r->marks[r->n_marks++] = parts[i];
            else if (!unicode_is_mark(parts[i]))
                r->n = WORD_MAX + 1;
            continue;
        }
        if (r->n_marks)
            put_marks(r);
        if (!unicode_is_mark(parts[i]))
            take_plain(r, parts[i]);
    }
}

static void take(struct reading *r, int32_t code)
{
    bool is_blank = code == '\t' || code == '\n' || code == '\r', is_alone;

    if (code == 0xFFFD || (unicode_is_control(code) && !is_blank))
        return;
    if (is_blank || unicode_is_space(code)) {
        end_word(r);
        return;
    }
    is_alone = is_cjk(code);
    if (is_alone)
        end_word(r);
    if (r->t->strips)
        take_decomposed(r, code);
    else
        take_plain(r, code);
    if (is_alone)
        end_word(r);
}

/* The same for most text, without a look at Unicode's tables: false where it takes one. */
static bool take_letter(struct reading *r, char c)
{
    bool is_upper = c >= 'A' && c <= 'Z';

    if (!is_upper && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9'))
        return false;
    if (r->n_marks)
        put_marks(r);
    put(r, is_upper && r->t->lowers ? c - 'A' + 'a' : c);
    return true;
}

/* A text without special pieces; `from` is its place in all of it, for the error. */
static int add_plain(struct reading *r, const char *s, size_t size, size_t from, struct error *err)
{
    int32_t code;
    int n;

    for (size_t i = 0; i < size; i += (size_t)n) {
        n = 1;
        if (s[i] == ' ') {
            end_word(r);
        } else if (!take_letter(r, s[i])) {
            n = unicode_read(s + i, size - i, &code);
            if (n == 0)
                return error_set(err, "byte %zu, 0x%02x, is not UTF-8 (iconv -t UTF-8 makes it so)",
                                 from + i + 1, (unsigned char)s[i]);
            take(r, code);
        }
    }
    end_word(r);
    return 0;
}

/* ---- texts ---- */

/* The special piece that stands at s, or -1. */
static int special_at(const struct tokenizer *t, const char *s, size_t size)
{
    for (int i = 0; i < TOKENIZER_N_SPECIALS; i++)
        if (t->specials[i] >= 0 && size >= specials[i].size &&
            memcmp(s, specials[i].text, specials[i].size) == 0)
            return i;
    return -1;
}

int tokenizer_add(const struct tokenizer *t, const char *s, size_t size, struct tokens *to, struct error *err)
{
    struct reading r;
    size_t from = 0, at = 0;

    r.t = t; /* the rest is not made zero: it is large, and most texts are short */
    r.to = to;
    r.n = r.n_marks = 0;
    while (at < size) {
        const char *bracket = memchr(s + at, '[', size - at);
        int special = -1;

        at = bracket ? (size_t)(bracket - s) : size;
        if (bracket && (special = special_at(t, bracket, size - at)) < 0) {
            at++;
            continue;
        }
        if (add_plain(&r, s + from, at - from, from, err) < 0)
            return -1;
        if (special >= 0) {
            add_id(to, t->specials[special]);
            at += specials[special].size;
        }
        from = at;
    }
    return add_plain(&r, s + from, at - from, from, err);
}

void tokenizer_truncate(int room, int *a, int *b)
{
    int *shorter = *a <= *b ? a : b, *longer = shorter == a ? b : a;

    if (*a + *b <= room)
        return;
    if (*shorter > room)
        *longer = *shorter;
    else
        *longer = *shorter > room - *shorter ? *shorter : room - *shorter;
    if (*shorter + *longer > room) {
        *shorter = room / 2;
        *longer = *shorter + room % 2;
    }
}

int tokenizer_encode(const struct tokenizer *t, const struct token_text *texts, int n_texts, int max,
                     struct tokens *ret_tokens, struct token_row *ret_row, struct error *err)
{
    const int sep = t->specials[TOKENIZER_SEP];
    int n[2] = {0}, kept[2], room = max - 1 - n_texts;

    ret_tokens->n = 0;
    add_id(ret_tokens, t->specials[TOKENIZER_CLS]);
    for (int i = 0; i < n_texts; i++) {
        int before = ret_tokens->n;

        if (tokenizer_add(t, texts[i].s, texts[i].size, ret_tokens, err) < 0)
            return n_texts > 1 ? error_context(err, i == 0 ? "the first text" : "the second text") : -1;
        n[i] = ret_tokens->n - before;
        add_id(ret_tokens, sep);
    }
    ret_row->uncut = ret_tokens->n;
    memcpy(kept, n, sizeof kept);
    tokenizer_truncate(room, &kept[0], &kept[1]);
    ret_row->first = kept[0] + 2;
    ret_tokens->ids[kept[0] + 1] = sep;
    ret_tokens->n = ret_row->first;
    if (n_texts < 2)
        return 0;
    memmove(ret_tokens->ids + ret_row->first, ret_tokens->ids + n[0] + 2,
            (size_t)kept[1] * sizeof *ret_tokens->ids);
    ret_tokens->n += kept[1] + 1;
    ret_tokens->ids[ret_tokens->n - 1] = sep;
    return 0;
}
