/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * import: results that another program made, into a store of ours. */
#include "commands/command.h"
#include "commands/project.h"
#include "domainbed/import_domainbed.h"
#include "os/file.h"
#include "os/say.h"

#include <string.h>

static int parse_words(const struct invocation *in, const char **ret_name,
                       const char **ret_baseline, struct error *err)
{
    static const char *const kinds[] = {"domainbed", NULL};

    if (strcmp(in->words[0], kinds[0]) != 0)
        return text_unknown(err, "kind of results", in->words[0], kinds);
    for (int i = 2; i < in->n_words; i++) {
        const char *word = in->words[i];

        if (strncmp(word, "name=", 5) == 0)
            *ret_name = word + 5;
        else if (strncmp(word, "baseline=", 9) == 0)
            *ret_baseline = word + 9;
        else
            return error_set(err, "unknown word \"%s\"; have name=NAME baseline=ALGORITHM", word);
    }
    if (!*ret_name)
        return error_set(err, "name=NAME is missing: the results go to results/NAME.db");
    if (!text_is_name(*ret_name))
        return error_set(err, "name=%s: not a name of letters, digits, _ . and -, 64 at most",
                         *ret_name);
    if (file_exists(project_path(in->arena, "experiments", *ret_name, ".lua")))
        return error_set(err, "name=%s: there is an experiment of that name, whose results would "
                              "be in the same file; choose another", *ret_name);
    return 0;
}

int command_import(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    const char *name = NULL, *baseline = NULL, *path;
    struct import import;
    struct store *store = NULL;
    struct text t = {0};
    int result = -1;

    (void)ret_status;
    if (parse_words(in, &name, &baseline, err) < 0 ||
        import_domainbed_read(in->words[1], name, baseline, in->arena, &import, err) < 0)
        return -1;
    path = project_path(in->arena, "results", name, ".db");
    if (file_make_directory("results", err) == 0 &&
        store_open(path, STORE_CREATE, &store, err) == 0 &&
        import_domainbed_store(&import, store, err) == 0) {
        import_findings_write(&import.findings, &t);
        say_page(stdout, t.s);
        say(stdout, "%d job%s in %s; see: rgdbench table %s layout=domainbed\n",
            import.plan.n_runs, import.plan.n_runs == 1 ? "" : "s", path, name);
        result = 0;
    }
    text_release(&t);
    return store_leave(store, result, err);
}
