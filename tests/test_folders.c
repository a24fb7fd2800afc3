/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Layouts of folders of pictures: found by looking, or stated; what is strange in them is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "pictures_fixture.h"

extern const struct dataset_format dataset_format_folders, dataset_format_pictures;

/* As dataset_open does it, but for its demand of a test part, which a run draws where there is none. */
static int load(struct root *r, struct dataset *d, struct error *err)
{
    struct dataset_source source = {"tested", r->path, &r->description, NULL};
    bool is_plain = strcmp(settings_string(&r->description, "format"), "pictures") == 0;
    void *config;

    *d = (struct dataset){.name = "tested",
                          .format = is_plain ? &dataset_format_pictures : &dataset_format_folders};
    if (component_configure(&d->format->component, "data", &r->settings, &d->arena, &config, err) == 0 &&
        d->format->load(d, &source, config, err) == 0)
        return 0;
    dataset_close(d);
    return -1;
}

/* The reference pictures, in turn, as the files of a list that ends in NULL. */
static struct root *make_files(const char *format, const char *const *names)
{
    struct root *r = make_empty_root(format);

    for (int i = 0; names[i]; i++)
        write_picture(r, names[i], i % 10);
    return r;
}

#define FILES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void loads(struct root *r, struct dataset *d)
{
    struct error err;

    if (load(r, d, &err) < 0)
        fail_msg("%s", err.text);
}

static void says(const char *text, const char *part)
{
    if (!text || !strstr(text, part))
        fail_msg("\"%s\" does not say \"%s\"", text ? text : "(nothing)", part);
}

static void fails(struct root *r, const char *part)
{
    struct dataset d;
    struct error err;

    if (load(r, &d, &err) == 0)
        fail_msg("read, in place of \"%s\"", part);
    says(err.text, part);
}

/* Example i of the pool is reference picture k, of that label. */
static void is_picture(const struct pool *pool, int i, int k, int label)
{
    assert_int_equal(pool->labels[i], label);
    assert_true(weigh(pool->values[0].bytes[i], 3 * SMALL * SMALL) == reference_pictures[k].resized_sums[0]);
}

static void test_classes(void **state)
{
    struct root *r = make_files("pictures", FILES("dog/1.png", "dog/2.jpg", "cat/1.webp"));
    struct dataset d;

    (void)state;
    loads(r, &d);
    assert_int_equal(d.train.n, 3);
    assert_int_equal(d.test.n, 0);
    assert_int_equal(d.n_validation, 0);
    assert_int_equal(d.n_groups, 0);
    assert_int_equal(d.n_classes, 2);
    assert_string_equal(d.class_names[0], "cat");
    is_picture(&d.train, 0, 2, 0);
    is_picture(&d.train, 1, 0, 1);
    is_picture(&d.train, 2, 1, 1);
    assert_string_equal(d.note, "read as ROOT/CLASS/PICTURE");
    dataset_close(&d);

    settings_set(&r->description, "format", value_string("folders"));
    fails(r, "/set\" is ROOT/CLASS/PICTURE: format = \"pictures\" reads it; \"folders\" is "
             "ROOT/ENVIRONMENT/CLASS/PICTURE");
    free_root(r);
}

static void test_parts(void **state)
{
    struct root *r = make_files("pictures", FILES("test/cat/a.png", "test/dog/a.png", "train/cat/a.png",
                                                  "train/dog/a.png", "train/dog/b.png", "val/dog/a.png"));
    struct dataset_source source = {"tested", r->path, &r->description, NULL};
    struct dataset d;
    struct error err;
    char digest[HASH_HEX_SIZE];

    (void)state;
    if (dataset_open(&d, &source, &r->settings, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(d.train.n, 4);
    assert_int_equal(d.n_validation, 1);
    assert_int_equal(d.test.n, 2);
    is_picture(&d.train, 0, 2, 0);
    is_picture(&d.train, 1, 3, 1);
    is_picture(&d.train, 2, 4, 1);
    is_picture(&d.train, 3, 5, 1); /* of val/ */
    is_picture(&d.test, 0, 0, 0);
    is_picture(&d.test, 1, 1, 1);
    says(d.note, "\"train\" is the training part, \"val\" validation, \"test\" the test part; \"val\" lacks "
                 "classes \"cat\" (in \"train\")");
    strcpy(digest, d.digest);
    dataset_close(&d);

    /* Under other names the same data; without val/ among the validation part others. */
    assert_int_equal(system("mv set/train set/Training; mv set/val set/Dev; mv set/test set/TESTING"), 0);
    assert_int_equal(dataset_open(&d, &source, &r->settings, &err), 0);
    assert_string_equal(d.digest, digest);
    dataset_close(&d);
    assert_int_equal(system("mv set/Dev/dog/a.png set/Training/dog/c.png; rm -r set/Dev"), 0);
    assert_int_equal(dataset_open(&d, &source, &r->settings, &err), 0);
    assert_int_equal(d.train.n, 4);
    assert_int_equal(d.n_validation, 0);
    assert_string_not_equal(d.digest, digest);
    dataset_close(&d);

    /* What validates elsewhere is the test part where there is no other. */
    assert_int_equal(system("mv set/TESTING set/val"), 0);
    loads(r, &d);
    assert_int_equal(d.test.n, 2);
    assert_int_equal(d.n_validation, 0);
    says(d.note, "\"Training\" is the training part, \"val\" the test part");
    dataset_close(&d);

    assert_int_equal(system("cp -r set/val set/Validation"), 0);
    fails(r, "has both \"Validation\" and \"val\", which are the same part");
    assert_int_equal(system("rm -r set/Val* set/val"), 0);
    loads(r, &d); /* train/ alone: a test part is drawn, as without parts */
    assert_int_equal(d.test.n, 0);
    dataset_close(&d);
    free_root(r);
}

/* What could be read in two ways names both; to say which is enough. */
static void test_ambiguous(void **state)
{
    const struct {
        const char *format, *const *files, *error, *layout;
    } cases[] = {
        {"pictures", FILES("a/x/1.png", "a/y/1.png", "b/x/1.png"),
         "is ROOT/ENVIRONMENT/CLASS/PICTURE: format = \"folders\" reads it, or format = \"pictures\" one "
         "environment alone, as folder = \"set/ENVIRONMENT\"", NULL},
        {"pictures", FILES("train/x/1.png", "train/y/1.png", "more/x/1.png"),
         "has \"train\", which is called as a part, and \"more\", which is none (those are train, val and test): say "
         "layout = \"parts\", or \"environments\"", "parts"},
        {"folders", FILES("photo/x/1.png", "photo/y/1.png", "test/x/1.png"),
         "has \"test\", which is called as a part, and \"photo\", which is none", "environments"},
        {"folders", FILES("train/x/1.png", "train/y/1.png", "test/x/1.png"),
         "could be train/, val/ and test/ of one data set, which format = \"pictures\" reads, or environments",
         "environments"},
        {"pictures", FILES("a/1.png", "b/1.png", "train/x/1.png"),
         "could be ROOT/CLASS/PICTURE, as \"a\" holds pictures, or have classes one folder deeper, as \"train\" "
         "holds folders", NULL},
        {"pictures", FILES("a/1.png", "b/1.png", "b/x/1.png"),
         "/b\" holds pictures and folders: it could be a class, which has pictures only, or an environment or a "
         "part", NULL},
        {"pictures", FILES("train/1.png", "test/1.png"),
         "/test\" holds pictures: it could be a part without folders of classes, which none can be read of, or a "
         "class of this name (layout = \"classes\")", "classes"},
        {"pictures", FILES("val/x/1.png", "test/x/1.png"),
         "has \"test\" and no train: it could be a part, or an environment of this name", NULL},
        {"pictures", FILES("1.png", "2.png"), "has no folders with pictures, which are its classes, or with "
         "folders of classes", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct root *r = make_files(cases[i].format, cases[i].files);
        struct dataset d;

        fails(r, cases[i].error);
        if (cases[i].layout) {
            settings_set(&r->description, "layout", value_string(cases[i].layout));
            loads(r, &d);
            dataset_close(&d);
        }
        free_root(r);
    }
}

static void test_stated(void **state)
{
    struct root *r = make_files("pictures", FILES("a/1.png", "b/1.png"));

    (void)state;
    settings_set(&r->description, "layout", value_string("part"));
    fails(r, "unknown layout \"part\", did you mean \"parts\"?; known: environments classes parts");
    settings_set(&r->description, "layout", value_number(1));
    fails(r, "\"layout\" in its description is not a text");
    settings_set(&r->description, "layout", value_string("environments"));
    fails(r, "layout \"environments\" is one of format \"folders\", not of \"pictures\"");
    settings_set(&r->description, "layout", value_string("parts"));
    fails(r, "has no folder \"train\"");
    settings_set(&r->description, "format", value_string("folders"));
    fails(r, "layout \"parts\" is one of format \"pictures\", not of \"folders\"");
    settings_set(&r->description, "layout", value_string("environments"));
    fails(r, "the environments in");
    free_root(r);
}

/* Classes that differ where nobody meant it. */
static void test_strange_classes(void **state)
{
    const struct {
        const char *format, *const *files, *error;
    } wrong[] = {
        {"folders", FILES("a/dog/1.png", "a/cat/1.png", "b/Dog/1.png", "b/cat/1.png"),
         "classes \"Dog\" (in \"b\") and \"dog\" (in \"a\") in \""},
        {"pictures", FILES("hot dog/1.png", "cat/1.png", "hotdog /1.png"),
         "classes \"hot dog\" and \"hotdog \" in \""},
        {"pictures", FILES("\xC3\x84pfel/1.png", "cat/1.png", "\xC3\xA4pfel/1.png"),
         "classes \"\xC3\x84pfel\" and \"\xC3\xA4pfel\" in \""},
        {"pictures", FILES("train/cat/1.png", "train/dog/1.png", "test/cat/1.png", "test/cow/1.png"),
         "/test\" has classes that \"train\" has not: \"cow\" (in \"test\")"},
        {"pictures", FILES("train/cat/1.png", "train/dog/1.png", "test/cat/1.png", "val/cow/1.png"),
         "/val\" has classes that \"train\" has not: \"cow\" (in \"val\")"},
        {"pictures", FILES("cat/1.png"), "has 1 folders, not 2 to 1000 classes"},
        {"pictures", FILES("train/cat/1.png", "test/cat/1.png"), "the parts in \""},
        {"folders", FILES("a/cat/1.png", "a/dog/1.png"), "has 1 folders, not 2 to 64 environments"},
    };
    struct root *r;
    struct dataset d;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        r = make_files(wrong[i].format, wrong[i].files);
        fails(r, wrong[i].error);
        free_root(r);
    }
    r = make_files("folders", FILES("a/cat/1.png", "a/dog/1.png", "b/cat/1.png", "b/cow/1.png"));
    loads(r, &d);
    assert_string_equal(d.note, "classes that one environment alone has: \"cow\" (in \"b\"), \"dog\" (in \"a\")");
    dataset_close(&d);
    free_root(r);

    r = make_files("pictures", FILES("cat/1.png", "dog/1.png", "cow/x.png"));
    write_file(r, "cow/x.png", (const unsigned char *)"x", 1);
    settings_set(&r->settings, "data.skip_bad", value_bool(true));
    fails(r, "class \"cow\" has no picture to train on that could be read");
    free_root(r);

    r = make_files("pictures", FILES("train/cat/1.png", "train/dog/1.png", "test/cat/1.png"));
    write_file(r, "test/cat/1.png", (const unsigned char *)"x", 1);
    settings_set(&r->settings, "data.skip_bad", value_bool(true));
    fails(r, "/test\" has no picture that could be read");
    free_root(r);
}

/* What systems leave behind is not there; what lies beside the folders is said. */
static void test_passed_over(void **state)
{
    static const char *const left_behind[] = {
        "train/cat/Thumbs.db", "train/thumbs.DB", "desktop.ini", "__MACOSX/train/cat/._1.png", ".DS_Store",
        "test/.cache/1.png", "train/@eaDir/1.png"};
    struct root *r = make_files("pictures", FILES("train/cat/1.png", "train/dog/1.png", "test/cat/1.png",
                                                  "test/dog/1.png"));
    struct dataset d;

    (void)state;
    for (size_t i = 0; i < sizeof left_behind / sizeof *left_behind; i++)
        write_file(r, left_behind[i], (const unsigned char *)"x", 1);
    loads(r, &d);
    assert_string_equal(d.note, "\"train\" is the training part, \"test\" the test part");
    dataset_close(&d);
    write_file(r, "README.txt", (const unsigned char *)"x", 1);
    loads(r, &d);
    says(d.note, "; passed over \"README.txt\", which is in no class");
    dataset_close(&d);
    write_file(r, "test/labels.csv", (const unsigned char *)"x", 1);
    loads(r, &d);
    says(d.note, "; passed over 2 files and folders that are in no class, first \"README.txt\"");
    assert_null(d.left_out);
    dataset_close(&d);
    free_root(r);
}

/* A folder below a class holds no pictures of it. */
static void test_folder_in_class(void **state)
{
    struct root *r = make_files("pictures", FILES("cat/1.png", "dog/1.png", "dog/more/1.png"));

    (void)state;
    settings_set(&r->description, "layout", value_string("classes"));
    fails(r, "1 bad file in \"");
    fails(r, "/set\": dog/more: no .jpg, .jpeg, .png or .webp file; data.skip_bad=true leaves such out");
    free_root(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classes),         cmocka_unit_test(test_parts),
        cmocka_unit_test(test_ambiguous),       cmocka_unit_test(test_stated),
        cmocka_unit_test(test_strange_classes), cmocka_unit_test(test_passed_over),
        cmocka_unit_test(test_folder_in_class),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
