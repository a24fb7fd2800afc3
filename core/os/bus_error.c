/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What runs in the handler takes no lock and no memory: a library may have been in the middle of both. */
#include "os/bus_error.h"

#include "base/error.h"
#include "base/text.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_SIZE = 4096 + 100 };

static int read_line(int fd, char line[LINE_SIZE])
{
    int n = 0;

    while (n < LINE_SIZE - 1 && read(fd, &line[n], 1) == 1 && line[n] != '\n')
        n++;
    line[n] = '\0';
    return n;
}

/* The file that is mapped at `address`, in `line`; or NULL. Lines of /proc/self/maps are
 * "FROM-TO MODE OFFSET DEVICE INODE   PATH". */
static const char *find_file(uintptr_t address, char line[LINE_SIZE])
{
    int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    const char *path = NULL;

    while (fd >= 0 && !path && read_line(fd, line) > 0) {
        char *at;
        uintptr_t from = strtoul(line, &at, 16), to = *at == '-' ? strtoul(at + 1, &at, 16) : 0;

        if (address >= from && address < to)
            path = strchr(at, '/');
        else if (address < from)
            break;
    }
    if (fd >= 0)
        close(fd);
    return path;
}

static void say(const char *s)
{
    ssize_t ignored = write(STDERR_FILENO, s, strlen(s));

    (void)ignored;
}

static void on_bus_error(int signal, siginfo_t *info, void *context)
{
    char line[LINE_SIZE];
    const char *path = info->si_code > 0 ? find_file((uintptr_t)info->si_addr, line) : NULL;

    (void)signal, (void)context;
    say("rgdbench: ");
    if (path) {
        text_make_plain(line, strlen(line), ""); /* takes no memory and no lock */
        say("\"");
        say(path);
        say("\"");
    } else {
        say("a mapped file");
    }
    say(" became shorter, or could not be read, while it was used\n");
    _exit(EXIT_STORAGE);
}

void bus_error_catch(void)
{
    struct sigaction action = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO};

    sigaction(SIGBUS, &action, NULL);
}

void bus_error_leave(void)
{
    signal(SIGBUS, SIG_DFL);
}
