/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "commands/data/data_describe.h"
#include "commands/data/data_init.h"
#include "commands/project.h"
#include "data/source/download.h"
#include "os/say.h"
#include "script/script.h"

static void print_data_set(const struct dataset_source *source, struct arena *arena)
{
    const char *missing;
    bool is_present = dataset_is_present(source, arena, &missing);

    say(stdout, "  %-15s %-7s  %s\n", source->name, is_present ? "present" : "absent",
        settings_string(source->description, "doc"));
}

/* Fetches it where it is absent and can be had; says what it is, or what is in the way. */
static int show(const struct dataset_source *source, bool allows_http, struct arena *arena, struct error *err)
{
    const char *missing;
    struct dataset d;

    if (dataset_is_present(source, arena, &missing)) {
        say(stdout, "data set \"%s\" is present\n", source->name);
    } else if (settings_find(source->description, "archive")) {
        if (download_dataset(source, allows_http, arena, err) < 0)
            return error_context(err, "data set \"%s\"", source->name);
        say(stdout, "data set \"%s\" is now under %s\n", source->name, source->root);
    }
    if (project_open_data(source, true, arena, &d, err) < 0)
        return -1;
    if (settings_find(source->description, "sums"))
        say(stdout, "its files have the checksums that were published\n");
    data_describe(&d, source);
    dataset_close(&d);
    return 0;
}

static int print_all(const struct invocation *in, struct error *err)
{
    const struct data_description *data;
    int n;

    if (script_load_data("datasets", in->arena, &data, &n, err) < 0)
        return -1;
    say(stdout, "data root: %s\n", in->data_root ? in->data_root : "none; set RGDBENCH_DATA");
    for (int i = 0; i < n; i++) {
        struct dataset_source source = {data[i].name, in->data_root, &data[i].settings, NULL};

        if (data[i].broken)
            say(stdout, "  %-15s %-7s  %s\n", data[i].name, "broken", data[i].broken);
        else
            print_data_set(&source, in->arena);
    }
    return 0;
}

int command_data(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    struct dataset_source source;

    (void)ret_status;
    if (in->is_init)
        return in->n_words ? data_init(in, err) : error_set(err, "data --init needs a file or a folder");
    if (in->n_words > 1)
        return error_set(err, "data takes one NAME; \"%s\" is one more", in->words[1]);
    if (in->n_words == 0)
        return print_all(in, err);
    return project_find_data(in, in->words[0], &source, err) < 0 ? -1 : show(&source, in->allows_http, in->arena, err);
}
