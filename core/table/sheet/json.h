/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * json: writes JSON; commas and escapes see to themselves.
 *
 *     struct json j = {.text = &t};
 *     json_open(&j, NULL, '{');
 *     json_number(&j, "p", 0.03);
 *     json_close(&j, '}');
 *
 * Numbers have 17 digits, which read back as the same double (json_value's as few as do); what is not finite is
 * null. The name is NULL inside a list. No name here may be one of the library jansson, which
 * the program links: its calls would end up here.
 */
#ifndef TABLE_JSON_H
#define TABLE_JSON_H

#include "base/value.h"

struct json {
    struct text *text;
    bool needs_comma;
    int depth;
};

void json_open(struct json *j, const char *name, char bracket);
void json_close(struct json *j, char bracket);
void json_number(struct json *j, const char *name, double x);
void json_text(struct json *j, const char *name, const char *s);
void json_bool(struct json *j, const char *name, bool truth);

/* Of any kind but a law. */
void json_value(struct json *j, const char *name, const struct value *v);

#endif
