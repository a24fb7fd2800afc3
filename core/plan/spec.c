/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/spec.h"

#include "learn/config/config.h"
#include "plan/plan.h"

static int check_version(const struct settings *s, struct error *err)
{
    const struct value *v = settings_find(s, "spec");

    if (v && v->kind == VALUE_NUMBER && v->number == PLAN_SPEC_VERSION)
        return 0;
    return v && v->kind == VALUE_NUMBER
               ? error_set(err, "its settings have the meaning of version %g; this program knows %d",
                           v->number, PLAN_SPEC_VERSION)
               : error_set(err, "no line says which version of their meaning the settings have");
}

/* One text for the same settings: no line twice, none out of order, no other way to write it. */
static int check_text(const struct settings *s, const char *spec, struct error *err)
{
    struct text t = {0};
    int line = 1, result = 0;
    const char *a = spec, *b;

    settings_write(&t, s);
    b = t.s ? t.s : "";
    for (; *a && *a == *b; a++, b++)
        line += *a == '\n';
    if (*a != *b)
        result = error_set(err, "line %d is not as this program writes it", line);
    text_release(&t);
    return result;
}

int spec_read(const char *spec, struct settings *ret_settings, struct error *err)
{
    if (settings_parse(ret_settings, spec, err) < 0 || check_version(ret_settings, err) < 0 ||
        config_check(ret_settings, err) < 0 || check_text(ret_settings, spec, err) < 0)
        return error_context(err, "spec");
    return 0;
}

int spec_check(const char *spec, struct error *err)
{
    struct arena arena = {0};
    struct settings s;
    int result;

    settings_init(&s, &arena);
    result = spec_read(spec, &s, err);
    arena_release(&arena);
    return result;
}
