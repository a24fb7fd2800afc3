/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The file: struct head, the block of ids, lengths and uncut, the seal. */
#include "data/text/text_rows.h"

#include "base/memory.h"
#include "data/decode/cache_file.h"
#include "text/unicode.h"

#include <stdlib.h>
#include <string.h>

static const char MAGIC[32] = "rgdbench tokens 1\n";

struct head {
    char magic[32];
    uint64_t n, max, n_pieces, reserved;
};

static size_t block_size(const struct text_rows_source *s)
{
    return (size_t)s->n * ((size_t)s->max + 3);
}

static struct text_rows view(const struct text_rows_source *s, const int32_t *block)
{
    const int32_t *lengths = block + (size_t)s->n * (size_t)s->max;

    return (struct text_rows){block, lengths, lengths + 2 * (size_t)s->n};
}

/* ---- making ---- */

static int fill(const struct text_rows_source *s, int32_t *ret_block, struct error *err)
{
    const int pad = s->tokenizer->specials[TOKENIZER_PAD];
    int32_t *lengths = ret_block + (size_t)s->n * (size_t)s->max, *uncut = lengths + 2 * (size_t)s->n;
    struct tokens tokens = {0};
    int result = 0;

    for (int i = 0; i < s->n && result == 0; i++) {
        const struct csv_piece *pieces = s->texts + (size_t)i * (size_t)s->n_texts;
        int32_t *ids = ret_block + (size_t)i * (size_t)s->max;
        struct token_text texts[2] = {{0}};
        struct token_row row;

        for (int k = 0; k < s->n_texts; k++)
            texts[k] = (struct token_text){pieces[k].text, pieces[k].size};
        result = tokenizer_encode(s->tokenizer, texts, s->n_texts, s->max, &tokens, &row, err);
        if (result < 0)
            break;
        memcpy(ids, tokens.ids, (size_t)tokens.n * sizeof *ids);
        for (int k = tokens.n; k < s->max; k++)
            ids[k] = pad;
        lengths[2 * i] = tokens.n;
        lengths[2 * i + 1] = row.first;
        uncut[i] = row.uncut;
    }
    tokens_release(&tokens);
    return result;
}

int text_rows_make(const struct text_rows_source *s, struct arena *arena, struct text_rows *ret_rows,
                   struct error *err)
{
    int32_t *block = arena_alloc(arena, block_size(s) * sizeof *block);

    if (fill(s, block, err) < 0)
        return -1;
    *ret_rows = view(s, block);
    return 0;
}

/* ---- the cache ---- */

static void hash_size(struct hash *h, uint64_t size)
{
    hash_update(h, &size, sizeof size);
}

static const char *name_of(const struct text_rows_source *s, const void *vocabulary, size_t size,
                           struct arena *arena)
{
    const struct tokenizer *t = s->tokenizer;
    const int form[] = {s->n_texts, s->max, t->lowers, t->strips};
    char hex[HASH_HEX_SIZE];
    struct hash h;

    hash_init(&h, HASH_SHA256);
    hash_update(&h, MAGIC, sizeof MAGIC);
    hash_update(&h, form, sizeof form);
    hash_update(&h, unicode_version(), strlen(unicode_version()));
    hash_size(&h, size);
    hash_update(&h, vocabulary, size);
    for (size_t i = 0; i < (size_t)s->n * (size_t)s->n_texts; i++) {
        hash_size(&h, s->texts[i].size);
        hash_update(&h, s->texts[i].text, s->texts[i].size);
    }
    hash_hex(&h, hex);
    return arena_printf(arena, "%s/%s.tokens", CACHE_FOLDER, hex);
}

static struct head make_head(const struct text_rows_source *s)
{
    struct head head = {.n = (uint64_t)s->n, .max = (uint64_t)s->max,
                        .n_pieces = (uint64_t)s->tokenizer->vocabulary.n};

    memcpy(head.magic, MAGIC, sizeof MAGIC);
    return head;
}

/* Is every number one that `fill` could have written? What indexes memory must be, whoever wrote the file. */
static bool is_sound(const struct text_rows_source *s, const struct file_map *map, size_t size)
{
    const struct head head = make_head(s);
    struct text_rows rows;

    if (size != sizeof head + block_size(s) * sizeof(int32_t) || memcmp(map->bytes, &head, sizeof head) != 0)
        return false;
    rows = view(s, (const int32_t *)(map->bytes + sizeof head));
    for (size_t i = 0; i < (size_t)s->n * (size_t)s->max; i++)
        if (rows.ids[i] < 0 || rows.ids[i] >= s->tokenizer->vocabulary.n)
            return false;
    for (size_t i = 0; i < (size_t)s->n; i++) {
        int32_t n = rows.lengths[2 * i], first = rows.lengths[2 * i + 1];

        if (n > s->max || first < 2 || first > n || rows.uncut[i] < n)
            return false;
    }
    return true;
}

/* As cache_file_open. */
static int read_cache(const struct text_rows_source *s, const char *path, struct file_map *ret_map,
                      struct file_state *ret_state, struct error *err)
{
    int got = cache_file_open_watched(path, ret_map, ret_state, err);

    if (got <= 0 || is_sound(s, ret_map, ret_state->n_bytes))
        return got;
    file_map_close(ret_map);
    error_set(err, "\"%s\" is damaged (it holds other tokens than it can)", path);
    return 0;
}

/* Two processes may be at it: either's file is the other's. */
static int build(const struct text_rows_source *s, const char *path, struct error *err)
{
    const struct head head = make_head(s);
    size_t size = sizeof head + block_size(s) * sizeof(int32_t);
    unsigned char *bytes = memory_alloc(size);
    int result;

    memcpy(bytes, &head, sizeof head);
    result = fill(s, (int32_t *)(bytes + sizeof head), err);
    if (result == 0)
        result = cache_file_write(path, bytes, size, err);
    free(bytes);
    return result;
}

int text_rows_open(struct dataset *d, const struct text_rows_source *s, const void *vocabulary, size_t size,
                   const struct listener *listener, struct text_rows *ret_rows, struct error *err)
{
    const char *path = name_of(s, vocabulary, size, &d->arena);
    struct file_state state;
    struct file_map map;
    int got = read_cache(s, path, &map, &state, err);

    if (got == 0) {
        cache_file_tell_damage(listener, err);
        if (build(s, path, err) < 0)
            return -1;
        got = read_cache(s, path, &map, &state, err);
        if (got == 0)
            return cache_file_fail_made(path, err);
    }
    if (got < 0)
        return -1;
    if (d->n_maps == DATASET_MAX_FILES) {
        file_map_close(&map);
        return error_set(err, "more than %d files", DATASET_MAX_FILES);
    }
    d->maps[d->n_maps++] = map;
    dataset_watch_state(d, &state);
    *ret_rows = view(s, (const int32_t *)(map.bytes + sizeof(struct head)));
    return 0;
}

/* ---- the data set ---- */

void text_rows_take(struct dataset *d, const struct text_rows_source *s, const struct text_rows *rows)
{
    int *n_levels = arena_alloc(&d->arena, sizeof *n_levels);
    size_t n_train = (size_t)d->train.n;

    *n_levels = s->tokenizer->vocabulary.n;
    d->signature = (struct signature){2, {{"tokens", FIELD_TOKENS, {s->max, 1, 1}, NULL, n_levels},
                                          {"length", FIELD_LENGTH, {2, 1, 1}, NULL, NULL}}};
    d->train.values[0].codes = rows->ids;
    d->train.values[1].codes = rows->lengths;
    d->test.values[0].codes = rows->ids + n_train * (size_t)s->max;
    d->test.values[1].codes = rows->lengths + 2 * n_train;
    d->uncut_lengths = rows->uncut;
}
