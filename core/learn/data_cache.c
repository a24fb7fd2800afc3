/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/data_cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int data_cache_name(const struct settings *s, struct text *ret_name, struct error *err)
{
    const struct value *data = settings_find(s, "data"), *kind = settings_find(s, "data.format");
    const struct component *format;

    if (!data || data->kind != VALUE_STRING || !kind || kind->kind != VALUE_STRING)
        return error_set(err, "the settings name no data set");
    format = component_find(&dataset_format_kind, kind->string, err);
    if (!format)
        return -1;
    text_printf(ret_name, "%s\n", data->string);
    for (const struct hparam *h = format->hparams; h && h->name; h++) {
        const struct value *v;
        char name[128];

        snprintf(name, sizeof name, "data.%s", h->name);
        v = settings_find(s, name);
        if (!v) /* a later one, at its default */
            continue;
        text_printf(ret_name, "%s ", name);
        value_write(ret_name, v);
        text_printf(ret_name, "\n");
    }
    return 0;
}

/* That and the description, as one text. */
static char *make_key(const struct settings *s, const struct settings *description,
                      struct error *err)
{
    struct text key = {0};

    if (data_cache_name(s, &key, err) < 0)
        return NULL;
    settings_write(&key, description);
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
