/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/config/alias.h"

#include "learn/config/config.h"
#include "learn/objective/objective.h"

#include <stdio.h>
#include <string.h>

const struct alias aliases[] = {
    {&objective_kind, "ir_dro", "IR-DRO", "kl_dro", NULL, 0, "the same lambda; arXiv 2402.14270"},
    {&objective_kind, "ohem", "OHEM", "cvar", NULL, 0,
     "alpha is the share that is kept; Shrivastava et al. 2016, arXiv 1604.03540"},
    {&objective_kind, "average_top_k", "average top-k", "cvar", NULL, 0,
     "alpha is k / n; Fan et al. 2017, arXiv 1705.08826"},
    {&objective_kind, "joint_dro", "Joint DRO", "cvar", NULL, 0, "the code of JTT (arXiv 2107.09044) calls it so"},
    {&objective_kind, "mid_ranking", "MidRanking", "cvar", "trim", 0.25,
     "alpha is frac / (1 - portion frac), trim is portion frac; code of arXiv 2402.14270"},
    {&objective_kind, "cvar_doro", "CVaR-DORO", "cvar", "trim", 0.1, "trim is epsilon; Zhai et al. 2021, arXiv 2106.06142"},
    {&objective_kind, "chi2_doro", "chi2-DORO", "chi2_dro_hashimoto", "trim", 0.1,
     "trim is epsilon; Zhai et al. 2021, arXiv 2106.06142"},
    {&objective_kind, "itlm", "ITLM", "erm", "trim", 0.1,
     "trim is the share that is left out; Shen and Sanghavi 2019, arXiv 1810.11874"},
    {&objective_kind, "small_loss", "small-loss selection", "erm", "trim", 0.1,
     "trim is the share taken for noise; Han et al. 2018, arXiv 1804.06872, of one network"},
    {0},
};

const struct alias *alias_find(const struct component_kind *kind, const char *name)
{
    for (const struct alias *a = aliases; a->name; a++)
        if (a->kind == kind && strcmp(a->name, name) == 0)
            return a;
    return NULL;
}

void alias_add_call(struct text *t, const struct alias *a)
{
    text_printf(t, "%s {", a->name);
    if (a->setting)
        text_printf(t, " %s = %g ", a->setting, a->value);
    text_printf(t, "}");
}

/* Has the spec what makes the type that: a setting, and not at the value that asks for nothing? */
static bool is_meant(const struct alias *a, const struct settings *spec, const char *slot)
{
    const struct value *type = settings_find(spec, slot), *v;
    char setting[128];

    if (!type || type->kind != VALUE_STRING || strcmp(type->string, a->type) != 0)
        return false;
    snprintf(setting, sizeof setting, "%s.%s", slot, a->setting ? a->setting : "");
    v = settings_find(spec, setting);
    return !a->setting || (v && v->kind == VALUE_NUMBER && v->number > 0);
}

void alias_add_titles(struct text *t, const struct settings *spec, const char *slot)
{
    const struct config_slot *of = config_find_slot(slot);
    const char *between = "";

    for (const struct alias *a = aliases; a->name; a++)
        if (of && a->kind == of->kind && is_meant(a, spec, slot)) {
            text_printf(t, "%s%s", between, a->title);
            between = ", ";
        }
}
