/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/measure.h"

#include <math.h>
#include <string.h>

enum { MOST = 64 };

const char *measure_default(bool has_classes)
{
    return has_classes ? "accuracy" : "r2";
}

static const struct metric_type *find_type(const char *text, const char **ret_class, struct error *err)
{
    const char *names[MOST] = {0};
    const struct metric_type *type = metric_parse(text, ret_class);

    if (!type) {
        for (int i = 0; metric_at(i) && i < MOST - 1; i++)
            names[i] = metric_at(i)->name;
        text_unknown(err, "measure", text, names);
        return NULL;
    }
    if (!type->by_class && *ret_class)
        error_set(err, "measure \"%s\": %s is one of all classes, say measure=%s", text, type->name, type->name);
    else if (type->by_class && !*ret_class)
        error_set(err, "measure \"%s\" is one by class, say of which: measure=%s:CLASS", text, type->name);
    else
        return type;
    return NULL;
}

int measure_check(const char *text, struct error *err)
{
    const char *name;

    return find_type(text, &name, err) ? 0 : -1;
}

static int find_class(const char *text, const char *name, const struct value *classes, struct error *err)
{
    struct text t = {0};

    for (int i = 0; i < classes->n_items; i++)
        if (strcmp(classes->items[i].string, name) == 0)
            return i;
    for (int i = 0; i < classes->n_items && i < 20; i++)
        text_printf(&t, " %s", classes->items[i].string);
    error_set(err, "measure \"%s\": no class is called so; the data have%s%s", text, t.s ? t.s : " none",
              classes->n_items > 20 ? " ..." : "");
    text_release(&t);
    return -1;
}

/* Can it be computed of such data? */
static int check_kind(const char *text, const struct metric_type *type, int n_classes, struct error *err)
{
    if ((type->needs & METRIC_NUMBERS) && n_classes > 0)
        return error_set(err, "measure \"%s\" is one of targets that are numbers; the data have %d classes, "
                              "say measure=accuracy or another of `rgdbench list measure`", text, n_classes);
    if ((type->needs & (METRIC_CLASSES | METRIC_SCORES)) && n_classes == 0)
        return error_set(err, "measure \"%s\" is one of classes; the data's targets are numbers, say "
                              "measure=r2 or another of `rgdbench list measure`", text);
    if (n_classes > 0 && n_classes < type->min_classes)
        return error_set(err, "measure \"%s\" needs %d classes; the data have %d", text, type->min_classes,
                         n_classes);
    return 0;
}

int measure_find(const char *text, const struct value *class_names, struct arena *arena,
                 struct measure *ret_measure, struct error *err)
{
    const char *class_name;
    const struct metric_type *type = find_type(text, &class_name, err);
    struct measure m = {.type = type, .class_index = -1};

    if (!type || check_kind(text, type, class_names->n_items, err) < 0)
        return -1;
    if (class_name && (m.class_index = find_class(text, class_name, class_names, err)) < 0)
        return -1;
    m.name = arena_strdup(arena, text);
    m.title = class_name ? arena_printf(arena, "%s %s", type->title, class_name) : type->title;
    m.column = arena_printf(arena, "test_%s", text);
    m.sign = type->lower_is_better ? -1 : 1;
    m.unit = type->is_share ? 100 : 1;
    m.percent = type->is_share ? " %" : "";
    m.in_percent = type->is_share ? " in percent" : "";
    m.points = type->is_share ? " points" : "";
    m.format = type->is_share ? "%.2f" : "%.4f";
    m.signed_format = type->is_share ? "%+.2f" : "%+.4f";
    m.worst = m.sign * metric_worst(type);
    *ret_measure = m;
    return 0;
}

bool measure_takes_both(const char *judges, const char *selects)
{
    const char *const names[] = {judges, selects && *selects ? selects : judges};

    for (int i = 0; i < 2; i++) {
        const struct metric_type *type = names[i] ? metric_find(names[i]) : NULL;

        if (!type || (type->needs & (METRIC_CLASSES | METRIC_SCORES | METRIC_NUMBERS)))
            return false;
    }
    return true;
}

int measure_check_data(const struct measure *m, bool has_groups, bool has_score, struct error *err)
{
    if (!has_score && (m->type->needs & METRIC_TASK))
        return error_set(err, "measure \"%s\": the data's description does not say what they are judged by: "
                              "score = { \"f1:yes\", \"accuracy\" }", m->name);
    if (has_groups || !(m->type->needs & METRIC_GROUPS))
        return 0;
    return error_set(err, "measure \"%s\" is one over groups, and the data have none: groups = { ... } in a table's "
                          "description names the columns that make them", m->name);
}

double measure_shown(const struct measure *m, double x)
{
    return m->sign * m->unit * x;
}

void measure_add(struct text *t, const char *format, double shown)
{
    text_printf(t, fabs(shown) < 1e9 ? format : "%.3g", text_tidy_zero(format, shown));
}

void measure_add_difference(struct text *t, const struct measure *m, double difference)
{
    measure_add(t, m->signed_format, measure_shown(m, difference));
    text_add_string(t, m->points);
}

const char *measure_worst(const struct measure *m, struct arena *arena)
{
    if (isfinite(m->worst))
        return arena_printf(arena, "counted as %s %g", m->title, measure_shown(m, m->worst));
    return arena_printf(arena, "%s any other %s", m->sign < 0 ? "above" : "below", m->title);
}

void measure_show_ends(const struct measure *m, double low, double high, double *ret_low, double *ret_high)
{
    *ret_low = measure_shown(m, m->sign < 0 ? high : low);
    *ret_high = measure_shown(m, m->sign < 0 ? low : high);
}
