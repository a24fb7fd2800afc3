/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/experiment.h"

#include "learn/config/config.h"
#include "plan/search.h"

#include <string.h>

struct experiment_method *experiment_find_method(struct experiment *e, const char *label)
{
    for (int i = 0; i < e->n_methods; i++)
        if (strcmp(e->methods[i].label, label) == 0)
            return &e->methods[i];
    return NULL;
}

int experiment_match_methods(const struct experiment *e, const char *list,
                             bool ret_is_named[EXPERIMENT_MAX_METHODS], struct error *err)
{
    static const char ALL[] = "all";
    const char *labels[EXPERIMENT_MAX_METHODS + 2] = {0};
    char *words = arena_strdup(e->arena, list), *rest = NULL;

    labels[e->n_methods] = ALL; /* behind a method that is called so */
    for (int i = 0; i < e->n_methods; i++) {
        labels[i] = e->methods[i].label;
        ret_is_named[i] = false;
    }
    for (char *word = strtok_r(words, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
        int i = 0;

        while (labels[i] && strcmp(labels[i], word) != 0)
            i++;
        if (!labels[i])
            return text_unknown(err, "method", word, labels);
        for (int k = 0; k < e->n_methods; k++)
            ret_is_named[k] |= i == e->n_methods || k == i;
    }
    return 0;
}

void experiment_keep_methods(struct experiment *e, const bool is_named[EXPERIMENT_MAX_METHODS])
{
    int n = 0;

    for (int i = 0; i < e->n_methods; i++)
        if (is_named[i])
            e->methods[n++] = e->methods[i];
    e->n_methods = n;
}

const struct data_description *data_description_find(const struct data_description *data, int n, const char *name,
                                                     struct error *err)
{
    enum { MAX_NAMES = 63 };
    const char *names[MAX_NAMES + 1] = {0};

    for (int i = 0; i < n; i++) {
        if (strcmp(data[i].name, name) == 0 && data[i].broken) {
            error_set(err, "%s", data[i].broken);
            return NULL;
        }
        if (strcmp(data[i].name, name) == 0)
            return &data[i];
        if (i < MAX_NAMES)
            names[i] = data[i].name;
    }
    text_unknown(err, "data set", name, names);
    return NULL;
}

const struct data_description *experiment_find_data(const struct experiment *e, const char *name,
                                                    struct error *err)
{
    return data_description_find(e->data, e->n_data, name, err);
}

static bool is_data(const struct config_slot *slot)
{
    return strcmp(slot->name, "data") == 0;
}

/* The type that a slot's value `name` stands for; a data set's is its format. */
static const struct component *find_type(const struct experiment *e,
                                         const struct config_slot *slot, const char *name,
                                         struct error *err)
{
    const struct data_description *data;

    if (!is_data(slot))
        return component_find(slot->kind, name, err);
    data = experiment_find_data(e, name, err);
    return data ? component_find(slot->kind, settings_string(&data->settings, "format"), err)
                : NULL;
}

/* The names of the types that are chosen for a slot, *ret_n: those of its axis, for the method or
 * the experiment. NULL where there is none. */
static const struct value *chosen_types(const struct experiment *e, const struct experiment_method *m,
                                        const struct config_slot *slot, struct value *ret_fallback,
                                        int *ret_n, struct error *err)
{
    const struct axis *axis = m ? grid_find(&m->grid, slot->name) : NULL;

    if (!axis)
        axis = grid_find(&e->grid, slot->name);
    if (!axis && !slot->fallback) {
        error_set(err, "%s is not chosen, and has no settings then", slot->name);
        return NULL;
    }
    if (!axis)
        *ret_fallback = value_string(slot->fallback);
    *ret_n = axis ? axis->n_values : 1;
    return axis ? axis->values : ret_fallback;
}

/* Has a component that can stand in this slot a setting of that name? */
static bool has_setting(const struct config_slot *slot, const char *name)
{
    const struct component *c;

    for (int i = 0; slot->kind && (c = slot->kind->at(i)); i++)
        if (component_hparam(c, name))
            return true;
    for (int i = 0; slot->fixed[i]; i++)
        if (component_hparam(slot->fixed[i], name))
            return true;
    return false;
}

static int unknown_setting(const struct experiment *e, const char *key, struct error *err)
{
    enum { MAX_NAMES = 63 };
    const char *names[MAX_NAMES + 1] = {"seeds", "methods", "draws", "draws_seed", "conditions", "smoke", "measure",
                                        "select"};
    struct arena arena = {0};
    int n = 8;

    for (const struct config_slot *slot = config_slots; slot->name; slot++) {
        if (has_setting(slot, key))
            return error_set(err, "unknown setting \"%s\", did you mean \"%s.%s\"?", key,
                             slot->name, key);
        names[n++] = slot->name;
    }
    for (int i = 0; i < e->n_methods && n < MAX_NAMES; i++)
        names[n++] = e->methods[i].label;
    text_unknown(err, "setting", arena_printf(&arena, "%.*s", (int)strcspn(key, "."), key), names);
    arena_release(&arena);
    return -1;
}

/* Names of types of a slot. */
static enum experiment_fit check_choices(const struct experiment *e,
                                         const struct config_slot *slot,
                                         const struct value *values, int n, struct error *err)
{
    for (int i = 0; i < n; i++) {
        struct text t = {0};

        if (values[i].kind == VALUE_STRING && !find_type(e, slot, values[i].string, err))
            return SETTING_INVALID;
        if (values[i].kind == VALUE_STRING)
            continue;
        value_write(&t, &values[i]);
        error_set(err, "%s: %s is not the name of one", slot->name, t.s);
        text_release(&t);
        return SETTING_INVALID;
    }
    return SETTING_FITS;
}

/* A setting of a slot whose type is `type`. */
static enum experiment_fit check_values(const struct config_slot *slot, const struct component *type,
                                        const char *key, const struct value *values, int n,
                                        struct error *err)
{
    const struct hparam *h = config_hparam(slot, type, strchr(key, '.') + 1, err);

    if (!h)
        return SETTING_UNKNOWN;
    for (int i = 0; i < n; i++)
        if (search_check(h, &values[i], err) < 0) {
            error_context(err, "%s", key);
            return SETTING_INVALID;
        }
    return SETTING_FITS;
}

/* Has one of the chosen types the setting, and can all that have it take the values? */
static enum experiment_fit check_setting(const struct experiment *e, const struct experiment_method *m,
                                         const struct config_slot *slot, const char *key,
                                         const char *only, const struct value *values, int n,
                                         struct error *err)
{
    enum experiment_fit result = SETTING_UNKNOWN;
    struct value fallback;
    const struct value *names;
    int n_names;

    if (!slot->kind)
        return check_values(slot, NULL, key, values, n, err);
    names = chosen_types(e, m, slot, &fallback, &n_names, err);
    if (names && only)
        error_set(err, "%s: \"%s\" is not chosen", slot->name, only);
    for (int i = 0; names && i < n_names; i++) {
        const char *name = names[i].string;
        const struct component *type;
        struct error own;
        enum experiment_fit fit;

        if (only && strcmp(name, only) != 0)
            continue;
        if (!(type = find_type(e, slot, name, err)))
            return SETTING_UNKNOWN;
        fit = check_values(slot, type, key, values, n, &own);
        if (fit == SETTING_FITS)
            result = fit;
        else if (fit == SETTING_INVALID || i == 0 || only)
            *err = own;
        if (fit == SETTING_INVALID)
            return fit;
    }
    return result;
}

enum experiment_fit experiment_check(const struct experiment *e,
                                     const struct experiment_method *m, const char *key,
                                     const struct value *values, int n, struct error *err)
{
    return experiment_check_for(e, m, key, NULL, values, n, err);
}

enum experiment_fit experiment_check_for(const struct experiment *e,
                                         const struct experiment_method *m, const char *key,
                                         const char *type, const struct value *values, int n,
                                         struct error *err)
{
    const char *dot = strchr(key, '.');
    const struct config_slot *slot = config_slot_of(key);
    enum experiment_fit fit;

    if (!slot || (!dot && !slot->kind)) {
        if (slot)
            error_set(err, "%s is a group of settings; set one of them, as in %s.%s=...",
                      slot->name, slot->name, slot->fixed[0]->hparams[0].name);
        else
            unknown_setting(e, key, err);
        return SETTING_UNKNOWN;
    }
    if (!dot) {
        if (check_choices(e, slot, values, n, err) != SETTING_FITS)
            return SETTING_INVALID;
    } else if ((fit = check_setting(e, m, slot, key, type, values, n, err)) != SETTING_FITS) {
        return fit;
    }
    if (value_check_distinct(values, n, err) < 0) {
        error_context(err, "%s", key);
        return SETTING_INVALID;
    }
    return SETTING_FITS;
}

bool experiment_has(const struct experiment *e, const struct config_slot *slot, const char *type,
                    const char *name)
{
    struct error ignored;
    const struct component *c = find_type(e, slot, type, &ignored);

    return c && config_hparam(slot, c, name, &ignored);
}

/* Of any type that the slot could have. */
static int check_condition(const struct experiment *e, const char *name, struct error *err)
{
    const char *dot = strchr(name, '.');
    const struct config_slot *slot = config_slot_of(name);

    if (!slot)
        return unknown_setting(e, name, err);
    if (!dot && !slot->kind)
        return error_set(err, "%s is a group of settings; name one of them, as %s.%s", name, name,
                         slot->fixed[0]->hparams[0].name);
    if (dot && !has_setting(slot, dot + 1))
        return error_set(err, "%s has no setting \"%s\", whatever is chosen", slot->name, dot + 1);
    return 0;
}

int experiment_set_conditions(struct experiment *e, const char *const *names, int n, struct error *err)
{
    const char **kept = arena_alloc(e->arena, ((size_t)n + 1) * sizeof *kept);

    if (n > EXPERIMENT_MAX_CONDITIONS)
        return error_set(err, "conditions: more than %d", EXPERIMENT_MAX_CONDITIONS);
    for (int i = 0; i < n; i++) {
        if (check_condition(e, names[i], err) < 0)
            return error_context(err, "conditions");
        for (int k = 0; k < i; k++)
            if (strcmp(kept[k], names[i]) == 0)
                return error_set(err, "conditions: \"%s\" is there twice", names[i]);
        kept[i] = names[i];
    }
    e->conditions = kept;
    e->n_conditions = n;
    return 0;
}

bool experiment_is_condition(const struct experiment *e, const char *setting)
{
    const struct config_slot *slot = config_slot_of(setting);

    for (int i = 0; i < e->n_conditions; i++)
        if (strcmp(e->conditions[i], setting) == 0)
            return true;
    return slot && is_data(slot);
}

bool experiment_is_replaced(const struct experiment_method *m, const char *key)
{
    const struct config_slot *slot = config_slot_of(key);

    return strchr(key, '.') && slot && slot->kind && grid_find(&m->grid, slot->name) != NULL;
}

/* What becomes of a slot's settings when its types are chosen anew. */
struct choice {
    const struct experiment *e;
    const struct config_slot *slot;
    const struct value *values;
    int n;
};

static bool survives(const void *context, const struct axis *axis)
{
    const struct choice *choice = context;
    const char *dot = strchr(axis->name, '.');
    bool is_chosen = false;

    if (!dot || config_slot_of(axis->name) != choice->slot)
        return true;
    for (int i = 0; i < choice->n && axis->type; i++)
        is_chosen |= strcmp(axis->type, choice->values[i].string) == 0;
    if (axis->type)
        return is_chosen;
    for (int i = 0; i < choice->n; i++)
        if (!is_data(choice->slot) ||
            !experiment_has(choice->e, choice->slot, choice->values[i].string, dot + 1))
            return false;
    return true;
}

void experiment_put(struct experiment *e, struct experiment_method *m, const char *key,
                    const struct value *values, int n)
{
    experiment_put_for(e, m, key, NULL, values, n);
}

void experiment_put_for(struct experiment *e, struct experiment_method *m, const char *key,
                        const char *type, const struct value *values, int n)
{
    struct grid *grid = m ? &m->grid : &e->grid;
    struct choice choice = {e, config_slot_of(key), values, n};

    if (!strchr(key, '.')) {
        grid_keep(grid, survives, &choice);
        for (int i = 0; i < e->n_methods && !m; i++) /* those that have no type of their own */
            if (!grid_find(&e->methods[i].grid, key))
                grid_keep(&e->methods[i].grid, survives, &choice);
    }
    grid_set_for(grid, key, type, values, n);
}
