/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mount: is a folder on a file system that several machines may see: of a network, of a cluster, or
 * shared by a virtual machine with its host? Most are recognised by the number that statfs(2)
 * gives; FUSE has one number for all that it serves, virtiofs has it too, and a layer above may
 * hide one: so types are looked up in /proc/self/mountinfo as well.
 *
 *     if ((name = mount_network_name("results")))
 *         refuse(name);
 */
#ifndef OS_MOUNT_H
#define OS_MOUNT_H

#include <stdio.h>
#include <sys/types.h>

/* "NFS", "sshfs" ...: static text. NULL: a local one, or not to be told. FUSE is local only where
 * its program is known to be. */
const char *mount_network_name(const char *folder);

/* The parts of it: by the number; by the type in the line of the device (st_dev) in mountinfo,
 * which is FUSE's for most that have no number of their own. */
const char *mount_number_name(long number);
const char *mount_fuse_name(FILE *mountinfo, dev_t device);

#endif
