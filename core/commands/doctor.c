/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "commands/command.h"
#include "data/dataset.h"
#include "learn/platform.h"
#include "os/say.h"
#include "script/script.h"
#include "text/unicode.h"
#include "work/environment.h"

#include <string.h>
#include <sys/statvfs.h>

static void print_environment(void)
{
    struct arena arena = {0};
    struct settings s;

    settings_init(&s, &arena);
    environment_read(&s);
    for (int i = 0; i < s.n_items; i++)
        say(stdout, "%-15s %s\n", s.items[i].name,
            s.items[i].value.kind == VALUE_STRING ? s.items[i].value.string
                                                  : value_text(&arena, &s.items[i].value));
    arena_release(&arena);
}

static int print_data(const struct invocation *in, struct error *err)
{
    const struct data_description *data;
    const char *missing;
    int n;

    if (script_load_data("datasets", in->arena, &data, &n, err) < 0)
        return -1;
    say(stdout, "%-15s %s\n", "data root",
        in->data_root ? in->data_root : "none; set RGDBENCH_DATA");
    for (int i = 0; i < n; i++) {
        struct dataset_source source = {data[i].name, in->data_root, &data[i].settings, NULL};

        if (data[i].broken)
            say(stdout, "%-15s %s: %s\n", "broken data set", data[i].name, data[i].broken);
        else if (dataset_is_present(&source, in->arena, &missing))
            say(stdout, "%-15s %s\n", "data set", data[i].name);
        else
            say(stdout, "%-15s %s%s%s\n", "no data set", data[i].name, missing ? ", missing " : "",
                missing ? missing : "");
    }
    return 0;
}

static void print_disk(void)
{
    struct statvfs disk;

    if (statvfs("results", &disk) == 0 || statvfs(".", &disk) == 0)
        say(stdout, "%-15s %.1f GB free for results/\n", "disk",
            1e-9 * (double)disk.f_bavail * (double)disk.f_frsize);
}

int command_doctor(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    const char *numeric = in->n_words ? in->words[0] : "portable";

    (void)ret_status;
    if (platform_enter(numeric, 1, err) < 0)
        return -1;
    print_environment();
    say(stdout, "%-15s %s: the same bits on any number of threads; %.0f GFLOP/s on one core\n",
        "numbers", numeric, platform_peak());
    say(stdout, "%-15s %s\n", "text", unicode_version());
    print_disk();
    return print_data(in, err);
}
