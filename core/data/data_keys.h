/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * data_keys: what a description of a data set (datasets/NAME.lua) may say: the keys of all, and those that its
 * format declares as a component declares its settings. Checks, errors and `rgdbench list data` are made of them:
 *
 *     static const struct data_key keys[] = {
 *         {"folder", DATA_KEY_TEXT, .is_needed = true, .doc = "below the data root"},
 *         {0}};
 */
#ifndef DATA_DATA_KEYS_H
#define DATA_DATA_KEYS_H

#include "base/settings.h"

struct dataset_format;

enum data_key_kind {
    DATA_KEY_TEXT,
    DATA_KEY_NUMBER,
    DATA_KEY_BOOL,
    DATA_KEY_TEXTS,   /* a list of texts, one at least */
    DATA_KEY_NUMBERS, /* a list of numbers, likewise */
    DATA_KEY_NAMES,   /* texts or numbers as columns have them for names, in a list or one alone */
};

struct data_key {
    const char *name;
    enum data_key_kind kind;
    bool is_needed;
    const char *doc;
};

/* "a list of texts", for messages and help. */
const char *data_key_describe(const struct data_key *key);

/* Those that a data set of any format may have; ends in a nameless one. */
extern const struct data_key data_keys_of_all[];

/* Is all that the description says known, of the kind that is asked, and nothing missing? The error names what
 * would be valid; *ret_key is what it is about, of the description, or NULL where that is what is missing. */
int data_keys_check(const struct settings *description, const char **ret_key, struct error *err);

#endif
