/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char folder[] = "/tmp/rgdbench-archive-XXXXXX";
static char tar[64], out[64];

struct member {
    const char *path, *text, *link; /* link: a symbolic link to it */
};

static void make_tar(const struct member *members)
{
    struct archive *a = archive_write_new();

    archive_write_set_format_ustar(a);
    archive_write_add_filter_gzip(a);
    assert_int_equal(archive_write_open_filename(a, tar), ARCHIVE_OK);
    for (; members->path; members++) {
        struct archive_entry *e = archive_entry_new();

        archive_entry_set_pathname(e, members->path);
        archive_entry_set_perm(e, 0644);
        archive_entry_set_filetype(e, members->link ? AE_IFLNK : AE_IFREG);
        if (members->link)
            archive_entry_set_symlink(e, members->link);
        else
            archive_entry_set_size(e, (la_int64_t)strlen(members->text));
        assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
        if (!members->link)
            archive_write_data(a, members->text, strlen(members->text));
        archive_entry_free(e);
    }
    archive_write_free(a);
}

static int unpack(const char *wanted, struct error *err)
{
    const char *list[] = {wanted, NULL};

    return archive_unpack(tar, out, list, err);
}

static int n_files(const char *path)
{
    DIR *dir = opendir(path);
    int n = 0;

    while (dir && readdir(dir))
        n++;
    if (dir)
        closedir(dir);
    return n ? n - 2 : 0; /* without . and .. */
}

static void test_good(void **state)
{
    static const struct member members[] = {{"d/a.bin", "hello", NULL}, {"d/b", "x", NULL}, {0}};
    struct error err;
    char path[100], text[10] = "";
    FILE *f;

    (void)state;
    make_tar(members);
    assert_int_equal(unpack("d/a.bin", &err), 0);
    snprintf(path, sizeof path, "%s/d/a.bin", out);
    f = fopen(path, "r");
    assert_non_null(f);
    assert_non_null(fgets(text, sizeof text, f));
    fclose(f);
    assert_string_equal(text, "hello");
    snprintf(path, sizeof path, "%s/d", out);
    assert_int_equal(n_files(path), 1); /* what was not asked for is not there */
}

static void test_hostile(void **state)
{
    static const struct member members[] = {{"../evil", "x", NULL},
                                            {"/tmp/rgdbench-evil", "x", NULL},
                                            {"link", NULL, "/etc/passwd"},
                                            {"twice", "1", NULL},
                                            {"twice", "2", NULL},
                                            {0}};
    struct error err;
    char path[100];

    (void)state;
    make_tar(members);
    assert_int_equal(unpack("../evil", &err), -1);
    assert_non_null(strstr(err.text, "not a plain relative path"));
    assert_int_equal(unpack("/tmp/rgdbench-evil", &err), -1);
    assert_int_equal(unpack("link", &err), -1);
    assert_non_null(strstr(err.text, "not a regular file"));
    assert_int_equal(unpack("twice", &err), -1);
    assert_int_equal(unpack("absent", &err), -1);
    assert_non_null(strstr(err.text, "\"absent\" is not in it"));
    snprintf(path, sizeof path, "%s/evil", folder);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(access("/tmp/rgdbench-evil", F_OK), -1);
}

static void test_truncated(void **state)
{
    static char text[200001];
    static const struct member members[] = {{"big", text, NULL}, {0}};
    struct error err;
    struct stat st;
    char path[100];

    (void)state;
    for (int i = 0; i < 200000; i++)
        text[i] = (char)('a' + (i * i / 7) % 23);
    make_tar(members);
    assert_int_equal(stat(tar, &st), 0);
    assert_int_equal(truncate(tar, st.st_size / 2), 0);
    assert_int_equal(unpack("big", &err), -1);
    assert_non_null(strstr(err.text, "damaged"));
    snprintf(path, sizeof path, "%s/big", out);
    assert_int_equal(access(path, F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_truncated),
    };
    char command[100];
    int failed;

    if (!mkdtemp(folder))
        return 1;
    snprintf(tar, sizeof tar, "%s/t.tar.gz", folder);
    snprintf(out, sizeof out, "%s/out", folder);
    mkdir(out, 0777);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) != 0 || failed;
}
