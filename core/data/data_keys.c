/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/data_keys.h"

#include "data/dataset.h"
#include "data/noisy_labels.h"

#include <string.h>

const struct data_key data_keys_of_all[] = {
    {"format", DATA_KEY_TEXT, .is_needed = true, .doc = "how its files are to be read"},
    {"doc", DATA_KEY_TEXT, .is_needed = true, .doc = "what it is, in a line"},
    {"origin", DATA_KEY_TEXT, .doc = "who made it, where it is told of"},
    {"licence", DATA_KEY_TEXT, .doc = "what may be done with it"},
    {"archive", DATA_KEY_TEXT, .doc = "the https address of what `make data NAME=...` fetches"},
    {"md5", DATA_KEY_TEXT, .doc = "the archive's checksum"},
    {"sums", DATA_KEY_TEXTS, .doc = "checksums of the unpacked files, as lines of sha256sum, sha1sum or md5sum"},
    {"score", DATA_KEY_TEXTS, .doc = "what it is judged by: the measure task_score is the mean of these"},
    {"domainbed", DATA_KEY_TEXT, .doc = "what DomainBed calls it"},
    NOISY_LABELS_KEYS,
    {0},
};

const char *data_key_describe(const struct data_key *key)
{
    switch (key->kind) {
    case DATA_KEY_TEXT: return "a text";
    case DATA_KEY_NUMBER: return "a number";
    case DATA_KEY_BOOL: return "true or false";
    case DATA_KEY_TEXTS: return "a list of texts";
    case DATA_KEY_NUMBERS: return "a list of numbers";
    case DATA_KEY_NAMES: return "a text, or a list of texts";
    }
    return NULL;
}

/* The value, or of a list the item, that is not as `key` asks for; NULL: none. */
static const struct value *find_wrong(const struct data_key *key, const struct value *v)
{
    enum value_kind kind = VALUE_STRING, or_kind;

    switch (key->kind) {
    case DATA_KEY_TEXT: return v->kind == VALUE_STRING ? NULL : v;
    case DATA_KEY_NUMBER: return v->kind == VALUE_NUMBER ? NULL : v;
    case DATA_KEY_BOOL: return v->kind == VALUE_BOOL ? NULL : v;
    case DATA_KEY_NUMBERS: kind = VALUE_NUMBER; break;
    case DATA_KEY_TEXTS:
    case DATA_KEY_NAMES: break;
    }
    or_kind = key->kind == DATA_KEY_NAMES ? VALUE_NUMBER : kind;
    if (v->kind != VALUE_LIST)
        return key->kind == DATA_KEY_NAMES && (v->kind == kind || v->kind == or_kind) ? NULL : v;
    for (int i = 0; i < v->n_items; i++)
        if (v->items[i].kind != kind && v->items[i].kind != or_kind)
            return &v->items[i];
    return v->n_items == 0 && key->kind != DATA_KEY_NAMES ? v : NULL;
}

static const struct data_key *find(const struct data_key *keys, const char *name)
{
    for (; keys && keys->name; keys++)
        if (strcmp(keys->name, name) == 0)
            return keys;
    return NULL;
}

static int check_value(const struct dataset_format *format, const struct setting *item, struct error *err)
{
    enum { MAX_NAMES = 63 };
    const struct data_key *const tables[] = {format->keys, data_keys_of_all}, *key = NULL;
    const struct value *wrong;
    const char *names[MAX_NAMES + 1] = {0};
    struct text t = {0};
    int n = 0;

    for (int i = 0; i < 2 && !key; i++) {
        key = find(tables[i], item->name);
        for (const struct data_key *k = tables[i]; k && k->name && n < MAX_NAMES; k++)
            names[n++] = k->name;
    }
    wrong = key ? find_wrong(key, &item->value) : NULL;
    if (!key) {
        text_printf(&t, "a data set of format \"%s\"", format->component.name);
        text_lacks(err, t.s, "key", item->name, names);
    } else if (wrong) {
        value_write(&t, wrong);
        error_set(err, "%s: %s %s %s", key->name, t.s,
                  wrong == &item->value ? "is not" : "does not belong into", data_key_describe(key));
    }
    text_release(&t);
    return key && !wrong ? 0 : -1;
}

static int check_needed(const struct data_key *keys, const struct settings *description, struct error *err)
{
    for (; keys && keys->name; keys++)
        if (keys->is_needed && !settings_find(description, keys->name))
            return error_set(err, "%s is missing: %s, %s", keys->name, data_key_describe(keys), keys->doc);
    return 0;
}

int data_keys_check(const struct settings *description, const char **ret_key, struct error *err)
{
    const struct value *name = settings_find(description, "format");
    const struct dataset_format *format;

    *ret_key = NULL;
    if (!name)
        return check_needed(data_keys_of_all, description, err);
    *ret_key = "format";
    if (name->kind != VALUE_STRING)
        return error_set(err, "format must be a text");
    format = (const struct dataset_format *)component_find(&dataset_format_kind, name->string, err);
    if (!format)
        return -1;
    for (int i = 0; i < description->n_items; i++) {
        *ret_key = description->items[i].name;
        if (check_value(format, &description->items[i], err) < 0)
            return -1;
    }
    *ret_key = NULL;
    if (check_needed(data_keys_of_all, description, err) < 0)
        return -1;
    if (check_needed(format->keys, description, err) < 0)
        return error_context(err, "format \"%s\"", format->component.name);
    return 0;
}
