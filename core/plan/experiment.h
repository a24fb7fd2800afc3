/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * experiment: a question, as data: what is held fixed, what varies, which methods
 * are compared. A script describes it, the command line may change it (override.h),
 * a plan spells it out. Every value has passed a check before it gets in:
 *
 *     if (experiment_check(e, m, "train.lr", values, n, err) == SETTING_FITS)
 *         experiment_put(e, m, "train.lr", values, n);
 */
#ifndef PLAN_EXPERIMENT_H
#define PLAN_EXPERIMENT_H

#include "base/settings.h"
#include "plan/grid.h"

struct experiment_method {
    const char *label; /* "rgd", unique, a name */
    struct grid grid;  /* what is the method's own; wins over the experiment's */
};

/* A data set as datasets/NAME.lua describes it. */
struct data_description {
    const char *name;
    struct settings settings; /* format, classes, files ... */
    const char *broken;       /* why it cannot be used, with the file and its line: then it has no settings. NULL: it can */
};

enum {
    EXPERIMENT_MAX_METHODS = 48,
    EXPERIMENT_MAX_VALUES = 1000,
    EXPERIMENT_MAX_SEEDS = 10000,
    EXPERIMENT_MAX_DRAWS = 1000,
    EXPERIMENT_MAX_CONDITIONS = 64,
    EXPERIMENT_MAX_DRAWS_SEED = 999999999,
};

struct experiment {
    struct arena *arena; /* owns everything here */
    const char *name, *title, *question;
    const char *source;    /* the script's text */
    const char *overrides; /* what the command line changed, canonical; "" */
    struct grid grid;
    struct experiment_method methods[EXPERIMENT_MAX_METHODS];
    int n_methods;
    int n_seeds;
    const char *const *conditions; /* [n_conditions] settings that are never tuned over, beside those of the data */
    int n_conditions;
    int n_draws;       /* configurations drawn for each method that has a law; 0: none */
    int draws_seed;    /* another one draws others (plan/search.h) */
    const char *default_methods; /* "erm,rgd": what a sweep runs that names none; "": all */
    const char *smoke; /* words that make it run in under a minute; "": none */
    const char *baseline; /* a method's label */
    const char *measure;  /* what runs are judged by (plan/measure.h); "" or NULL: what data have by default */
    const char *select;   /* what configurations are selected by on validation data; likewise: the same */
    const struct data_description *data; /* [n_data], sorted by name */
    int n_data;
};

struct experiment_method *experiment_find_method(struct experiment *e, const char *label);

/* Which of the methods the list "erm,rgd" names, or "all" unless one is called so; -1 with an
 * error at one that there is not. */
int experiment_match_methods(const struct experiment *e, const char *list,
                             bool ret_is_named[EXPERIMENT_MAX_METHODS], struct error *err);

/* Keeps those of `is_named`, in their order. */
void experiment_keep_methods(struct experiment *e, const bool is_named[EXPERIMENT_MAX_METHODS]);

/* The data set `name`, or NULL with an error that lists what there is. */
/* NULL with an error where none is called so, or where that one is broken. */
const struct data_description *data_description_find(const struct data_description *data, int n, const char *name,
                                                     struct error *err);
const struct data_description *experiment_find_data(const struct experiment *e, const char *name,
                                                    struct error *err);

enum experiment_fit {
    SETTING_FITS,
    SETTING_UNKNOWN, /* there is no such setting; err says what there is */
    SETTING_INVALID, /* there is, but it cannot take one of the values; err says what it can */
};

/* Can the method (NULL: the experiment) have the setting `key` ("train.lr", or a slot:
 * "objective", "data") with these values, all different? */
enum experiment_fit experiment_check(const struct experiment *e,
                                     const struct experiment_method *m, const char *key,
                                     const struct value *values, int n, struct error *err);

/* The same of a setting of one type alone among several that are chosen for its slot: of
 * optimizer.weight_decay for "sgd". NULL: of all of them that have it. */
enum experiment_fit experiment_check_for(const struct experiment *e,
                                         const struct experiment_method *m, const char *key,
                                         const char *type, const struct value *values, int n,
                                         struct error *err);

/* Sets it, after that check. A slot that gets other types forgets the settings of those
 * before; another data set keeps those that its format has too. */
void experiment_put(struct experiment *e, struct experiment_method *m, const char *key,
                    const struct value *values, int n);
void experiment_put_for(struct experiment *e, struct experiment_method *m, const char *key,
                        const char *type, const struct value *values, int n);

/* Has the slot, where its type is `type`, a setting of that name ("hidden")? A data set's type is
 * its name. */
struct config_slot;
bool experiment_has(const struct experiment *e, const struct config_slot *slot, const char *type,
                    const char *name);

/* What is never tuned over, in place of what was: -1 with an error that says what there is, where one
 * is no setting's name. The texts stay the caller's. */
int experiment_set_conditions(struct experiment *e, const char *const *names, int n, struct error *err);

/* Is it one of them, or a setting of the data? */
bool experiment_is_condition(const struct experiment *e, const char *setting);

/* Does the method choose this setting's slot anew? Then the experiment's settings of that slot are for
 * another type and do not apply. */
bool experiment_is_replaced(const struct experiment_method *m, const char *key);

#endif
