/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * emphasis: how a value stands among those that it is compared with.
 */
#ifndef ANALYSIS_EMPHASIS_H
#define ANALYSIS_EMPHASIS_H

enum emphasis { EMPHASIS_NONE, EMPHASIS_BEST, EMPHASIS_CLOSE /* not told from the best */ };

#endif
