/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/source/sums.h"

#include <string.h>

enum { MD5_DIGITS = 32, SHA256_DIGITS = 64 };

static size_t count_digits(const char *line)
{
    return strspn(line, "0123456789abcdef");
}

/* The file's name in a line "SUM  NAME" or "SUM *NAME"; NULL where it is none. */
static const char *name_in(const char *line)
{
    size_t n = count_digits(line);

    if ((n != MD5_DIGITS && n != SHA256_DIGITS) || line[n] != ' ' ||
        (line[n + 1] != ' ' && line[n + 1] != '*') || !line[n + 2])
        return NULL;
    return line + n + 2;
}

/* Is `name` all of `path`, or its last parts? */
static bool is_end(const char *name, const char *path)
{
    size_t n = strlen(name), n_path = strlen(path);

    return n <= n_path && strcmp(path + n_path - n, name) == 0 &&
           (n == n_path || path[n_path - n - 1] == '/');
}

static bool is_file(const struct dataset_source *source, const char *name)
{
    static const char *const keys[] = {"train", "test"};

    for (int k = 0; k < 2; k++) {
        const struct value *list = settings_find(source->description, keys[k]);

        for (int i = 0; list && list->kind == VALUE_LIST && i < list->n_items; i++)
            if (list->items[i].kind == VALUE_STRING && is_end(name, list->items[i].string))
                return true;
    }
    return false;
}

static int check_lines(const struct dataset_source *source, const struct value *lines,
                       struct error *err)
{
    for (int i = 0; i < lines->n_items; i++) {
        const char *name = name_in(lines->items[i].string);

        if (!name)
            return error_set(err, "item %d of \"sums\" in its description is not a line as sha256sum "
                                  "or md5sum prints it, SUM  NAME", i + 1);
        if (!is_file(source, name))
            return error_set(err, "\"sums\" in its description names \"%s\", which is no file of "
                                  "train or test", name);
    }
    return 0;
}

static int check_file(const struct dataset_source *source, const struct dataset_file *file,
                      const char *line, struct error *err)
{
    size_t n = count_digits(line);
    struct hash h;
    char hex[HASH_HEX_SIZE];

    hash_init(&h, n == MD5_DIGITS ? HASH_MD5 : HASH_SHA256);
    hash_update(&h, file->bytes, file->size);
    hash_hex(&h, hex);
    if (strncmp(hex, line, n) == 0)
        return 0;
    return error_set(err, "\"%s\" has %s %s, but %.*s was published: it is damaged, or another file; "
                          "if it is meant, change sums in datasets/%s.lua", file->name,
                     n == MD5_DIGITS ? "MD5" : "SHA-256", hex, (int)n, line, source->name);
}

int sums_check(const struct dataset *d, const struct dataset_source *source, struct error *err)
{
    const struct value *lines;
    int result = 0;

    if (!settings_find(source->description, "sums"))
        return 0;
    if (dataset_find_list(source, "sums", &lines, err) < 0 || check_lines(source, lines, err) < 0)
        return -1;
#pragma omp parallel for schedule(dynamic)
    for (int f = 0; f < d->n_files; f++)
        for (int i = 0; i < lines->n_items; i++) {
            struct error own;

            if (!is_end(name_in(lines->items[i].string), d->files[f].name) ||
                check_file(source, &d->files[f], lines->items[i].string, &own) == 0)
                continue;
#pragma omp critical
            {
                result = -1;
                *err = own;
            }
        }
    return result;
}
