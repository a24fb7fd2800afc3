/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/override.h"

#include "learn/config/alias.h"
#include "learn/config/config.h"
#include "plan/measure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The numbers of "range(a,b[,step])" or "logspace(a,b,n)", both ends included; gives
 * how many, or -1. */
static int parse_series(const char *s, struct value *ret_values, struct error *err)
{
    double a, b, third = 1, n;
    int end = 0;
    bool is_log = strncmp(s, "logspace(", 9) == 0;

    if (is_log ? sscanf(s, "logspace(%lf,%lf,%lf)%n", &a, &b, &third, &end) != 3 || !end
               : (sscanf(s, "range(%lf,%lf)%n", &a, &b, &end) != 2 || !end) &&
                     (sscanf(s, "range(%lf,%lf,%lf)%n", &a, &b, &third, &end) != 3 || !end))
        end = 0;
    if (!end || s[end] || !isfinite(a) || !isfinite(b) || !(third > 0) ||
        (is_log && third != floor(third)))
        return error_set(err, "\"%s\" is not range(FROM,TO[,STEP]) or logspace(FROM,TO,N)", s);
    n = is_log ? third : floor((b - a) / third + 1e-9) + 1;
    if (n < 1)
        return error_set(err, "\"%s\" is empty: %g is beyond %g", s, a, b);
    if (n > EXPERIMENT_MAX_VALUES)
        return error_set(err, "\"%s\" has more than %d values", s, EXPERIMENT_MAX_VALUES);
    for (int i = 0; i < (int)n; i++)
        ret_values[i] = is_log
                            ? value_tidy(pow(10, i == 0 ? a : a + (b - a) * i / (third - 1)), 6)
                            : value_tidy(a + i * third, 12);
    return (int)n;
}

/* The lists of "held_out(n)", [0] .. [n-1], or of "held_out(n,2)", which has all pairs
 * behind them: what DomainBed holds out, for leave-one-domain-out too. Gives how many,
 * or -1. */
static int parse_held_out(const char *s, struct arena *arena, struct value *ret_values,
                          struct error *err)
{
    enum { MOST = 40 }; /* with its pairs, still below EXPERIMENT_MAX_VALUES */
    int n = 0, most = 1, end = 0, n_values = 0;
    struct value *numbers;

    if ((sscanf(s, "held_out(%3d)%n", &n, &end) != 1 || !end) &&
        (sscanf(s, "held_out(%3d,%1d)%n", &n, &most, &end) != 2 || !end))
        end = 0;
    if (!end || s[end] || n < 2 || n > MOST || most < 1 || most > 2)
        return error_set(err, "\"%s\" is not held_out(N) or held_out(N,2) with N environments, "
                              "2 to %d", s, MOST);
    numbers = arena_alloc(arena, (size_t)(n * n + n) * sizeof *numbers);
    for (int size = 1; size <= most; size++)
        for (int i = 0; i < n; i++)
            for (int k = i + size - 1; k < (size == 1 ? i + 1 : n); k++) {
                numbers[0] = value_number(i);
                numbers[1] = value_number(k);
                ret_values[n_values++] =
                    (struct value){.kind = VALUE_LIST, .n_items = size, .items = numbers};
                numbers += size;
            }
    return n_values;
}

/* "1,2,3", "[256,256],[512]", "range(1,5)", "held_out(3,2)" or "choice(a,b)" to values;
 * gives their number, or -1. */
static int parse_values(const char *s, struct arena *arena, struct value *ret_values,
                        struct error *err)
{
    char *copy = arena_strdup(arena, s), *item = copy;
    int n = 0, depth = 0;
    bool is_quoted = false;

    if (strncmp(s, "range(", 6) == 0 || strncmp(s, "logspace(", 9) == 0)
        return parse_series(s, ret_values, err);
    if (strncmp(s, "held_out(", 9) == 0)
        return parse_held_out(s, arena, ret_values, err);
    if (strncmp(copy, "choice(", 7) == 0 && copy[strlen(copy) - 1] == ')') {
        copy[strlen(copy) - 1] = '\0';
        item = copy += 7;
    }
    for (char *p = copy;; p++) {
        bool is_end = *p == '\0';

        if (*p == '"' && (p == copy || p[-1] != '\\'))
            is_quoted = !is_quoted;
        depth += is_quoted ? 0 : (*p == '[' || *p == '(') - (*p == ']' || *p == ')');
        if (!is_end && (*p != ',' || depth > 0 || is_quoted))
            continue;
        *p = '\0';
        if (n == EXPERIMENT_MAX_VALUES)
            return error_set(err, "more than %d values", EXPERIMENT_MAX_VALUES);
        if (value_parse(item, arena, &ret_values[n++], err) < 0)
            return -1;
        if (is_end)
            return n;
        item = p + 1;
    }
}

static int keep_methods(struct experiment *e, const char *list, struct error *err)
{
    bool is_named[EXPERIMENT_MAX_METHODS];

    e->default_methods = "";
    if (experiment_match_methods(e, list, is_named, err) < 0)
        return -1;
    experiment_keep_methods(e, is_named);
    return 0;
}

static int drop_method(struct experiment *e, const char *label, struct error *err)
{
    bool is_named[EXPERIMENT_MAX_METHODS];

    if (experiment_match_methods(e, label, is_named, err) < 0)
        return -1;
    for (int i = 0; i < e->n_methods; i++)
        is_named[i] = !is_named[i];
    experiment_keep_methods(e, is_named);
    return 0;
}

int override_end(struct experiment *e, struct error *err)
{
    return *e->default_methods ? keep_methods(e, e->default_methods, err) : 0;
}

/* Those of "model,train.batch", in place of the script's; of "none" none. */
static int set_conditions(struct experiment *e, const char *list, struct error *err)
{
    char *rest = arena_strdup(e->arena, list);
    const char **names = NULL;
    int n = 0;

    if (strcmp(list, "none") == 0)
        return experiment_set_conditions(e, NULL, 0, err);
    for (char *name; (name = strsep(&rest, ","));) {
        names = arena_grow(e->arena, names, n, sizeof *names);
        names[n++] = name;
    }
    return experiment_set_conditions(e, names, n, err);
}

static int set_count(const char *name, const char *text, int least, int most, int *ret_n, struct error *err)
{
    double n;

    if (text_parse_number(text, &n) < 0 || n != floor(n) || n < least || n > most)
        return error_set(err, "%s=%s: not a whole number from %d to %d", name, text, least, most);
    *ret_n = (int)n;
    return 0;
}

static int apply_smoke(struct experiment *e, struct error *err)
{
    char *words = arena_strdup(e->arena, e->smoke), *rest = NULL;

    if (!*words)
        return error_set(err, "experiment \"%s\" names no words for smoke", e->name);
    e->smoke = ""; /* it does not contain itself */
    for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        if (override_apply(e, word, err) < 0)
            return error_context(err, "smoke");
    return 0;
}

/* A setting for the experiment and for every method that can have it, so that
 * objective.clip means all methods whose objective has a clip. */
static int set_everywhere(struct experiment *e, const char *key, const struct value *values, int n,
                          struct error *err)
{
    enum experiment_fit common = experiment_check(e, NULL, key, values, n, err);
    bool fits[EXPERIMENT_MAX_METHODS], fits_any = false, is_told = common == SETTING_UNKNOWN;

    if (common == SETTING_INVALID)
        return -1;
    for (int i = 0; i < e->n_methods; i++) {
        struct error method_err;
        enum experiment_fit fit = experiment_check(e, &e->methods[i], key, values, n, &method_err);

        fits[i] = fit == SETTING_FITS;
        fits_any |= fits[i];
        if (!fits[i] && (fit == SETTING_INVALID || !is_told ||
                         strstr(method_err.text, "did you mean"))) /* the more helpful one */
            *err = method_err;
        if (fit == SETTING_INVALID)
            return error_context(err, "method \"%s\"", e->methods[i].label);
        is_told |= fit == SETTING_UNKNOWN;
    }
    if (!fits_any && is_told)
        return -1;
    for (int i = 0; i < e->n_methods; i++) {
        struct experiment_method *m = &e->methods[i];

        if (fits[i] && (common == SETTING_UNKNOWN || grid_find(&m->grid, key) ||
                        experiment_is_replaced(m, key)))
            experiment_put(e, m, key, values, n);
    }
    if (common == SETTING_FITS)
        experiment_put(e, NULL, key, values, n);
    return 0;
}

/* What aliases stand for, in their places, where `setting` chooses a type; what one must have set as another
 * word to apply behind this one, else NULL. */
static int write_out(struct experiment *e, const char *key, const char *setting, struct value *values, int n,
                     const char **ret_word, struct error *err)
{
    const struct config_slot *slot = config_find_slot(setting);

    *ret_word = NULL;
    for (int i = 0; slot && slot->kind && i < n; i++) {
        const struct alias *a = values[i].kind == VALUE_STRING ? alias_find(slot->kind, values[i].string) : NULL;

        if (!a)
            continue;
        values[i] = value_string(a->type);
        if (a->setting && n > 1)
            return error_set(err, "%s: %s is %s with %s, which would be the others' too; set it for one method", key,
                             a->name, a->type, a->setting);
        if (a->setting)
            *ret_word = arena_printf(e->arena, "%s.%s=%g", key, a->setting, a->value);
    }
    return 0;
}

/* A setting of one method, or of all that can have it. */
static int set(struct experiment *e, struct experiment_method *m, const char *key, const char *setting,
               const struct value *values, int n, struct error *err)
{
    if (!m)
        return set_everywhere(e, key, values, n, err);
    if (experiment_check(e, m, setting, values, n, err) != SETTING_FITS)
        return error_context(err, "method \"%s\"", m->label);
    experiment_put(e, m, setting, values, n);
    return 0;
}

int override_apply(struct experiment *e, const char *word, struct error *err)
{
    struct value *values;
    const char *equals, *key, *dot, *behind;
    struct experiment_method *m;
    int n;

    if (strcmp(word, "~") == 0)
        return error_set(err, "\"~\" is without the name of the method to leave out");
    if (*word == '~') {
        if (override_end(e, err) < 0) /* one of those that run */
            return -1;
        return drop_method(e, word + 1, err);
    }
    if (strcmp(word, "smoke") == 0)
        return apply_smoke(e, err);
    word += *word == '+'; /* Hydra's "add": every setting exists already */
    equals = strchr(word, '=');
    if (!equals || equals == word)
        return error_set(err, "\"%s\" is not NAME=VALUE", word);
    key = arena_printf(e->arena, "%.*s", (int)(equals - word), word);
    if (strcmp(key, "seeds") == 0)
        return set_count(key, equals + 1, 1, EXPERIMENT_MAX_SEEDS, &e->n_seeds, err);
    if (strcmp(key, "draws") == 0)
        return set_count(key, equals + 1, 1, EXPERIMENT_MAX_DRAWS, &e->n_draws, err);
    if (strcmp(key, "draws_seed") == 0)
        return set_count(key, equals + 1, 0, EXPERIMENT_MAX_DRAWS_SEED, &e->draws_seed, err);
    if (strcmp(key, "conditions") == 0)
        return set_conditions(e, equals + 1, err);
    if (strcmp(key, "methods") == 0)
        return keep_methods(e, equals + 1, err);
    if (strcmp(key, "measure") == 0 || strcmp(key, "select") == 0) {
        *(*key == 'm' ? &e->measure : &e->select) = arena_strdup(e->arena, equals + 1);
        return measure_check(equals + 1, err);
    }
    values = arena_alloc(e->arena, EXPERIMENT_MAX_VALUES * sizeof *values);
    n = parse_values(equals + 1, e->arena, values, err);
    if (n < 0)
        return error_context(err, "%s", word);
    dot = strchr(key, '.');
    m = dot ? experiment_find_method(e, arena_printf(e->arena, "%.*s", (int)(dot - key), key))
            : NULL;
    if (m && config_find_slot(m->label))
        m = NULL;
    if (write_out(e, key, m ? dot + 1 : key, values, n, &behind, err) < 0 ||
        set(e, m, key, m ? dot + 1 : key, values, n, err) < 0)
        return -1;
    return behind ? override_apply(e, behind, err) : 0;
}
