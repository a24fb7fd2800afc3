/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fold: a name without what people write in two ways: blanks, and the case of letters. Names whose folds are equal
 * are most likely one. The letters are Latin, Greek, Cyrillic and Armenian ones, by a table of our own: a locale's
 * would differ from machine to machine.
 */
#ifndef BASE_FOLD_H
#define BASE_FOLD_H

/* The fold of s into `to`, which has room for strlen(s) + 1 bytes and may be s. Gives `to`. What is no UTF-8 stays. */
char *fold_name(const char *s, char *to);

#endif
