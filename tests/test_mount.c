/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Network file systems are told from local ones: by the number of statfs(2), and of FUSE by mountinfo. */
#include "base/mount.h"

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

static const char mountinfo[] =
    "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard\n"
    "28 27 0:40 / /mnt/two\\040words rw,nosuid shared:7 - fuse.sshfs me@host:/a\\040b rw,user_id=0\n"
    "29 27 0:41 / /media/usb rw - fuseblk /dev/sdb1 rw,allow_other\n"
    "30 27 0:42 / /run/user/0/doc rw - fuse.portal portal rw\n"
    "31 27 0:43 /x /bound rw master:1 propagate_from:2 - fuse.glusterfs host:/v rw\n"
    "32 27 0:44 / /dav rw - fuse https://host/dav rw\n"
    "33 27 0:45 / /bucket rw - fuse mountpoint-s3 rw\n"
    "34 27 0:46 / /local rw - fuse mine rw\n"
    "35 27 0:47 / /pool rw - fuse.mergerfs a:b rw\n"
    "36 27 0:48 / /fuse.sshfs rw - fuse.lxcfs lxcfs rw\n"
    "37 27 0:49 / /torn rw - fuse.sshfs\n"
    "38 27 0:50 / /torn rw\n"
    "39 27 0:51 / /last rw - fuse.rclone remote:";

static const char *name_of(int minor)
{
    FILE *f = fmemopen((char *)mountinfo, strlen(mountinfo), "r");
    const char *name = mount_fuse_name(f, makedev(0, minor));

    fclose(f);
    return name;
}

static void test_fuse(void **state)
{
    static const struct {
        int minor;
        const char *name;
    } wanted[] = {
        {40, "sshfs"},          {41, NULL}, {42, NULL}, {43, "glusterfs"}, {44, "FUSE"}, {45, "mountpoint-s3"},
        {46, NULL}, {47, NULL}, {48, NULL}, {49, NULL}, {50, NULL},        {51, "rclone"}, {52, NULL}, {4, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const char *got = name_of(wanted[i].minor);

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
        cmocka_unit_test(test_fuse),
        cmocka_unit_test(test_this_machine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
