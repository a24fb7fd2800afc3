/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * error: what went wrong in the world (files, SQL, scripts, specs), as one line.
 *
 * A function that can fail returns 0 or -1 and fills its last argument. Nothing
 * below main.c prints an error. Context is added on the way up:
 *
 *     if (file_map(path, &map, err) < 0)
 *         return error_context(err, "dataset \"%s\"", name);
 *
 * Text: lower case, no full stop, names in double quotes, the value shown.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

/* The exit statuses of the program; `rgdbench --help` documents them. */
enum exit_status {
    EXIT_OK = 0,
    EXIT_RUNS_FAILED = 1, /* the sweep ended, some runs failed */
    EXIT_BAD_INPUT = 2,   /* command line, script, data or store is not as it must be */
    EXIT_MISMATCH = 3,    /* a promise about bits does not hold, or a store is damaged */
    EXIT_STORAGE = 4,     /* memory, disk or store gave out during the work */
    EXIT_LATER = 75,      /* told to stop (SIGUSR1, SIGXCPU): the same command goes on */
    EXIT_HUNG_UP = 129,
    EXIT_INTERRUPTED = 130,
    EXIT_QUIT = 131,
    EXIT_TERMINATED = 143,
};

struct error {
    enum exit_status status;
    char text[1000];
};

/* Sets the text and the status EXIT_BAD_INPUT. Always returns -1. */
int error_set(struct error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same with another status. */
int error_set_status(struct error *err, enum exit_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts `context: ` in front of the text. Always returns -1. */
int error_context(struct error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
