/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/data_cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Name, description and the format's own settings, as one text. */
static char *make_key(const struct settings *s, const struct settings *description,
                      struct error *err)
{
    struct text key = {0};
    const struct component *format =
        component_find(&dataset_format_kind, settings_string(s, "data.format"), err);

    if (!format)
        return NULL;
    text_printf(&key, "%s\n", settings_string(s, "data"));
    settings_write(&key, description);
    for (const struct hparam *h = format->hparams; h && h->name; h++) {
        const struct value *v;
        char name[128];

        snprintf(name, sizeof name, "data.%s", h->name);
        v = settings_find(s, name);
        if (!v) /* a later one, at its default */
            continue;
        text_printf(&key, "%s ", name);
        value_write(&key, v);
        text_printf(&key, "\n");
    }
    return key.s;
}

int data_cache_open(struct data_cache *cache, const struct settings *s,
                    const struct settings *description, const char *root,
                    const struct dataset **ret_dataset, struct error *err)
{
    struct dataset_source source = {settings_string(s, "data"), root, description,
                                    cache->listener};
    char *key = make_key(s, description, err);

    if (!key)
        return -1;
    if (!cache->key || strcmp(key, cache->key) != 0 || dataset_check(&cache->dataset, err) < 0) {
        struct dataset dataset;

        if (dataset_open(&dataset, &source, s, err) < 0) {
            free(key);
            return -1;
        }
        data_cache_close(cache);
        cache->dataset = dataset;
        cache->key = key;
    } else {
        free(key);
    }
    *ret_dataset = &cache->dataset;
    return 0;
}

void data_cache_close(struct data_cache *cache)
{
    if (cache->key)
        dataset_close(&cache->dataset);
    free(cache->key);
    *cache = (struct data_cache){.listener = cache->listener};
}
