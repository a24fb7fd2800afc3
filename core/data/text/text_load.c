/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/text/text_load.h"

#include "data/text/text_rows.h"

int text_load(struct dataset *d, const struct dataset_source *source, const struct text_config *config,
              const struct table *t, struct error *err)
{
    const char *path = dataset_find_path(source, "vocabulary", &d->arena, err);
    const struct value *cased = settings_find(source->description, "cased");
    bool is_cased = cased && cased->truth;
    struct tokenizer tokenizer;
    struct text_rows_source rows = {&tokenizer, t->texts, t->n_rows, t->n_texts, config->max_tokens};
    struct text_rows result;
    const struct file_map *map;
    struct arena arena = {0};
    int n_cut = 0, got;

    if (!path || dataset_map(d, path, &map, err) < 0 ||
        dataset_add_file(d, settings_string(source->description, "vocabulary"), map->bytes, map->size,
                         err) < 0)
        return -1;
    got = tokenizer_init(&tokenizer, path, (const char *)map->bytes, map->size, is_cased, &arena, err);
    if (got == 0)
        got = text_rows_open(d, &rows, map->bytes, map->size, source->listener, &result, err);
    if (got == 0) {
        text_rows_take(d, &rows, &result);
        d->vocabulary = (struct dataset_vocabulary){(const char *)map->bytes, map->size, is_cased,
                                                    tokenizer.specials[TOKENIZER_PAD]};
        for (int i = 0; i < t->n_rows; i++)
            n_cut += result.uncut[i] > config->max_tokens;
    }
    if (n_cut)
        d->note = arena_printf(&d->arena,
                               "%s%s%d of %d examples have more than %d tokens, and are cut off there",
                               d->note ? d->note : "", d->note ? "; " : "", n_cut, t->n_rows,
                               config->max_tokens);
    arena_release(&arena);
    return got;
}

bool text_vocabulary_is_present(const struct dataset_source *source, struct arena *arena,
                                const char **ret_missing)
{
    struct error err;
    const char *path = dataset_find_path(source, "vocabulary", arena, &err);

    *ret_missing = path && !file_exists(path) ? path : NULL;
    return path && !*ret_missing;
}
