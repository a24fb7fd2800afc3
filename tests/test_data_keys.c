/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What descriptions of data may say is what their formats declare, whichever is listed. */
#include "data/dataset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static struct arena arena;

/* The message for a description, and what it is about; "" where it is fine. */
static const char *check(const char *text, const char *about)
{
    static struct error err;
    struct settings s;
    const char *key = NULL;

    settings_init(&s, &arena);
    assert_int_equal(settings_parse(&s, text, &err), 0);
    if (data_keys_check(&s, &key, &err) == 0)
        return "";
    if (about)
        assert_string_equal(key, about);
    else
        assert_null(key);
    return err.text;
}

#define CIFAR "doc = \"x\"\nformat = \"cifar\"\nlabel_bytes = 1\ntest = [\"a\"]\ntrain = [\"b\",\"c\"]\n"

static void test_messages(void **state)
{
    (void)state;
    assert_string_equal(check("doc = \"x\"\nformat = \"shapes\"\n", NULL), "");
    assert_string_equal(check(CIFAR "classes = [\"a\"]\n", NULL), "");
    assert_string_equal(check(CIFAR "clases = [\"a\"]\n", "clases"),
                        "a data set of format \"cifar\" has no key \"clases\", did you mean \"classes\"?; it has: "
                        "train test classes label_bytes records format doc origin licence archive md5 sums score "
                        "domainbed noisy_file noisy_labels clean_labels");
    assert_string_equal(check(CIFAR, NULL), "format \"cifar\": classes is missing: a list of texts, their names, in "
                                            "the order of the labels");
    assert_string_equal(check(CIFAR "classes = \"a\"\n", "classes"), "classes: \"a\" is not a list of texts");
    assert_string_equal(check(CIFAR "classes = []\n", "classes"), "classes: [] is not a list of texts");
    assert_string_equal(check(CIFAR "classes = [\"a\",2]\n", "classes"),
                        "classes: 2 does not belong into a list of texts");
    assert_string_equal(check(CIFAR "label_bytes = \"1\"\n", "label_bytes"), "label_bytes: \"1\" is not a number");
    assert_string_equal(check(CIFAR "classes = [\"a\"]\nrecords = [1,\"2\"]\n", "records"),
                        "records: \"2\" does not belong into a list of numbers");
    assert_string_equal(check("doc = \"x\"\n", NULL), "format is missing: a text, how its files are to be read");
    assert_string_equal(check("format = \"shapes\"\n", NULL), "doc is missing: a text, what it is, in a line");
    assert_string_equal(check("format = 1\n", "format"), "format must be a text");
    assert_non_null(strstr(check("format = \"shape\"\n", "format"), "did you mean \"shapes\"?"));
}

/* Names are the format's own and not twice, and what is needed is asked for. */
static void test_formats(void **state)
{
    (void)state;
    for (int i = 0; dataset_format_kind.at(i); i++) {
        const struct dataset_format *f = (const struct dataset_format *)dataset_format_kind.at(i);
        const char *text = arena_printf(&arena, "doc = \"x\"\nformat = \"%s\"\n", f->component.name);
        bool needs = false;

        for (const struct data_key *k = f->keys; k && k->name; k++) {
            assert_non_null(k->doc);
            needs |= k->is_needed;
            for (const struct data_key *other = data_keys_of_all; other->name; other++)
                assert_string_not_equal(k->name, other->name);
            for (const struct data_key *other = f->keys; other < k; other++)
                assert_string_not_equal(k->name, other->name);
        }
        assert_int_equal(strstr(check(text, NULL), " is missing: ") != NULL, needs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_formats),
    };
    int failures = cmocka_run_group_tests(tests, NULL, NULL);

    arena_release(&arena);
    return failures;
}
