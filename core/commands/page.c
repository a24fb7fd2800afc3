/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The verb report: a page for each store, and an index of all. */
#include "commands/command.h"
#include "commands/project.h"
#include "os/file.h"
#include "os/say.h"
#include "page/page.h"

#include <string.h>

static int write_page(const struct invocation *in, struct store *store, const char *name,
                      struct error *err)
{
    const struct plot_target target = {project_path(in->arena, "plots", name, ""), "plots"};
    const char *path = project_path(in->arena, "report", name, ".html");
    struct published published;
    struct text t = {0};
    int result = -1;

    if (published_read(project_path(in->arena, "results/published", name, ".csv"), in->arena,
                       &published, err) == 0 &&
        page_write(store, name, &target, &published, &t, err) == 0 &&
        file_make_directory("report", err) == 0)
        result = file_write(path, t.s, t.size, err);
    if (result == 0)
        say(stdout, "%s\n", path);
    text_release(&t);
    return result;
}

/* The page where it is asked for, and the line of the index. */
static int report_store(const struct invocation *in, const char *name, bool with_page,
                        struct page_entry *ret_entry, struct error *err)
{
    struct store *store = NULL;
    int result = -1;

    if (project_open_store(in->arena, name, STORE_READ, &store, err) == 0 &&
        store_freeze(store, err) == 0 &&
        (!with_page || write_page(in, store, name, err) == 0))
        result = page_describe(store, name, in->arena, ret_entry, err);
    store_close(store);
    return result < 0 ? error_context(err, "%s", name) : 0;
}

static int write_index(const struct page_entry *entries, int n, struct error *err)
{
    struct text t = {0};
    int result;

    page_write_index(entries, n, &t);
    result = file_make_directory("report", err);
    if (result == 0)
        result = file_write("report/index.html", t.s, t.size, err);
    if (result == 0)
        say(stdout, "report/index.html\n");
    text_release(&t);
    return result;
}

int command_report(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    const char *const *names = file_names("results", ".db", in->arena, err);
    const char *const *foreign = file_foreign_names("results", ".db", in->arena, err);
    const char *wanted = in->n_words ? in->words[0] : NULL;
    struct page_entry *entries = NULL;
    int n = 0;

    (void)ret_status;
    if (!names || !foreign)
        return -1;
    if (wanted && !file_exists(project_path(in->arena, "results", wanted, ".db"))) {
        struct store *store;

        return project_open_store(in->arena, wanted, STORE_READ, &store, err); /* says what there is */
    }
    for (; !wanted && *foreign; foreign++)
        say(stdout, "no page: results/%s.db: its name has others than letters, digits, _ . and -\n",
            *foreign);
    for (; *names; names++) {
        bool with_page = !wanted || strcmp(wanted, *names) == 0;

        if (!with_page && !file_exists(project_path(in->arena, "report", *names, ".html")))
            continue; /* no link to a page that is not there */
        entries = arena_grow(in->arena, entries, n, sizeof *entries);
        if (report_store(in, *names, with_page, &entries[n], err) < 0) {
            if ((wanted && with_page) || err->status == EXIT_STORAGE)
                return -1;
            entries[n] = (struct page_entry){.name = *names, .trouble = arena_strdup(in->arena,
                                                                                     err->text)};
            say(stdout, "no page: %s\n", entries[n].trouble);
        }
        n++;
    }
    return write_index(entries, n, err);
}
