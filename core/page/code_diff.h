/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * code_diff: what two commits of the program differ in, asked of git, where the current folder is in
 * a repository that has both. The only door to git: started without a shell, with none of the
 * repository's own commands, and nothing but hexadecimal digits as commits.
 */
#ifndef PAGE_CODE_DIFF_H
#define PAGE_CODE_DIFF_H

#include "base/arena.h"

enum { CODE_DIFF_MAX = 1 << 18 }; /* bytes; more is cut at a line's end, which the last line says */

/* `git diff --stat` of core/ and the Makefile, and the diff below it, in `arena`; NULL where git or
 * the commits are not at hand. */
const char *code_diff(const char *from, const char *to, struct arena *arena);

#endif
