/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fetch-weights: published weights, into the data root. */
#include "commands/command.h"
#include "learn/weights_source.h"
#include "os/say.h"

static void print_all(const struct invocation *in)
{
    say(stdout, "data root: %s\n", in->data_root ? in->data_root : "none; set RGDBENCH_DATA");
    for (const struct weights_source *s = weights_sources; s->name; s++) {
        bool is_present = in->data_root && weights_source_is_present(s, in->data_root, in->arena);

        say(stdout, "  %-15s %-7s  %s\n", s->name, is_present ? "present" : "absent", s->doc);
    }
}

static int fetch(const struct invocation *in, struct error *err)
{
    const char *const *words = in->words;
    const struct weights_source *source;

    if (in->n_words == 3)
        return weights_source_download(words[0], words[1], words[2], in->allows_http, in->data_root, in->arena,
                                       err);
    source = weights_source_find(words[0], err);
    if (!source)
        return -1;
    return weights_source_fetch(source, in->data_root, in->python ? in->python : "python3", in->arena, err);
}

int command_fetch_weights(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    (void)ret_status;
    if (in->n_words == 0) {
        print_all(in);
        return 0;
    }
    if (in->n_words == 2)
        return error_set(err, "fetch-weights takes NAME, or NAME URL SHA256; \"%s\" is one of these",
                         in->words[1]);
    if (!in->data_root)
        return error_set(err, "no data root: set RGDBENCH_DATA to the folder that shall hold it");
    if (fetch(in, err) < 0)
        return error_context(err, "weights \"%s\"", in->words[0]);
    say(stdout, "weights \"%s\" have their SHA-256, in \"%s\": model.init = \"weights/%s\"\n", in->words[0],
        weights_source_folder(in->data_root, in->words[0], in->arena), in->words[0]);
    return 0;
}
