/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page/code_diff.h"

#include "base/text.h"
#include "os/process.h"

#include <string.h>

static bool is_commit(const char *s)
{
    size_t n = strspn(s, "0123456789abcdef");

    return n >= 7 && n <= 64 && s[n] == '\0';
}

/* At its last line's end, and says so. */
static const char *cut(const char *diff, struct arena *arena)
{
    const char *end = strrchr(diff, '\n');

    return arena_printf(arena, "%.*s(cut here: the rest is longer than %d bytes)\n",
                        end ? (int)(end + 1 - diff) : 0, diff, CODE_DIFF_MAX);
}

const char *code_diff(const char *from, const char *to, struct arena *arena)
{
    /* diff-tree is plumbing: what a user has set for diffs to look like is not for it. */
    const char *argv[] = {"git", "-c", "core.quotePath=true", "-c", "core.attributesFile=/dev/null",
                          "-c", "protocol.allow=never", "diff-tree", "-r", "--patch-with-stat", "--stat=90", "--no-color",
                          "--no-ext-diff", "--no-textconv", "--no-renames", from, to, "--", "core",
                          "Makefile", NULL};
    const struct process_call call = {
        .argv = argv, .streams = PROCESS_OUTPUT, .most = CODE_DIFF_MAX};
    struct text output = {0};
    struct error ignored;
    const char *diff = NULL;
    int status;

    if (!is_commit(from) || !is_commit(to) || process_capture(&call, &output, &status, &ignored) < 0)
        return NULL;
    for (size_t i = 0; i < output.size; i++)
        output.s[i] = output.s[i] ? output.s[i] : '?';
    if (output.size == CODE_DIFF_MAX)
        diff = cut(output.s, arena);
    else if (status == 0)
        diff = arena_strdup(arena, output.s ? output.s : "");
    text_release(&output);
    return diff;
}
