/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * list_methods: what a method is composed of, from the tables themselves.
 */
#ifndef COMMANDS_LIST_METHODS_H
#define COMMANDS_LIST_METHODS_H

/* The slots that make a method, NULL-ended. */
extern const char *const list_methods_slots[];

/* To standard output: a Markdown table of all that can stand in them. */
void list_methods_markdown(void);

#endif
