/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab/journal.h"

#include <stdio.h>
#include <string.h>

void journal_init(struct journal *j, struct arena *arena)
{
    *j = (struct journal){.arena = arena};
}

static void add(struct journal *j, long step, const char *part, const char *name, int class_index,
                double value)
{
    j->metrics = arena_grow(j->arena, j->metrics, j->n_metrics, sizeof *j->metrics);
    j->metrics[j->n_metrics++] = (struct store_metric){step, part, name, class_index, value};
}

static void add_evaluation(struct journal *j, long step, const char *part,
                           const struct evaluation *e)
{
    add(j, step, part, "loss", -1, e->loss);
    add(j, step, part, "accuracy", -1, e->accuracy);
    add(j, step, part, "balanced_accuracy", -1, e->balanced_accuracy);
}

void journal_add(struct journal *j, const struct run_point *point)
{
    add(j, point->step, "train", "loss", -1, point->train_loss);
    add(j, point->step, "train", "accuracy", -1, point->train_accuracy);
    add_evaluation(j, point->step, "validation", &point->validation);
    add_evaluation(j, point->step, "test", &point->test);
    for (int i = 0; i < point->n_parts; i++) {
        const struct domains_part *part = &point->parts[i];

        add(j, point->step, part->name, "loss", -1, part->result.loss);
        add(j, point->step, part->name, "accuracy", -1, part->result.accuracy);
    }
    for (int c = 0; c < point->test.n_classes; c++)
        add(j, point->step, "test", "class_accuracy", c, point->test.class_accuracy[c]);
}

void journal_write(const struct journal *j, double seconds, struct text *t)
{
    text_printf(t, "seconds %a\n", seconds);
    for (int i = 0; i < j->n_metrics; i++) {
        const struct store_metric *m = &j->metrics[i];

        text_printf(t, "%ld %s %s %d %a\n", m->step, m->part, m->name, m->class_index, m->value);
    }
}

int journal_read(struct journal *j, const char *text, struct error *err)
{
    int end = 0;

    if (sscanf(text, "seconds %lf%n", &j->seconds, &end) != 1 || text[end] != '\n')
        return error_set(err, "its journal does not begin with seconds");
    for (text += end + 1; *text; text += end + 1) {
        long step;
        char part[32], name[64];
        int class_index;
        double value;

        if (sscanf(text, "%ld %31s %63s %d %lf%n", &step, part, name, &class_index, &value,
                   &end) != 5 ||
            text[end] != '\n')
            return error_set(err, "its journal has a line that is no metric: %.60s", text);
        add(j, step, arena_strdup(j->arena, part), arena_strdup(j->arena, name), class_index,
            value);
    }
    return 0;
}
