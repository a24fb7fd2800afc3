/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * File systems of a network, a cluster or a virtual machine's host are told from local ones: by the
 * number of statfs(2), and by their type in mountinfo. */
#include "os/mount.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <cmocka.h>

static void test_numbers(void **state)
{
    (void)state;
    assert_string_equal(mount_number_name(0x6969), "NFS");
    assert_string_equal(mount_number_name((long)0xff534d42), "CIFS");
    assert_string_equal(mount_number_name((int)0xff534d42), "CIFS"); /* where f_type is 32 bits */
    assert_null(mount_number_name(0xef53));     /* ext4 */
    assert_null(mount_number_name(0x01021994)); /* tmpfs */
    assert_null(mount_number_name(0x794c7630)); /* overlayfs */
    assert_null(mount_number_name(0x65735546)); /* FUSE: of no name by itself */
}

static void test_numbers_of_shared(void **state)
{
    static const long shared[] = {
        0x786f4256, 0xbacbacbc, 0x7c7c6673, 0xaad7aaea, 0x20030528, 0x517c,
        0x01021997, 0x01161970, 0x7461636f, 0x0bd00bd0, 0x47504653,
    };

    (void)state;
    for (size_t i = 0; i < sizeof shared / sizeof *shared; i++)
        if (!mount_number_name(shared[i]))
            fail_msg("%lx is taken for local", (unsigned long)shared[i]);
}

/* The name of a mount of this type and source. */
static const char *name_of(const char *type, const char *source)
{
    char line[200];
    const char *name;
    FILE *f;

    snprintf(line, sizeof line, "27 1 254:0 / / rw - ext4 /dev/vda rw\n"
             "36 35 0:45 / /data rw,relatime shared:1 - %s %s rw\n", type, source);
    f = fmemopen(line, strlen(line), "r");
    name = mount_fuse_name(f, makedev(0, 45));
    fclose(f);
    return name;
}

static void test_types(void **state)
{
    static const char *const shared[] = {
        "virtiofs", "fuse.virtiofs", "fuse.grpcfuse", "fuse.osxfs", "fakeowner", "vboxsf",
        "prl_fs", "9p", "nfs4", "cifs", "lustre", "gpfs", "beegfs", "ceph", "glusterfs", "afs",
        "coda", "ocfs2", "gfs2", "panfs", "orangefs", "wekafs", "fuse.sshfs",
        "fuse.vmhgfs-fuse", "fuse.glusterfs", NULL,
    };
    static const char *const local[] = {
        "ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "fuseblk", "fuse.mergerfs",
        "fuse.gocryptfs", "fuse.fuse-overlayfs", "fuse.portal", NULL,
    };

    (void)state;
    for (int i = 0; shared[i]; i++)
        if (!name_of(shared[i], "x"))
            fail_msg("%s is taken for local", shared[i]);
    for (int i = 0; local[i]; i++)
        if (name_of(local[i], "x"))
            fail_msg("%s is taken for shared", local[i]);
    assert_string_equal(name_of("fuse.virtiofs", "x"), "virtiofs");
    assert_string_equal(name_of("fuse.mine", "x"), "FUSE of an unknown program");
    assert_string_equal(name_of("fuse", "mine"), "FUSE of an unknown program");
    assert_string_equal(name_of("fuse", "https://host/dav"), "FUSE");
    assert_string_equal(name_of("fuse", "mountpoint-s3"), "mountpoint-s3");
    assert_null(name_of("fuse", "bindfs"));
}

static const char mountinfo[] =
    "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard\n"
    "28 27 0:40 / /mnt/two\\040words rw,nosuid shared:7 - fuse.sshfs me@host:/a\\040b rw\n"
    "31 27 0:43 /x /bound rw master:1 propagate_from:2 - fuse.glusterfs host:/v rw\n"
    "36 27 0:48 / /fuse.sshfs rw - fuse.lxcfs lxcfs rw\n"
    "37 27 0:49 / /torn rw - fuse.sshfs\n"
    "38 27 0:50 / /torn rw\n"
    "39 27 0:51 / /last rw - fuse.rclone remote:";

static void test_lines(void **state)
{
    static const struct {
        int minor;
        const char *name;
    } wanted[] = {
        {40, "sshfs"}, {43, "glusterfs"}, {48, NULL}, {49, NULL},
        {50, NULL},    {51, "rclone"},    {52, NULL}, {4, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        FILE *f = fmemopen((char *)mountinfo, strlen(mountinfo), "r");
        const char *got = mount_fuse_name(f, makedev(0, wanted[i].minor));

        fclose(f);
        if (!got != !wanted[i].name || (got && strcmp(got, wanted[i].name) != 0))
            fail_msg("0:%d: %s", wanted[i].minor, got ? got : "none");
    }
}

static void test_this_machine(void **state)
{
    (void)state;
    assert_null(mount_network_name("/proc"));
    assert_null(mount_network_name("/no/such/folder"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_numbers_of_shared),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_this_machine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
