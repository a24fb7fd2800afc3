/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Archives, good and hostile, are made here by libarchive itself. Every test
 * works in root/, unpacks into root/in and looks that root/ holds nothing else.
 */
#include "data/archive.h"

#include "base/file.h"

#include <archive.h>
#include <archive_entry.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

enum { MEMBER_SIZE = 100000 };

struct place {
    char root[64], in[80], archive[80], outside[80];
};

struct member {
    const char *path;
    int type;           /* AE_IFREG ... */
    const char *target; /* of a link */
    int fill;
};

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path);
}

static int setup(void **state)
{
    struct place *p = calloc(1, sizeof *p);

    strcpy(p->root, "/tmp/rgdbench-test-XXXXXX");
    if (!mkdtemp(p->root))
        return -1;
    snprintf(p->in, sizeof p->in, "%s/in", p->root);
    snprintf(p->archive, sizeof p->archive, "%s/a", p->root);
    snprintf(p->outside, sizeof p->outside, "%s/evil", p->root);
    *state = p;
    return mkdir(p->in, 0777);
}

static int teardown(void **state)
{
    struct place *p = *state;
    int result = nftw(p->root, remove_one, 8, FTW_DEPTH | FTW_PHYS);

    free(p);
    return result;
}

/* Bytes that gzip cannot make small, so that a cut falls into the data. */
static void fill_bytes(unsigned char *bytes, int fill)
{
    uint32_t x = (uint32_t)fill + 1;

    for (int i = 0; i < MEMBER_SIZE; i++) {
        x = x * 1664525 + 1013904223;
        bytes[i] = (unsigned char)(x >> 24);
    }
}

/* The list ends in a member without path. */
static void make_archive(const struct place *p, bool is_zip, const struct member *members)
{
    static unsigned char bytes[MEMBER_SIZE];
    struct archive *a = archive_write_new();

    if (is_zip) {
        assert_int_equal(archive_write_set_format_zip(a), ARCHIVE_OK);
    } else {
        assert_int_equal(archive_write_set_format_pax_restricted(a), ARCHIVE_OK);
        assert_int_equal(archive_write_add_filter_gzip(a), ARCHIVE_OK);
    }
    assert_int_equal(archive_write_open_filename(a, p->archive), ARCHIVE_OK);
    for (const struct member *m = members; m->path; m++) {
        struct archive_entry *entry = archive_entry_new();

        archive_entry_set_pathname(entry, m->path);
        archive_entry_set_perm(entry, 0777);
        archive_entry_set_filetype(entry, (unsigned)m->type);
        if (m->target && m->type == AE_IFLNK)
            archive_entry_set_symlink(entry, m->target);
        else if (m->target)
            archive_entry_set_hardlink(entry, m->target);
        else if (m->type == AE_IFREG)
            archive_entry_set_size(entry, MEMBER_SIZE);
        assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
        if (m->type == AE_IFREG && !m->target) {
            fill_bytes(bytes, m->fill);
            assert_int_equal(archive_write_data(a, bytes, sizeof bytes), MEMBER_SIZE);
        }
        archive_entry_free(entry);
    }
    assert_int_equal(archive_write_close(a), ARCHIVE_OK);
    archive_write_free(a);
}

static int n_files, n_others;

static int count_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)path, (void)ftw;
    if (kind == FTW_F && S_ISREG(st->st_mode))
        n_files++;
    else if (kind != FTW_D)
        n_others++;
    return 0;
}

/* In all of root, the archive aside: so many regular files, and no link or device. */
static void expect_files(const struct place *p, int n)
{
    n_files = n_others = 0;
    assert_int_equal(nftw(p->root, count_one, 8, FTW_PHYS), 0);
    assert_int_equal(n_files, n + 1);
    assert_int_equal(n_others, 0);
    assert_false(file_exists(p->outside));
}

static void expect_content(const struct place *p, const char *name, int fill)
{
    static unsigned char bytes[MEMBER_SIZE];
    char path[200];
    struct file_map map;
    struct error err;

    snprintf(path, sizeof path, "%s/%s", p->in, name);
    assert_int_equal(file_map_open(path, &map, &err), 0);
    fill_bytes(bytes, fill);
    assert_int_equal(map.size, MEMBER_SIZE);
    assert_memory_equal(map.bytes, bytes, MEMBER_SIZE);
    file_map_close(&map);
}

/* Unpacking one member fails, and the message has `part`. */
static void expect_failure(const struct place *p, const char *wanted, const char *part)
{
    const char *const list[] = {wanted, NULL};
    struct error err;

    assert_int_equal(archive_unpack(p->archive, p->in, list, &err), -1);
    if (!strstr(err.text, part))
        fail_msg("\"%s\" lacks \"%s\"", err.text, part);
    assert_null(strchr(err.text, '\n'));
}

static void test_takes_what_is_wanted(void **state)
{
    static const struct member members[] = {
        {"set", AE_IFDIR, NULL, 0},         {"set/one.bin", AE_IFREG, NULL, 1},
        {"set/other.bin", AE_IFREG, NULL, 2}, {"set/deep/two.bin", AE_IFREG, NULL, 3},
        {NULL, 0, NULL, 0},
    };
    static const char *const wanted[] = {"set/deep/two.bin", "set/one.bin", NULL};
    const struct place *p = *state;
    struct error err;

    for (int is_zip = 0; is_zip < 2; is_zip++) { /* the second time over what is there */
        make_archive(p, is_zip, members);
        assert_int_equal(archive_unpack(p->archive, p->in, wanted, &err), 0);
        expect_content(p, "set/one.bin", 1);
        expect_content(p, "set/deep/two.bin", 3);
        expect_files(p, 2);
    }
}

static void test_names_that_lead_out(void **state)
{
    const struct place *p = *state;
    const char *const bad[] = {"../evil", "set/../../evil", "", p->outside, "..\\evil"};
    static const char *const wanted[] = {"good.bin", NULL};
    char good[100];
    struct error err;

    snprintf(good, sizeof good, "%s/good.bin", p->in);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct member members[] = {
            {bad[i][0] ? bad[i] : "x", AE_IFREG, NULL, 1},
            {"good.bin", AE_IFREG, NULL, 2},
            {NULL, 0, NULL, 0},
        };

        make_archive(p, false, members);
        expect_failure(p, bad[i], "plain relative path");
        expect_files(p, 0);
        if (archive_unpack(p->archive, p->in, wanted, &err) == 0) { /* or refused as a whole */
            expect_content(p, "good.bin", 2);
            expect_files(p, 1);
            unlink(good);
        }
    }
}

static void test_file_through_a_link(void **state)
{
    const struct place *p = *state;
    const struct member members[] = {
        {"set", AE_IFLNK, p->root, 0}, {"set/evil", AE_IFREG, NULL, 1}, {NULL, 0, NULL, 0}};
    static const char *const wanted[] = {"set/evil", NULL};
    struct error err;

    make_archive(p, false, members);
    assert_int_equal(archive_unpack(p->archive, p->in, wanted, &err), 0);
    expect_content(p, "set/evil", 1); /* in a folder, not through the link */
    expect_files(p, 1);
}

static void test_wanted_is_no_file(void **state)
{
    static const struct member members[] = {
        {"symbolic", AE_IFLNK, "/etc/passwd", 0}, {"file", AE_IFREG, NULL, 1},
        {"hard", AE_IFREG, "file", 0},            {"pipe", AE_IFIFO, NULL, 0},
        {"folder", AE_IFDIR, NULL, 0},            {NULL, 0, NULL, 0},
    };
    const struct place *p = *state;

    make_archive(p, false, members);
    expect_failure(p, "symbolic", "symbolic");
    expect_failure(p, "hard", "hard");
    expect_failure(p, "pipe", "pipe");
    expect_failure(p, "folder", "folder");
    expect_files(p, 0);
}

static void test_damaged(void **state)
{
    static const struct member members[] = {{"one.bin", AE_IFREG, NULL, 1}, {NULL, 0, NULL, 0}};
    static const off_t sizes[] = {0, 5, 1000, 60000};
    const struct place *p = *state;

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        make_archive(p, false, members);
        assert_int_equal(truncate(p->archive, sizes[i]), 0);
        expect_failure(p, "one.bin", p->archive);
        expect_files(p, 0);
    }
}

static void test_absent(void **state)
{
    static const struct member members[] = {{"one.bin", AE_IFREG, NULL, 1}, {NULL, 0, NULL, 0}};
    const struct place *p = *state;
    static const char *const wanted[] = {"one.bin", NULL};
    struct error err;

    make_archive(p, false, members);
    expect_failure(p, "two.bin", "\"two.bin\"");
    expect_files(p, 0);
    assert_int_equal(archive_unpack(p->outside, p->in, wanted, &err), -1);
    assert_non_null(strstr(err.text, p->outside));
}

static void test_twice(void **state)
{
    static const struct member members[] = {
        {"one.bin", AE_IFREG, NULL, 1}, {"one.bin", AE_IFREG, NULL, 2}, {NULL, 0, NULL, 0}};
    const struct place *p = *state;

    make_archive(p, false, members);
    expect_failure(p, "one.bin", "twice");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_takes_what_is_wanted, setup, teardown),
        cmocka_unit_test_setup_teardown(test_names_that_lead_out, setup, teardown),
        cmocka_unit_test_setup_teardown(test_file_through_a_link, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wanted_is_no_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_damaged, setup, teardown),
        cmocka_unit_test_setup_teardown(test_absent, setup, teardown),
        cmocka_unit_test_setup_teardown(test_twice, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
