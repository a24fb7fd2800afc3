/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/data_cache.h"

#include "base/memory.h"

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

static void close_entry(struct data_cache_entry *entry)
{
    dataset_close(&entry->dataset);
    free(entry->key);
    free(entry);
}

/* Bytes that a drawn one has in memory. */
static double drawn_size(const struct dataset *d)
{
    double size = 0;

    for (int i = 0; i < d->signature.n; i++)
        size += (double)field_size(&d->signature.fields[i]) *
                (field_type(&d->signature.fields[i]) == FIELD_U8 ? 1 : sizeof(float));
    return size * (d->train.n + d->test.n);
}

/* Closes those behind the first that are of files, or too much. */
static void shrink(struct data_cache *cache)
{
    double size = 0;
    int n = 0;

    for (int i = 0; i < cache->n; i++) {
        struct data_cache_entry *entry = cache->entries[i];

        size += i > 0 ? drawn_size(&entry->dataset) : 0;
        if (i > 0 && (size > cache->room || !entry->dataset.format->is_embedded))
            close_entry(entry);
        else
            cache->entries[n++] = entry;
    }
    cache->n = n;
}

/* The entry i comes to the front. */
static void use(struct data_cache *cache, int i)
{
    struct data_cache_entry *entry = cache->entries[i];

    memmove(cache->entries + 1, cache->entries, (size_t)i * sizeof *cache->entries);
    cache->entries[0] = entry;
}

static int find(const struct data_cache *cache, const char *key)
{
    int i = 0;

    while (i < cache->n && strcmp(cache->entries[i]->key, key) != 0)
        i++;
    return i;
}

static int add(struct data_cache *cache, char *key, const struct dataset *dataset)
{
    if (cache->n == DATA_CACHE_MAX)
        close_entry(cache->entries[--cache->n]);
    cache->entries[cache->n] = memory_alloc(sizeof **cache->entries);
    *cache->entries[cache->n] = (struct data_cache_entry){*dataset, key};
    return cache->n++;
}

int data_cache_open(struct data_cache *cache, const struct settings *s,
                    const struct settings *description, const char *root,
                    const struct dataset **ret_dataset, struct error *err)
{
    struct dataset_source source = {settings_string(s, "data"), root, description,
                                    cache->listener};
    char *key = make_key(s, description, err);
    struct dataset dataset;
    int i;

    if (!key)
        return -1;
    i = find(cache, key);
    if (i < cache->n && dataset_check(&cache->entries[i]->dataset, err) == 0) {
        free(key);
    } else if (dataset_open(&dataset, &source, s, err) < 0) {
        free(key);
        return -1;
    } else {
        if (i < cache->n) {
            close_entry(cache->entries[i]);
            memmove(cache->entries + i, cache->entries + i + 1, (size_t)(--cache->n - i) * sizeof *cache->entries);
        }
        i = add(cache, key, &dataset);
    }
    use(cache, i);
    shrink(cache);
    *ret_dataset = &cache->entries[0]->dataset;
    return 0;
}

void data_cache_close(struct data_cache *cache)
{
    for (int i = 0; i < cache->n; i++)
        close_entry(cache->entries[i]);
    *cache = (struct data_cache){.room = cache->room, .listener = cache->listener};
}
