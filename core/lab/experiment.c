/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab/experiment.h"

#include "learn/config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAX_VALUES = 1000 };

void grid_init(struct grid *g, struct arena *arena)
{
    *g = (struct grid){.arena = arena};
}

void grid_set(struct grid *g, const char *name, const struct value *values, int n_values)
{
    struct axis axis = {.name = arena_strdup(g->arena, name), .n_values = n_values};
    int i = 0;

    axis.values = arena_alloc(g->arena, (size_t)n_values * sizeof *values);
    memcpy(axis.values, values, (size_t)n_values * sizeof *values);
    while (i < g->n_axes && strcmp(g->axes[i].name, name) < 0)
        i++;
    if (i < g->n_axes && strcmp(g->axes[i].name, name) == 0) {
        g->axes[i] = axis;
        return;
    }
    g->axes = arena_grow(g->arena, g->axes, g->n_axes, sizeof *g->axes);
    memmove(&g->axes[i + 1], &g->axes[i], (size_t)(g->n_axes - i) * sizeof *g->axes);
    g->axes[i] = axis;
    g->n_axes++;
}

const struct axis *grid_find(const struct grid *g, const char *name)
{
    for (int i = 0; i < g->n_axes; i++)
        if (strcmp(g->axes[i].name, name) == 0)
            return &g->axes[i];
    return NULL;
}

/* Forgets the settings of a slot: they were for the type chosen before. */
static void forget_slot(struct grid *g, const char *slot)
{
    size_t length = strlen(slot);
    int n = 0;

    for (int i = 0; i < g->n_axes; i++)
        if (strncmp(g->axes[i].name, slot, length) != 0 || g->axes[i].name[length] != '.')
            g->axes[n++] = g->axes[i];
    g->n_axes = n;
}

struct experiment_method *experiment_find_method(struct experiment *e, const char *label)
{
    for (int i = 0; i < e->n_methods; i++)
        if (strcmp(e->methods[i].label, label) == 0)
            return &e->methods[i];
    return NULL;
}

static int unknown_method(const struct experiment *e, const char *label, struct error *err)
{
    const char *labels[EXPERIMENT_MAX_METHODS + 1] = {0};

    for (int i = 0; i < e->n_methods; i++)
        labels[i] = e->methods[i].label;
    return text_unknown(err, "method", label, labels);
}

/* The numbers of "range(a,b[,step])" or "logspace(a,b,n)", both ends included. */
static int parse_series(const char *s, struct value *ret_values, struct error *err)
{
    double a, b, third = 1;
    int n = 0, end = 0;
    bool is_log = strncmp(s, "logspace(", 9) == 0;

    if (is_log ? sscanf(s, "logspace(%lf,%lf,%lf)%n", &a, &b, &third, &end) != 3 || !end
               : (sscanf(s, "range(%lf,%lf)%n", &a, &b, &end) != 2 || !end) &&
                     (sscanf(s, "range(%lf,%lf,%lf)%n", &a, &b, &third, &end) != 3 || !end))
        end = 0;
    if (!end || s[end] || !isfinite(a) || !isfinite(b) || !(third > 0) ||
        (is_log ? third > MAX_VALUES || third != floor(third) : (b - a) / third >= MAX_VALUES))
        return error_set(err, "\"%s\" is not range(FROM,TO[,STEP]) or logspace(FROM,TO,N)", s);
    if (is_log) {
        char decimal[TEXT_NUMBER_SIZE];

        for (n = 0; n < (int)third; n++) {
            double x = pow(10, n == 0 ? a : a + (b - a) * n / (third - 1));

            /* Six digits are what a person would have typed, and are free of
             * the last bit of pow. */
            snprintf(decimal, sizeof decimal, "%.6g", x);
            text_parse_number(decimal, &x);
            ret_values[n] = value_number(x);
        }
        return n;
    }
    for (n = 0; a + n * third <= b * (1 + 1e-12) && n < MAX_VALUES; n++)
        ret_values[n] = value_number(a + n * third);
    return n;
}

/* "1,2,3", "[256,256],[512]", "range(1,5)" or "choice(a,b)" to values; gives
 * their number, or -1. */
static int parse_values(const char *s, struct arena *arena, struct value *ret_values,
                        struct error *err)
{
    char *copy = arena_strdup(arena, s), *item = copy;
    int n = 0, depth = 0;
    bool is_quoted = false;

    if (strncmp(s, "range(", 6) == 0 || strncmp(s, "logspace(", 9) == 0)
        return parse_series(s, ret_values, err);
    if (strncmp(copy, "choice(", 7) == 0 && copy[strlen(copy) - 1] == ')') {
        copy[strlen(copy) - 1] = '\0';
        item = copy += 7;
    }
    for (char *p = copy;; p++) {
        bool is_end = *p == '\0';

        if (*p == '"' && (p == copy || p[-1] != '\\'))
            is_quoted = !is_quoted;
        depth += is_quoted ? 0 : (*p == '[') - (*p == ']');
        if (!is_end && (*p != ',' || depth > 0 || is_quoted))
            continue;
        *p = '\0';
        if (n == MAX_VALUES)
            return error_set(err, "more than %d values", MAX_VALUES);
        if (value_parse(item, arena, &ret_values[n++], err) < 0)
            return -1;
        if (is_end)
            return n;
        item = p + 1;
    }
}

static int set_seeds(struct experiment *e, const char *text, struct error *err)
{
    double n;

    if (text_parse_number(text, &n) < 0 || n != floor(n) || n < 1 || n > 10000)
        return error_set(err, "seeds=%s: not a whole number from 1 to 10000", text);
    e->n_seeds = (int)n;
    return 0;
}

static void drop_method(struct experiment *e, struct experiment_method *m)
{
    int i = (int)(m - e->methods);

    e->n_methods--;
    memmove(m, m + 1, (size_t)(e->n_methods - i) * sizeof *m);
}

static int keep_methods(struct experiment *e, const char *text, struct error *err)
{
    bool keeps[EXPERIMENT_MAX_METHODS] = {0};
    char *list = arena_strdup(e->arena, text);
    char *rest = NULL;

    for (char *label = strtok_r(list, ",", &rest); label; label = strtok_r(NULL, ",", &rest)) {
        struct experiment_method *m = experiment_find_method(e, label);

        if (!m)
            return unknown_method(e, label, err);
        keeps[m - e->methods] = true;
    }
    for (int i = e->n_methods - 1; i >= 0; i--)
        if (!keeps[i])
            drop_method(e, &e->methods[i]);
    return 0;
}

static const char *data_format(const struct experiment *e, const char *name)
{
    for (int i = 0; i < e->n_data; i++)
        if (strcmp(e->data[i].name, name) == 0)
            return settings_string(&e->data[i].settings, "format");
    return NULL;
}

/* The type that is chosen for a slot: the first value of its axis, for the method
 * or the experiment; what has several is checked when the plan is made. A data
 * set's type is its format. */
static const struct component *slot_type(const struct experiment *e,
                                         const struct experiment_method *m,
                                         const struct config_slot *slot, struct error *err)
{
    const struct axis *axis = m ? grid_find(&m->grid, slot->name) : NULL;
    const char *name = slot->fallback;

    if (!axis)
        axis = grid_find(&e->grid, slot->name);
    if (axis && axis->values[0].kind == VALUE_STRING)
        name = axis->values[0].string;
    if (name && strcmp(slot->name, "data") == 0)
        name = data_format(e, name);
    return component_find(slot->kind, name ? name : "", err);
}

/* Is `key` a setting that the method (NULL: the experiment) can have? */
static int check_setting(const struct experiment *e, const struct experiment_method *m,
                         const char *key, const struct value *values, int n, struct error *err)
{
    const char *dot = strchr(key, '.');
    char head[32] = "";
    const struct config_slot *slot;
    const struct component *type = NULL;
    const struct hparam *h;

    for (slot = config_slots; slot->name; slot++)
        if (slot->chooser && strcmp(key, slot->chooser) == 0 && !strchr(slot->chooser, '.'))
            break;
    if (slot->name) {
        for (int i = 0; i < n; i++)
            if (values[i].kind != VALUE_STRING ||
                !component_find(slot->kind, values[i].string, err))
                return values[i].kind == VALUE_STRING
                           ? -1
                           : error_set(err, "%s is not the name of a %s", key, slot->name);
        return 0;
    }
    if (dot && dot - key < (int)sizeof head)
        memcpy(head, key, (size_t)(dot - key));
    slot = config_find_slot(head);
    if (!slot) {
        const char *names[40] = {"seeds", "methods"};
        int n_names = 2;

        for (slot = config_slots; slot->name; slot++)
            names[n_names++] = slot->name;
        for (int i = 0; i < e->n_methods && n_names < 39; i++)
            names[n_names++] = e->methods[i].label;
        return text_unknown(err, "setting", dot ? head : key, names);
    }
    if (slot->kind && !(type = slot_type(e, m, slot, err)))
        return -1;
    if (!(h = config_hparam(slot, type, dot + 1, err)))
        return -1;
    for (int i = 0; i < n; i++)
        if (hparam_check(h, &values[i], err) < 0)
            return error_context(err, "%s", key);
    return 0;
}

/* A setting for the experiment and for every method that can have it, so that
 * objective.clip means all methods whose objective has a clip. */
static int set_everywhere(struct experiment *e, const char *key, const struct value *values, int n,
                          struct error *err)
{
    bool is_common = check_setting(e, NULL, key, values, n, err) == 0, fits = false;

    for (int i = 0; i < e->n_methods; i++) {
        struct experiment_method *m = &e->methods[i];
        struct error method_err;

        if (check_setting(e, m, key, values, n, &method_err) < 0) {
            if (strstr(method_err.text, "did you mean"))
                *err = method_err; /* the more helpful one */
            continue;
        }
        fits = true;
        if (!is_common || grid_find(&m->grid, key))
            grid_set(&m->grid, key, values, n);
    }
    if (!fits)
        return -1;
    if (is_common && config_find_slot(key) && strcmp(key, "data") != 0)
        forget_slot(&e->grid, key);
    if (is_common)
        grid_set(&e->grid, key, values, n);
    return 0;
}

int experiment_override(struct experiment *e, const char *word, struct error *err)
{
    static struct value values[MAX_VALUES];
    const char *equals, *key, *dot;
    struct experiment_method *m;
    int n;

    if (*word == '~') {
        m = experiment_find_method(e, word + 1);
        if (!m)
            return unknown_method(e, word + 1, err);
        drop_method(e, m);
        return 0;
    }
    word += *word == '+'; /* Hydra's "add": every setting exists already */
    equals = strchr(word, '=');
    if (!equals || equals == word)
        return error_set(err, "\"%s\" is not NAME=VALUE", word);
    key = arena_printf(e->arena, "%.*s", (int)(equals - word), word);
    if (strcmp(key, "seeds") == 0)
        return set_seeds(e, equals + 1, err);
    if (strcmp(key, "methods") == 0)
        return keep_methods(e, equals + 1, err);
    if (strcmp(key, "train.seed") == 0)
        return error_set(err, "train.seed is set by the plan; use seeds=N");
    n = parse_values(equals + 1, e->arena, values, err);
    if (n < 0)
        return error_context(err, "%s", word);
    dot = strchr(key, '.');
    m = dot ? experiment_find_method(e, arena_printf(e->arena, "%.*s", (int)(dot - key), key))
            : NULL;
    if (!m || config_find_slot(m->label))
        return set_everywhere(e, key, values, n, err);
    if (check_setting(e, m, dot + 1, values, n, err) < 0)
        return error_context(err, "method \"%s\"", m->label);
    grid_set(&m->grid, dot + 1, values, n);
    return 0;
}
