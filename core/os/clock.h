/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * clock: seconds. No time ever reaches a result; see DESIGN in docs/.
 */
#ifndef OS_CLOCK_H
#define OS_CLOCK_H

/* Seconds since some moment; never goes back. For durations. */
double clock_now(void);

/* Seconds since 1970. For the record. */
double clock_wall(void);

/* "1:02:03", "4:05" or "6.7 s". */
void clock_duration(double seconds, char ret_text[32]);

#endif
