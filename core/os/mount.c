/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "os/mount.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

const char *mount_number_name(long number)
{
    static const struct {
        unsigned number;
        const char *name;
    } known[] = {
        {0x6969, "NFS"}, {0x517b, "SMB"}, {0xff534d42, "CIFS"}, {0xfe534d42, "SMB2"},
        {0x0bd00bd0, "Lustre"}, {0x47504653, "GPFS"}, {0x01021997, "9p"}, {0x5346414f, "AFS"},
        {0x6b414653, "AFS"}, {0x00c36400, "Ceph"}, {0x19830326, "BeeGFS"}, {0x73757245, "Coda"},
        {0x7461636f, "OCFS2"}, {0x01161970, "GFS2"}, {0xaad7aaea, "PanFS"},
        {0x20030528, "OrangeFS"}, {0x517c, "WekaFS"}, {0x564c, "NCP"}, {0x61636673, "ACFS"},
        {0xbeefdead, "StorNext"}, {0x013111a8, "IBRIX"}, {0x786f4256, "vboxsf"},
        {0xbacbacbc, "vmhgfs"}, {0x7c7c6673, "prl_fs"},
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if ((unsigned)number == known[i].number)
            return known[i].name;
    return NULL;
}

static const char *find(const char *name, const char *const *list)
{
    while (*list && strcmp(name, *list) != 0)
        list++;
    return *list;
}

/* Of a network or of several machines, or shared by a virtual machine with its host. Many have a
 * number too, but not all give it, as a layer above them may not. */
static const char *const shared_types[] = {
    "9p", "acfs", "afs", "beegfs", "ceph", "cifs", "coda", "cvfs", "dvs", "fakeowner", "fhgfs",
    "gfs", "gfs2", "glusterfs", "gpfs", "lustre", "lustre_lite", "ncpfs", "nfs", "nfs4",
    "ocfs2", "orangefs", "panfs", "prl_fs", "pvfs2", "smb3", "smbfs", "vboxsf", "virtiofs",
    "vmhgfs", "wekafs", NULL,
};

static const char *const shared_fuse[] = {
    "afuse", "alluxio-fuse", "beegfs", "blobfuse", "blobfuse2", "ceph", "ceph-fuse", "cubefs",
    "curlftpfs", "curvefs", "davfs2", "fuse_dfs", "gcsfuse", "glusterfs", "goofys", "grpcfuse",
    "gvfsd-fuse", "httpfs", "juicefs", "lizardfs", "mfs", "moosefs", "mount-s3",
    "mountpoint-s3", "nfs", "objectivefs", "onedriver", "osxfs", "pmxcfs", "quobyte", "rclone",
    "rozofs", "s3fs", "s3ql", "saunafs", "seaweedfs", "smbnetfs", "sshfs", "virtiofs",
    "vmhgfs-fuse", "weed", NULL,
};

/* They lay files of this machine out anew, as most do. */
static const char *const local_fuse[] = {
    "apfs-fuse", "archivemount", "bindfs", "cryfs", "dwarfs", "encfs", "ext2fs", "ext4fuse",
    "fuse-ext2", "fuse-overlayfs", "fuse2fs", "gocryptfs", "ltfs", "lxcfs", "mergerfs", "ntfs",
    "ntfs-3g", "overlay", "portal", "posixovl", "securefs", "shfs", "snapfuse", "squashfuse",
    "squashfuse_ll", "unionfs", "unionfs-fuse", "veracrypt", "vmware-vmblock", "zfs",
    "zfs-fuse", NULL,
};

/* FUSE's types are "fuse.NAME"; "fuse" alone of programs that give no name, whose source may be
 * theirs or a URL; "fuseblk" of those that sit on a disk. What is not known may serve anything. */
static const char *name_of(const char *type, const char *source)
{
    bool is_bare = strcmp(type, "fuse") == 0;
    const char *name = is_bare ? source : type + 5, *shared;

    if (!is_bare && strncmp(type, "fuse.", 5) != 0)
        return find(type, shared_types);
    if ((shared = find(name, shared_fuse)) || find(name, local_fuse))
        return shared;
    return is_bare && strstr(source, "://") ? "FUSE" : "FUSE of an unknown program";
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
    const char *name;
    FILE *f;

    if (statfs(folder, &fs) < 0)
        return NULL;
    name = mount_number_name((long)fs.f_type);
    if (!name && stat(folder, &st) == 0 && (f = fopen("/proc/self/mountinfo", "re"))) {
        name = mount_fuse_name(f, st.st_dev);
        fclose(f);
    }
    return name;
}
