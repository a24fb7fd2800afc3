# SPDX-License-Identifier: GPL-3.0-or-later
#
# panels: lines with bands, more than one graph can hold. Each but the first has a
# graph of its own, with the first in grey for comparison; all have the same axes.
# Needs what curves.gp needs.

n = |series|
load templates.'/style.gp'

n_columns = 4
n_rows = (n + n_columns - 2) / n_columns
left = 50.
panel_width = (width - left - 8) / n_columns
panel_height = 84.
letters(size) = floor(panel_width / (size / 14. * letter))
figure_title = figure_title.'; in grey: '.series[1]
has_key = 0
top = 8 + lines(figure_title, 56) * line
bottom = 30 + lines(x_label, 50) * line
height = ceil(top + n_rows * panel_height + bottom)

# One graph, in units from its upper left corner; panels are drawn into it.
set lmargin at screen left / width
set rmargin at screen 1 - 8. / width
set tmargin at screen 1 - top / height
set bmargin at screen bottom / height
set xrange [0 : n_columns * panel_width]
set yrange [n_rows * panel_height : 0]
@TITLE
@X_LABEL
set label 2 wrap(y_label, 36) noenhanced center rotate at screen 14. / width, graph 0.5
unset key
unset grid
unset border
unset xtics
unset ytics

y_from = low_end(y_low, y_high, 0.05, y_least, y_most)
y_to = high_end(y_low, y_high, 0.05, y_least, y_most)
x_from = padded_low(x_low, x_high, 0.04)
x_to = padded_high(x_low, x_high, 0.04)
column_of(i) = (i - 2) % n_columns
row_of(i) = (i - 2) / n_columns
at_x(i, x) = column_of(i) * panel_width + (panel_width - 8.) * (x - x_from) / (x_to - x_from)
at_y(i, y) = row_of(i) * panel_height + 20 + (panel_height - 24.) * (y_to - clamp(y, y_from, y_to)) / (y_to - y_from)

x_step = step(x_high == x_low ? 1 : x_high - x_low, 2) # one evaluation
if (x_is_whole) { x_step = more(x_step, 1) }
y_step = step(y_to - y_from, 3)
do for [i = 2 : n] {
    set arrow from at_x(i, x_from), at_y(i, y_from) to at_x(i, x_to), at_y(i, y_from) nohead lw 1 lc rgb '#404040'
    set arrow from at_x(i, x_from), at_y(i, y_from) to at_x(i, x_from), at_y(i, y_to) nohead lw 1 lc rgb '#404040'
    size = strlen(series[i]) > letters(11) ? 9 : 11
    set label fit(series[i], letters(size)) noenhanced center \
        font sprintf(',%d', size) at at_x(i, (x_from + x_to) / 2), at_y(i, y_to) - 8 front
    is_lowest = i + n_columns > n
    do for [k = ceil(x_from / x_step) : floor(x_to / x_step)] {
        set arrow from at_x(i, k * x_step), at_y(i, y_from) rto 0, 3 nohead lw 1 lc rgb '#404040'
        if (is_lowest) { set label sprintf('%g', k * x_step) center font ',12' at at_x(i, k * x_step), at_y(i, y_from) + 12 }
    }
    do for [k = ceil(y_from / y_step) : floor(y_to / y_step)] {
        set arrow from at_x(i, x_from), at_y(i, k * y_step) to at_x(i, x_to), at_y(i, k * y_step) nohead back lw 0.7 lc rgb '#DDDDDD'
        if (column_of(i) == 0) { set label sprintf('%g', k * y_step) right font ',12' at -4, at_y(i, k * y_step) }
    }
}

data = base.'.dat'
set output drawn.'.svg'
set terminal @SVG
set style fill transparent solid 0.25 noborder
plot for [i = 2 : n] data index 0 using (at_x(i, $1)):(at_y(i, $2)) with lines dt solid lw 1.6 lc rgb '#9A9A9A', \
    for [i = 2 : n] data index i - 1 using (at_x(i, $1)):(at_y(i, $3)):(at_y(i, $4)) with filledcurves lc rgb '#0072B2', \
    for [i = 2 : n] data index i - 1 using (at_x(i, $1)):(at_y(i, $2)) with linespoints dt solid lw 1.6 lc rgb '#0072B2' pt 7 ps 0.35
load templates.'/pictures.gp'
