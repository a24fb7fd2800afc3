/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The embedded pictures: the same bits on every machine, whatever else is asked.
 */
#include "sample.h"

#include <string.h>

/* Of 20 + 10 pictures a class at difficulty 0.5. It changes only with the pictures,
 * and then all results on them are of another data set. */
static const char DIGEST[] = "7fd4937986c7214192a4cfb76d358122cc3f48e1a91bb7199488d0cb3b0c9969";

static void test_same_bits(void **state)
{
    struct dataset d;

    (void)state;
    sample_shapes(20, 10, 0.5, &d);
    assert_string_equal(d.digest, DIGEST);
    dataset_close(&d);
}

static void test_balanced(void **state)
{
    struct dataset d;

    (void)state;
    sample_shapes(3, 10, 0.5, &d);
    assert_int_equal(d.n_classes, 10);
    assert_string_equal(d.class_names[9], "arrow");
    assert_int_equal(d.train.n, 30);
    assert_int_equal(d.test.n, 100);
    for (int k = 0; k < d.train.n; k++)
        assert_int_equal(d.train.labels[k], k % 10);
    for (int k = 0; k < d.test.n; k++)
        assert_int_equal(d.test.labels[k], k % 10);
    for (int k = 0; k < d.train.n; k++) /* the pools have no picture in common */
        assert_memory_not_equal(d.train.values[0].bytes[k], d.test.values[0].bytes[k], 3072);
    dataset_close(&d);
}

static void test_difficulty_changes_the_digest(void **state)
{
    static const double difficulties[] = {0, 0.5, 0.51, 1};
    char seen[4][HASH_HEX_SIZE];

    (void)state;
    for (int i = 0; i < 4; i++) {
        struct dataset d;

        sample_shapes(2, 10, difficulties[i], &d);
        memcpy(seen[i], d.digest, HASH_HEX_SIZE);
        dataset_close(&d);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(seen[i], seen[j]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bits),
        cmocka_unit_test(test_balanced),
        cmocka_unit_test(test_difficulty_changes_the_digest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
