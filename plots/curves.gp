# SPDX-License-Identifier: GPL-3.0-or-later
#
# curves: lines with bands. Needs figure_title, x_label, y_label, the arrays series
# and n_points with series_width, x_low, x_high, y_low, y_high, y_least, y_most and
# x_is_whole (x counts something).

load templates.'/style.gp'

n = |series|
bottom = 4 + ticks_height(0, 0) + lines(x_label, 50) * line
height = top + graph_height + bottom
set bmargin at screen bottom / height
set tmargin at screen 1 - top / height
set rmargin at screen 1 - 14 / width

has_x_tics = 1
@TITLE
@X_LABEL
set ylabel wrap(y_label, 36) noenhanced offset 0.5, 0
set xrange [padded_low(x_low, x_high, 0.02) : padded_high(x_low, x_high, 0.02)]
set yrange [low_end(y_low, y_high, 0.05, y_least, y_most) : high_end(y_low, y_high, 0.05, y_least, y_most)]
set xtics more(step(padded_high(x_low, x_high, 0) - padded_low(x_low, x_high, 0), 5), x_is_whole)
set ytics step(padded_high(y_low, y_high, 0) - padded_low(y_low, y_high, 0), 5)
set format x '%g'
set format y '%g'

data = base.'.dat'
set output drawn.'.svg'
set terminal @SVG
plot for [i = 1 : n] data index i - 1 using 1:3:4 \
        with filledcurves fs transparent solid 0.18 noborder lc i notitle, \
    for [i = 1 : n] data index i - 1 using 1:(n_points[i] == 1 && $4 >= $3 ? $2 : NaN):3:4 \
        with yerrorbars lt i dt solid ps 0 notitle, \
    for [i = 1 : n] data index i - 1 using 1:2 \
        with linespoints lt i pn 8 title series[i]
load templates.'/pictures.gp'
