/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "table/selected.h"

#include "table/sheet/escape.h"

static void write_field(struct text *t, const char *s)
{
    escape_csv(t, s);
    text_add(t, ",", 1);
}

static void write_trial(const struct selections *s, const struct selection *r, int i, struct arena *arena,
                        struct text *t)
{
    const char *condition = label_short(&r->condition_label, arena);

    write_field(t, r->method);
    write_field(t, arena_printf(arena, "%s%sseed %d", condition, *condition ? " " : "", r->seeds[i]));
    text_printf(t, "%.17g,%.17g,", s->measure.sign * r->test[i] + 0,
                s->select_by.sign * r->validation[i] + 0); /* 0, not -0 */
    write_field(t, condition);
    text_printf(t, "%d,", r->seeds[i]);
    escape_csv(t, r->board->points[r->chosen[i]]);
    text_add(t, "\r\n", 2);
}

void selected_write(const struct selections *s, struct text *t)
{
    struct arena arena = {0};

    text_printf(t, "method,block,value,validation,condition,seed,configuration\r\n");
    for (int i = 0; i < s->n; i++)
        for (int k = 0; k < s->items[i].n; k++)
            write_trial(s, &s->items[i], k, &arena, t);
    arena_release(&arena);
}
