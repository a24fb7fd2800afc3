/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "script/description.h"

#include "plan/measure.h"

#include <math.h>
#include <string.h>

static void write_line(struct text *t, const char *word, const struct value *v)
{
    text_printf(t, "%s ", word);
    value_write(t, v);
    text_printf(t, "\n");
}

static void write_text(struct text *t, const char *word, const char *s)
{
    struct value v = value_string(s);

    write_line(t, word, &v);
}

static void write_grid(struct text *t, const struct grid *g)
{
    for (int i = 0; i < g->n_axes; i++) {
        text_printf(t, "axis %s%s%s\n", g->axes[i].name, g->axes[i].type ? " " : "",
                    g->axes[i].type ? g->axes[i].type : "");
        for (int k = 0; k < g->axes[i].n_values; k++)
            write_line(t, "value", &g->axes[i].values[k]);
    }
}

void description_write(struct text *t, const struct experiment *e)
{
    struct value seeds = value_number(e->n_seeds), draws = value_number(e->n_draws),
                 draws_seed = value_number(e->draws_seed);

    write_text(t, "title", e->title);
    write_text(t, "question", e->question);
    write_line(t, "seeds", &seeds);
    write_line(t, "draws", &draws);
    write_line(t, "draws_seed", &draws_seed);
    write_text(t, "smoke", e->smoke);
    write_text(t, "default_methods", e->default_methods);
    write_text(t, "measure", e->measure);
    write_text(t, "select", e->select);
    for (int i = 0; i < e->n_conditions; i++)
        write_text(t, "condition", e->conditions[i]);
    write_grid(t, &e->grid);
    for (int i = 0; i < e->n_methods; i++) {
        text_printf(t, "method %s\n", e->methods[i].label);
        write_grid(t, &e->methods[i].grid);
    }
    write_text(t, "baseline", e->baseline);
}

struct parser {
    struct experiment *e;
    struct experiment_method *method; /* whose axes are read; NULL: the experiment's */
    const char *axis;                 /* whose values are read; or NULL */
    const char *type;                 /* that they are for; or NULL */
    struct value *values;             /* [EXPERIMENT_MAX_VALUES] */
    int n_values;
};

/* Puts the axis that was read. */
static int end_axis(struct parser *p, struct error *err)
{
    const char *axis = p->axis;

    p->axis = NULL;
    if (!axis)
        return 0;
    if (p->n_values == 0)
        return error_set(err, "%s has no value", axis);
    if (experiment_check_for(p->e, p->method, axis, p->type, p->values, p->n_values, err) !=
        SETTING_FITS)
        return -1;
    experiment_put_for(p->e, p->method, axis, p->type, p->values, p->n_values);
    return 0;
}

static int read_axis(struct parser *p, const char *rest, struct error *err)
{
    const char *blank = strchr(rest, ' ');

    (void)err;
    p->axis = arena_printf(p->e->arena, "%.*s", (int)strcspn(rest, " "), rest);
    p->type = blank ? blank + 1 : NULL;
    p->n_values = 0;
    return 0;
}

static int read_value(struct parser *p, const char *rest, struct error *err)
{
    if (!p->axis || p->n_values == EXPERIMENT_MAX_VALUES)
        return error_set(err, "a value too many");
    return value_parse(rest, p->e->arena, &p->values[p->n_values++], err);
}

static int read_method(struct parser *p, const char *rest, struct error *err)
{
    struct experiment *e = p->e;

    if (!text_is_name(rest) || experiment_find_method(e, rest) ||
        e->n_methods == EXPERIMENT_MAX_METHODS)
        return error_set(err, "a method too many, or without a name of its own");
    p->method = &e->methods[e->n_methods++];
    p->method->label = rest;
    grid_init(&p->method->grid, e->arena);
    return 0;
}

static int read_text(struct parser *p, const char *rest, const char **ret_text, struct error *err)
{
    struct value v;

    if (value_parse(rest, p->e->arena, &v, err) < 0)
        return -1;
    if (*ret_text || v.kind != VALUE_STRING || !text_is_plain(v.string))
        return error_set(err, "not a plain text, or given twice");
    *ret_text = v.string;
    return 0;
}

static int read_title(struct parser *p, const char *rest, struct error *err)
{
    return read_text(p, rest, &p->e->title, err);
}

static int read_question(struct parser *p, const char *rest, struct error *err)
{
    return read_text(p, rest, &p->e->question, err);
}

static int read_baseline(struct parser *p, const char *rest, struct error *err)
{
    return read_text(p, rest, &p->e->baseline, err);
}

static int read_seeds(struct parser *p, const char *rest, struct error *err)
{
    double n;

    if (text_parse_number(rest, &n) < 0 || !(n >= 1 && n <= EXPERIMENT_MAX_SEEDS) || n != floor(n))
        return error_set(err, "not a number of seeds");
    p->e->n_seeds = (int)n;
    return 0;
}

static int read_draws(struct parser *p, const char *rest, struct error *err)
{
    double n;

    if (text_parse_number(rest, &n) < 0 || !(n >= 0 && n <= EXPERIMENT_MAX_DRAWS) || n != floor(n))
        return error_set(err, "not a number of draws");
    p->e->n_draws = (int)n;
    return 0;
}

static int read_draws_seed(struct parser *p, const char *rest, struct error *err)
{
    double n;

    if (text_parse_number(rest, &n) < 0 || !(n >= 0 && n <= EXPERIMENT_MAX_DRAWS_SEED) || n != floor(n))
        return error_set(err, "not a seed of draws");
    p->e->draws_seed = (int)n;
    return 0;
}

static int read_smoke(struct parser *p, const char *rest, struct error *err)
{
    return read_text(p, rest, &p->e->smoke, err);
}

static int read_default_methods(struct parser *p, const char *rest, struct error *err)
{
    return read_text(p, rest, &p->e->default_methods, err);
}

static int read_measure(struct parser *p, const char *rest, struct error *err)
{
    return read_text(p, rest, &p->e->measure, err);
}

static int read_select(struct parser *p, const char *rest, struct error *err)
{
    return read_text(p, rest, &p->e->select, err);
}

static int read_condition(struct parser *p, const char *rest, struct error *err)
{
    const char *names[EXPERIMENT_MAX_CONDITIONS + 1], *name = NULL;
    int n = p->e->n_conditions;

    if (read_text(p, rest, &name, err) < 0)
        return -1;
    for (int i = 0; i < n; i++)
        names[i] = p->e->conditions[i];
    names[n] = name;
    return experiment_set_conditions(p->e, names, n + 1, err);
}

static const struct {
    const char *word;
    int (*read)(struct parser *p, const char *rest, struct error *err);
} lines[] = {
    {"title", read_title},   {"question", read_question}, {"seeds", read_seeds},
    {"axis", read_axis},     {"value", read_value},       {"method", read_method},
    {"baseline", read_baseline}, {"draws", read_draws}, {"draws_seed", read_draws_seed}, {"smoke", read_smoke},
    {"default_methods", read_default_methods}, {"measure", read_measure}, {"select", read_select},
    {"condition", read_condition},
};

static int read_line(struct parser *p, const char *line, struct error *err)
{
    size_t length = strcspn(line, " "), i = 0, n = sizeof lines / sizeof *lines;

    while (i < n && (strlen(lines[i].word) != length || memcmp(lines[i].word, line, length) != 0))
        i++;
    if (i == n || line[length] != ' ')
        return error_set(err, "no such line");
    if (lines[i].read != read_value && end_axis(p, err) < 0)
        return -1;
    return lines[i].read(p, line + length + 1, err);
}

int description_read(const char *text, struct experiment *e, struct error *err)
{
    struct parser p = {.e = e};
    bool is_named[EXPERIMENT_MAX_METHODS];
    char *copy = arena_strdup(e->arena, text), *rest = NULL;

    p.values = arena_alloc(e->arena, EXPERIMENT_MAX_VALUES * sizeof *p.values);
    grid_init(&e->grid, e->arena);
    for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        if (read_line(&p, line, err) < 0)
            return error_context(err, "\"%.60s\"", line);
    if (end_axis(&p, err) < 0)
        return -1;
    if (!e->title || !e->question || !e->smoke || !e->default_methods || !e->measure || !e->select || e->n_seeds == 0 ||
        e->n_methods == 0 || !e->baseline || !experiment_find_method(e, e->baseline))
        return error_set(err, "the description is not complete");
    if ((*e->measure && measure_check(e->measure, err) < 0) || (*e->select && measure_check(e->select, err) < 0))
        return -1;
    return experiment_match_methods(e, e->default_methods, is_named, err);
}
