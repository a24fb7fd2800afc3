/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/environment_names.h"

#include <string.h>

bool environment_names_are_in(const struct axis *axis)
{
    for (int k = 0; k < axis->n_values && strcmp(axis->name, "data.test_envs") == 0; k++)
        for (int i = 0; i < axis->values[k].n_items; i++)
            if (axis->values[k].items[i].kind == VALUE_STRING)
                return true;
    return false;
}

int environment_names_number(const struct dataset *d, const struct value *v, struct arena *arena,
                             struct value *ret_value, struct error *err)
{
    const char *names[DATASET_MAX_GROUPS + 1] = {0};
    struct value *items = arena_alloc(arena, ((size_t)v->n_items + 1) * sizeof *items);

    memcpy(names, d->group_names, (size_t)d->n_groups * sizeof *names);
    for (int i = 0; i < v->n_items; i++) {
        int e = 0;

        items[i] = v->items[i];
        if (items[i].kind != VALUE_STRING)
            continue;
        while (names[e] && strcmp(names[e], items[i].string) != 0)
            e++;
        if (!names[e])
            return text_unknown(err, "environment", items[i].string, names);
        items[i] = value_number(e);
    }
    *ret_value = (struct value){.kind = VALUE_LIST, .n_items = v->n_items, .items = items};
    return 0;
}
