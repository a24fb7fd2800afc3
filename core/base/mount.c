/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mount.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

enum { FUSE = 0x65735546 };

const char *mount_number_name(long number)
{
    static const struct {
        unsigned number;
        const char *name;
    } known[] = {
        {0x6969, "NFS"},       {0x517b, "SMB"},       {0xff534d42, "CIFS"}, {0xfe534d42, "SMB2"},
        {0x0bd00bd0, "Lustre"}, {0x47504653, "GPFS"}, {0x01021997, "9p"},   {0x5346414f, "AFS"},
        {0x00c36400, "Ceph"},  {0x19830326, "BeeGFS"}, {0x73757245, "Coda"}, {0x7461636f, "OCFS2"},
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if ((unsigned)number == known[i].number)
            return known[i].name;
    return NULL;
}

/* The type is "fuse.NAME"; "fuse" alone of programs that give no name, whose source may be theirs or a
 * URL. What is not named here is taken for local: ntfs-3g (fuseblk), portal, lxcfs, mergerfs, bindfs ... */
static const char *name_of(const char *type, const char *source)
{
    static const char *const known[] = {
        "afuse",      "blobfuse",  "blobfuse2", "ceph",          "ceph-fuse",   "curlftpfs", "davfs2",
        "fuse_dfs",   "gcsfuse",   "glusterfs", "goofys",        "gvfsd-fuse",  "juicefs",   "lizardfs",
        "mfs",        "moosefs",   "mount-s3",  "mountpoint-s3", "onedriver",   "rclone",    "rozofs",
        "s3fs",       "seaweedfs", "smbnetfs",  "sshfs",         "vmhgfs-fuse",
    };
    bool is_bare = strcmp(type, "fuse") == 0;
    const char *name = is_bare ? source : strncmp(type, "fuse.", 5) == 0 ? type + 5 : "";

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(name, known[i]) == 0)
            return known[i];
    return is_bare && strstr(source, "://") ? "FUSE" : NULL;
}

/* A line: ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [more ...] - TYPE SOURCE OPTIONS. */
const char *mount_fuse_name(FILE *mountinfo, dev_t device)
{
    const char *name = NULL, *end;
    char *line = NULL, type[64], source[256];
    unsigned of_major, of_minor;
    size_t size = 0;

    while (!name && getline(&line, &size, mountinfo) > 0)
        if (sscanf(line, "%*u %*u %u:%u", &of_major, &of_minor) == 2 &&
            makedev(of_major, of_minor) == device && (end = strstr(line, " - ")) &&
            sscanf(end, " - %63s %255s", type, source) == 2)
            name = name_of(type, source);
    free(line);
    return name;
}

const char *mount_network_name(const char *folder)
{
    struct statfs fs;
    struct stat st;
    const char *name = NULL;
    FILE *f;

    if (statfs(folder, &fs) < 0)
        return NULL;
    if ((unsigned)fs.f_type != FUSE)
        return mount_number_name((long)fs.f_type);
    if (stat(folder, &st) == 0 && (f = fopen("/proc/self/mountinfo", "re"))) {
        name = mount_fuse_name(f, st.st_dev);
        fclose(f);
    }
    return name;
}
