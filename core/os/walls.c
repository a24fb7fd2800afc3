/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "os/walls.h"

#include "base/memory.h"
#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- system calls: seccomp ---- */

enum { END = -10000 };

static const int kernel_calls[] = {
#ifndef __SANITIZE_ADDRESS__ /* which looks for leaks by them */
    SCMP_SYS(ptrace),
#endif
    SCMP_SYS(process_vm_readv),  SCMP_SYS(process_vm_writev), SCMP_SYS(process_madvise),
    SCMP_SYS(pidfd_getfd),       SCMP_SYS(kcmp),              SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),   SCMP_SYS(userfaultfd),       SCMP_SYS(io_uring_setup),
    SCMP_SYS(io_uring_enter),    SCMP_SYS(io_uring_register), SCMP_SYS(init_module),
    SCMP_SYS(finit_module),      SCMP_SYS(delete_module),     SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),   SCMP_SYS(mount),             SCMP_SYS(umount2),
    SCMP_SYS(move_mount),        SCMP_SYS(open_tree),         SCMP_SYS(fsopen),
    SCMP_SYS(fsmount),           SCMP_SYS(mount_setattr),     SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),            SCMP_SYS(setns),             SCMP_SYS(unshare),
    SCMP_SYS(add_key),           SCMP_SYS(request_key),       SCMP_SYS(keyctl),
    SCMP_SYS(open_by_handle_at), SCMP_SYS(mknod),             SCMP_SYS(mknodat),
    SCMP_SYS(swapon),            SCMP_SYS(swapoff),           SCMP_SYS(reboot),
    SCMP_SYS(acct),              SCMP_SYS(settimeofday),      SCMP_SYS(clock_settime),
    SCMP_SYS(sethostname),       SCMP_SYS(quotactl),          END,
};
static const int network_calls[] = {
    SCMP_SYS(socket), SCMP_SYS(connect), SCMP_SYS(bind),    SCMP_SYS(listen),
    SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(sendmsg), END,
};
static const int execute_calls[] = {SCMP_SYS(execve), SCMP_SYS(execveat), END};

static int deny(scmp_filter_ctx ctx, uint32_t action, const int *calls)
{
    int bad = 0;

    for (; *calls != END && !bad; calls++)
        bad = seccomp_rule_add(ctx, action, *calls, 0);
    return bad;
}

static int filter(unsigned walls)
{
    enum { ROOM = 100 << 10 }; /* more than it takes, and less than free gives back to the system */
    uint32_t or_refuse = walls & WALL_EXECUTE ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ERRNO(EACCES);
    scmp_filter_ctx ctx;
    int bad;

    free(memory_alloc(ROOM)); /* libseccomp does not look whether it gets memory: without any we end here */
    ctx = seccomp_init(SCMP_ACT_ALLOW);
    bad = ctx ? 0 : -1;

    if (!bad)
        bad = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1); /* all threads */
    if (!bad) /* as in os/confine.c */
        bad = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_SSB, 1);
    if (!bad)
        bad = deny(ctx, SCMP_ACT_KILL_PROCESS, kernel_calls);
    if (!bad && walls & WALL_NETWORK)
        bad = deny(ctx, or_refuse, network_calls);
    if (!bad && walls & WALL_EXECUTE)
        bad = deny(ctx, SCMP_ACT_KILL_PROCESS, execute_calls);
    if (!bad)
        bad = seccomp_load(ctx);
    seccomp_release(ctx);
    return bad;
}

/* ---- files: Landlock ---- */

#ifdef __SANITIZE_ADDRESS__ /* which looks for leaks in threads, too, that are not behind the wall */
enum { HAS_LANDLOCK = false };
#else
enum { HAS_LANDLOCK = true };
#endif

/* As of its sixth version, which Debian 12's headers do not have. */
struct rules {
    uint64_t files, network, scoped;
};

enum { SCOPED_SIGNALS = 2, LATER_TRUNCATE = 1 << 14 /* of version 3 */ };

static int add_folder(int rules, const char *path, uint64_t rights)
{
    struct landlock_path_beneath_attr beneath = {.allowed_access = rights};
    int bad;

    beneath.parent_fd = open(path, O_PATH | O_CLOEXEC);
    if (beneath.parent_fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? 1 : -1;
    bad = (int)syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
    close(beneath.parent_fd);
    return bad;
}

/* The folder, or the nearest one above it that is there. */
static int add_nearest(int rules, const char *path, uint64_t rights)
{
    char at[FILE_FOLDER_SIZE], above[FILE_FOLDER_SIZE];
    int got;

    snprintf(at, sizeof at, "%s", path);
    while ((got = add_folder(rules, at, rights)) > 0) {
        file_folder(at, above);
        if (strcmp(above, at) == 0)
            return 0;
        memcpy(at, above, sizeof at);
    }
    return got;
}

/* SQLite's choice of a folder for temporary files. */
static const char *find_temporary(void)
{
    const char *const folders[] = {getenv("SQLITE_TMPDIR"), getenv("TMPDIR"), "/var/tmp",
                                   "/usr/tmp", "/tmp"};

    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (folders[i] && file_is_directory(folders[i]) && access(folders[i], W_OK | X_OK) == 0)
            return folders[i];
    return ".";
}

static int restrict_files(const char *const *folders)
{
    uint64_t writing = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                       LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                       LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                       LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                       LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    struct rules wanted = {0};
    size_t size = version >= 6 ? sizeof wanted : version >= 4 ? 16 : 8;
    int rules, bad = 0;

    if (version < 1)
        return 0; /* none here */
    if (version >= 2)
        writing |= LANDLOCK_ACCESS_FS_REFER;
    if (version >= 3)
        writing |= LATER_TRUNCATE;
    wanted.files = writing;
    wanted.scoped = version >= 6 ? SCOPED_SIGNALS : 0;
    rules = (int)syscall(SYS_landlock_create_ruleset, &wanted, size, 0);
    if (rules < 0)
        return -1;
    bad = add_nearest(rules, find_temporary(), writing);
    for (; *folders && bad == 0; folders++)
        bad = add_nearest(rules, *folders, writing);
    if (bad == 0)
        bad = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (bad == 0)
        bad = (int)syscall(SYS_landlock_restrict_self, rules, 0);
    close(rules);
    return bad;
}

int walls_raise(unsigned walls, const char *const *folders, struct error *err)
{
    if (walls == 0)
        return 0;
    if (HAS_LANDLOCK && walls & WALL_FILES && restrict_files(folders) < 0)
        return error_set_status(err, EXIT_STORAGE,
                                "could not give up writing to files elsewhere: %s",
                                strerror(errno));
    if (filter(walls) != 0)
        return error_set_status(err, EXIT_STORAGE, "could not give up system calls (seccomp)");
    return 0;
}
