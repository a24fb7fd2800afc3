/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * config: which settings a run has, and whether they are right.
 *
 * A run is a pure function of its settings. They are grouped in slots: `model`
 * chooses a type of the table of models, `model.hidden` is one of that type's
 * hyper-parameters. `data` names a data set, `data.format` its format.
 *
 *     data = "cifar10"        objective = "rgd"       train.lr = 0.05
 *     data.imbalance = 100    objective.clip = 1      train.seed = 3
 */
#ifndef LEARN_CONFIG_CONFIG_H
#define LEARN_CONFIG_CONFIG_H

#include "base/component.h"

enum { CONFIG_MAX_FIXED = 4, CONFIG_MAX_COMPONENTS = CONFIG_MAX_FIXED + 2 };

struct config_slot {
    const char *name;
    const struct component_kind *kind; /* NULL: nothing to choose */
    const char *chooser;               /* the setting that chooses; NULL without a kind */
    const char *fallback;              /* the type chosen where nothing is said; NULL: must be said */
    bool is_optional;                  /* or nothing is: then the slot is not in the settings; nor is it at its
                                        * fallback, if it has one, as it came when specs without it were stored */
    bool is_late;                      /* has the types of an early slot */
    const struct component *fixed[CONFIG_MAX_FIXED + 1]; /* there whatever is chosen; NULL-ended */
    const char *doc;
};

/* Ends in a nameless one. */
extern const struct config_slot config_slots[];

/* NULL where there is none. */
const struct config_slot *config_find_slot(const char *name);

/* The slot of a setting: of "train.lr", and of "model" itself. NULL where there is none. */
const struct config_slot *config_slot_of(const char *setting);

/* The components of a slot when its kind's type is `type` (NULL: none chosen,
 * or no kind), NULL-ended. */
void config_components(const struct config_slot *slot, const struct component *type,
                       const struct component *ret_components[CONFIG_MAX_COMPONENTS]);

/* The name of the type that complete settings choose for a slot. */
const char *config_choice(const struct settings *s, const char *slot);

/* The hyper-parameter `name` among them, or NULL with an error that says what
 * the slot has and what is nearest. */
const struct hparam *config_hparam(const struct config_slot *slot, const struct component *type,
                                   const char *name, struct error *err);

/* The one that `setting` ("objective.clip") is for a run of these settings; NULL where it has
 * none. */
const struct hparam *config_find_hparam(const struct settings *s, const char *setting);

/* Fills in all defaults and checks every name and value. */
int config_complete(struct settings *s, struct error *err);

/* Are these all settings of a run, each as config_complete leaves it? For those that somebody kept. */
int config_check(const struct settings *s, struct error *err);

/* train.test */
enum { TEST_EACH, TEST_LAST };

/* train.judge */
enum { JUDGE_LAST, JUDGE_BEST };

/* train.retrain */
enum { RETRAIN_NONE, RETRAIN_CRT, RETRAIN_DFR };

/* The slot "train". */
struct train_config {
    int epochs, batch, micro_batch, evaluate, evaluate_steps, test, judge, seed, numeric, jtt_epochs, jtt_weight, hparams,
        warmup_by, warmup_from, retrain, retrain_epochs;
    double lr, warmup, late, retrain_lr, retrain_share, retrain_l1;
    bool keep_scores;
    const char *judge_by; /* "macro_f1"; "f1:cat" */
    int patience;
};

extern const struct component train_component;

#endif
