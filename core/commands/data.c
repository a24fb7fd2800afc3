/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "commands/command.h"
#include "data/source/download.h"
#include "os/say.h"
#include "script/script.h"

#include <string.h>

static void print_data_set(const struct dataset_source *source, struct arena *arena)
{
    const char *missing;
    bool is_present = dataset_is_present(source, arena, &missing);

    say(stdout, "  %-15s %-7s  %s\n", source->name, is_present ? "present" : "absent",
        settings_string(source->description, "doc"));
}

/* Reads it, if its description names checksums. */
static int check_sums(const struct dataset_source *source, struct arena *arena, struct error *err)
{
    const struct component *format = component_find(
        &dataset_format_kind, settings_string(source->description, "format"), err);
    struct settings s;
    struct dataset d;

    if (!format || !settings_find(source->description, "sums"))
        return format ? 0 : -1;
    settings_init(&s, arena);
    component_defaults(format, "data", &s);
    if (dataset_open(&d, source, &s, err) < 0)
        return -1;
    dataset_close(&d);
    say(stdout, "its files have the checksums that were published\n");
    return 0;
}

static int fetch(const struct dataset_source *source, bool allows_http, struct arena *arena,
                 struct error *err)
{
    const char *missing;

    if (dataset_is_present(source, arena, &missing)) {
        say(stdout, "data set \"%s\" is present\n", source->name);
    } else {
        if (download_dataset(source, allows_http, arena, err) < 0)
            return error_context(err, "data set \"%s\"", source->name);
        say(stdout, "data set \"%s\" is now under %s\n", source->name, source->root);
    }
    return check_sums(source, arena, err);
}

int command_data(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    const struct data_description *data;
    const char **names;
    int n;

    (void)ret_status;
    if (script_load_data("datasets", in->arena, &data, &n, err) < 0)
        return -1;
    names = arena_alloc(in->arena, (size_t)(n + 1) * sizeof *names);
    if (in->n_words == 0)
        say(stdout, "data root: %s\n", in->data_root ? in->data_root : "none; set RGDBENCH_DATA");
    for (int i = 0; i < n; i++) {
        struct dataset_source source = {data[i].name, in->data_root, &data[i].settings, NULL};

        names[i] = data[i].name;
        if (in->n_words == 0)
            print_data_set(&source, in->arena);
        else if (strcmp(in->words[0], data[i].name) == 0)
            return fetch(&source, in->allows_http, in->arena, err);
    }
    return in->n_words ? text_unknown(err, "data set", in->words[0], names) : 0;
}
