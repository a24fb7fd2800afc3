/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * say: the one way to standard output and standard error (tests/layers.sh sees to it),
 * so that a terminal shows what comes from a stranger's store, script or file name, and
 * does not obey it. What text_code_point refuses becomes U+FFFD.
 *
 *     say(stdout, "%s: %d runs\n", name, n);
 *
 * What a terminal takes for an order and we mean as one is said by say_over and say_clear.
 */
#ifndef OS_SAY_H
#define OS_SAY_H

#include <stdio.h>

/* One line, or a part of one. Line ends are those that the format begins and ends with, tabs
 * those of a format that has one: an argument brings none. */
void say(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Many lines, each whole already: a table, a help. Their ends are LF or CRLF. NULL: nothing. */
void say_page(FILE *out, const char *text);

/* Rewrites the line of the terminal that standard error is, no wider than it, or it would wrap;
 * and wipes it. */
void say_over(const char *line);
void say_clear(void);

#endif
