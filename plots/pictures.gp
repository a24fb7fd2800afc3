# SPDX-License-Identifier: GPL-3.0-or-later
#
# The pictures of the figure that was plotted last, besides the svg.

set output base.'.png'
set terminal @PNG
replot
set output base.'.pdf'
set terminal @PDF
replot
set output
