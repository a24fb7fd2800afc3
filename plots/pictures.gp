# SPDX-License-Identifier: GPL-3.0-or-later
#
# The pictures of the figure that was plotted last, besides the svg.

set output drawn.'.png'
set terminal @PNG
replot
set output drawn.'.pdf'
set terminal @PDF
replot
set output
