/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a machine's files say of cores and memory, of both versions of control groups, also where they are
 * a container's, damaged or missing. */
#include "os/file.h"
#include "os/machine.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static char root[] = "/tmp/rgdbench-machine-XXXXXX";

static void put(const char *path, const char *text)
{
    char full[500], folder[FILE_FOLDER_SIZE];
    struct error err;

    snprintf(full, sizeof full, "%s/%s", root, path);
    file_folder(full, folder);
    if (file_make_directory(folder, &err) < 0 || file_write(full, text, strlen(text), &err) < 0)
        fail_msg("%s", err.text);
}

static void start(const char *groups)
{
    char command[100];

    snprintf(command, sizeof command, "rm -rf %s/*", root);
    assert_int_equal(system(command), 0);
    put("proc/meminfo", "MemTotal:       9000 kB\nMemFree:  10 kB\nMemAvailable:    4000 kB\n");
    put("proc/self/cgroup", groups);
}

static struct machine look(void)
{
    struct machine m;

    machine_read(root, &m);
    return m;
}

static void test_without_groups(void **state)
{
    struct machine m, real;

    (void)state;
    start("");
    m = look();
    machine_read("", &real);
    assert_true(m.n_cores >= 1 && m.memory == 4000 * 1024.0);
    assert_true(real.n_cores >= 1 && real.memory > 1e6);
    put("proc/meminfo", "nothing\n");
    assert_true(isinf(look().memory));
}

static void test_unified(void **state)
{
    (void)state;
    start("0::/user/job\n");
    put("sys/fs/cgroup/user/job/cpu.max", "max 100000\n");
    put("sys/fs/cgroup/user/job/memory.max", "max\n");
    assert_true(look().memory == 4000 * 1024.0);
    put("sys/fs/cgroup/user/cpu.max", "90000 100000\n"); /* of the group above */
    put("sys/fs/cgroup/user/job/memory.max", "3000000\n");
    put("sys/fs/cgroup/user/job/memory.current", "1500000\n");
    put("sys/fs/cgroup/user/job/memory.stat", "anon 1000\nfile_mapped 7\nfile 500000\n");
    assert_int_equal(look().n_cores, 1);
    assert_true(look().memory == 2000000);
    put("sys/fs/cgroup/user/job/memory.current", "9000000\n");
    assert_true(look().memory == 0);
    put("proc/self/cgroup", "0::/../elsewhere\n"); /* a container's: only the root is there */
    put("sys/fs/cgroup/memory.max", "1000000\n");
    assert_true(look().memory == 1000000);
}

static void test_version_one(void **state)
{
    (void)state;
    start("5:cpuacct,cpu:/docker/1f\n4:memory:/docker/1f\n1:name=systemd:/\n0::/\ndamaged\n");
    put("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
    put("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
    put("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    assert_true(look().memory == 4000 * 1024.0);
    put("sys/fs/cgroup/cpu/docker/1f/cpu.cfs_quota_us", "50000\n");
    put("sys/fs/cgroup/cpu/docker/1f/cpu.cfs_period_us", "100000\n");
    put("sys/fs/cgroup/memory/memory.limit_in_bytes", "2000000\n");
    put("sys/fs/cgroup/memory/memory.usage_in_bytes", "1500000\n");
    put("sys/fs/cgroup/memory/memory.stat", "cache 1\ntotal_cache 1000000\n");
    assert_int_equal(look().n_cores, 1);
    assert_true(look().memory == 1500000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_groups),
        cmocka_unit_test(test_unified),
        cmocka_unit_test(test_version_one),
    };
    char command[100];
    int failed;

    if (!mkdtemp(root))
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command) != 0 || failed;
}
