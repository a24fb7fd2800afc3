/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * data_cache: opens the data set that a run's settings name, and keeps it open
 * while the next runs want the same one and its files stay as they are. Of drawn ones, which
 * take their time, it keeps several where it has room for them, as a plan has that asks for each again and again.
 *
 *     struct data_cache cache = {0};
 *     data_cache_open(&cache, &settings, &description, root, &dataset, &err);
 *     data_cache_close(&cache);
 */
#ifndef LEARN_DATA_CACHE_H
#define LEARN_DATA_CACHE_H

#include "data/dataset.h"

enum { DATA_CACHE_MAX = 8 };

struct data_cache {
    struct data_cache_entry {
        struct dataset dataset;
        char *key; /* what distinguishes it */
    } *entries[DATA_CACHE_MAX]; /* [n], the last used first */
    int n;
    double room; /* bytes for drawn ones besides the last; the holder's to set */
    const struct listener *listener; /* as dataset_source's; the holder's to set */
};

/* `s` has data and the format's settings; `description` is the data set's, as
 * datasets/NAME.lua gives it. *ret_dataset is good until the next call. */
int data_cache_open(struct data_cache *cache, const struct settings *s,
                    const struct settings *description, const char *root,
                    const struct dataset **ret_dataset, struct error *err);
void data_cache_close(struct data_cache *cache);

/* Adds what distinguishes it in the settings of any spec: its name and the format's own settings. */
int data_cache_name(const struct settings *s, struct text *ret_name, struct error *err);

#endif
