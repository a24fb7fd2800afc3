/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "commands/data/data_init.h"

#include "commands/data/data_describe.h"
#include "commands/project.h"
#include "os/say.h"
#include "script/script.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Can a script call it so? */
static int check_name(const char *name, struct error *err)
{
    bool is_word = *name && !isdigit((unsigned char)*name);

    for (const char *c = name; *c; c++)
        is_word &= isalnum((unsigned char)*c) || *c == '_';
    if (!is_word || !text_is_name(name))
        return error_set(err, "\"%s\" is not a name of letters, digits and \"_\" that begins with no digit", name);
    return script_check_name(name, err);
}

/* "My data-2.csv" is called my_data_2. */
static const char *make_name(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path, *dot = strrchr(base, '.');
    size_t length = dot && dot > base ? (size_t)(dot - base) : strlen(base);
    char *name = arena_printf(arena, "%s%.*s", isdigit((unsigned char)*base) ? "data_" : "",
                              (int)(length < 40 ? length : 40), base);

    for (char *c = name; *c; c++)
        *c = isalnum((unsigned char)*c) ? (char)tolower((unsigned char)*c) : '_';
    return name;
}

/* The data root and the path below it: the one that was named, where the file is there; else its own folder. */
static int find_place(const struct invocation *in, const char *real, struct data_init *init)
{
    char folder[FILE_FOLDER_SIZE];
    char *root = in->data_root ? realpath(in->data_root, NULL) : NULL;
    size_t length = root ? strlen(root) : 0;
    bool is_below = root && strncmp(real, root, length) == 0 && real[length] == '/';

    if (is_below) {
        init->root = in->data_root;
        init->path = arena_strdup(in->arena, real + length + 1);
    } else {
        file_folder(real, folder);
        init->root = arena_strdup(in->arena, folder);
        init->path = arena_strdup(in->arena, strrchr(real, '/') + 1);
    }
    free(root);
    return is_below;
}

/* Features need no guess: their description has two lines. */
static int check_features(const char *file, struct error *err)
{
    const char *dot = strrchr(file, '.');

    if (!dot || strcasecmp(dot, ".safetensors") != 0)
        return 0;
    return error_set(err, "\"%s\" is no table: of features a description says format = \"features\" (or "
                          "\"environment_features\") and file = \"...\" (docs/GUIDE.md, Features of any network)", file);
}

static int check_free(const char *path, const char *file, struct error *err)
{
    return file_exists(path) ? error_set(err, "\"%s\" is there already: give another name, as in `rgdbench data --init %s "
                                              "NAME`", path, file)
                             : 0;
}

static void tell_next(const struct invocation *in, const struct data_init *init, bool is_below)
{
    struct text place = {0};

    if (!is_below)
        text_add_quoted(&place, init->root);
    say(stdout, "\nThen, when %s and %s are as you want them:\n",
        project_path(in->arena, "datasets", init->name, ".lua"), project_path(in->arena, "experiments", init->name, ".lua"));
    say(stdout, "  make data NAME=%s%s%s\n", init->name, is_below ? "" : " DATA=", is_below ? "" : place.s);
    say(stdout, "  make sweep EXP=%s%s%s\n", init->name, is_below ? "" : " DATA=", is_below ? "" : place.s);
    say(stdout, "  make table EXP=%s\n", init->name);
    text_release(&place);
}

/* Writes both files, and shows what the description makes of the data. */
static int write_both(const struct invocation *in, const struct data_init *init, const struct text *description,
                      struct error *err)
{
    const char *data = project_path(in->arena, "datasets", init->name, ".lua");
    const char *script = project_path(in->arena, "experiments", init->name, ".lua");
    struct dataset_source source;
    struct invocation at_place = *in;
    struct text experiment = {0};
    struct dataset d;
    int result;

    data_init_experiment(init, &experiment);
    result = file_write(data, description->s, description->size, err) < 0 ||
                     file_write(script, experiment.s, experiment.size, err) < 0
                 ? -1
                 : 0;
    text_release(&experiment);
    if (result < 0)
        return -1;
    for (int i = 0; i < init->n_notes; i++)
        say(stdout, "note: %s\n", init->notes[i]);
    at_place.data_root = init->root;
    if (project_find_data(&at_place, init->name, &source, err) < 0 ||
        project_open_data(&source, true, in->arena, &d, err) < 0)
        return error_context(err, "%s and %s are written, and have to be edited", data, script);
    say(stdout, "wrote %s and %s: what was found, to be read and edited\n", data, script);
    data_describe(&d, &source);
    dataset_close(&d);
    return 0;
}

int data_init(const struct invocation *in, struct error *err)
{
    const char *file = in->words[0];
    struct data_init init = {.name = in->n_words > 1 ? in->words[1] : make_name(in->arena, file)};
    struct text description = {0};
    char *real = realpath(file, NULL);
    bool is_below = false;
    int result = -1;

    if (!real)
        return error_set(err, "there is no file or folder \"%s\"", file);
    if (!file_is_directory("datasets") || !file_is_directory("experiments"))
        error_set(err, "there are no folders \"datasets\" and \"experiments\" here; run this in the project's folder");
    else if (check_features(real, err) < 0)
        result = -1;
    else if (check_name(init.name, err) < 0)
        error_set(err, "%s; another: rgdbench data --init %s NAME", err->text, file);
    else if (check_free(project_path(in->arena, "datasets", init.name, ".lua"), file, err) == 0 &&
             check_free(project_path(in->arena, "experiments", init.name, ".lua"), file, err) == 0) {
        is_below = find_place(in, real, &init);
        result = file_is_directory(real) ? data_init_folder(real, &init, in->arena, &description, err)
                                         : data_init_table(real, &init, in->arena, &description, err);
    }
    if (result == 0)
        result = write_both(in, &init, &description, err);
    if (result == 0)
        tell_next(in, &init, is_below);
    text_release(&description);
    free(real);
    return result;
}
