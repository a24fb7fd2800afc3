# SPDX-License-Identifier: GPL-3.0-or-later
#
# plane: panels with points as large as their weights and the lines that a model draws through
# them, those of the first panel in grey in the others too. Needs figure_title, x_label, y_label, note,
# the array panel, x_low, x_high, y_low and y_high. Two blocks of data for each panel: x, y, kind (0 or
# 1), weight; and segments, x y x y.

load templates.'/style.gp'

n = |panel|
n_columns = n == 1 ? 1 : n <= 4 ? 2 : 3
n_rows = (n + n_columns - 1) / n_columns
left = 58.
panel_width = (width - left - 8) / n_columns
panel_height = n_columns == 2 ? 176. : n_columns == 1 ? 260. : 136.
letters(size) = floor(panel_width / (size / 14. * letter))
heading_lines = lines(figure_title, 56) + lines(note, 66)
top = 10 + heading_lines * line
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
set label 91 wrap(note, 66) noenhanced center font ',12' tc rgb '#404040' \
    at screen 0.5, screen 1 - (14. + lines(figure_title, 56) * line) / height
@X_LABEL
set label 2 wrap(y_label, 36) noenhanced center rotate at screen 14. / width, graph 0.5
unset key
unset grid
unset border
unset xtics
unset ytics

x_from = padded_low(x_low, x_high, 0.03)
x_to = padded_high(x_low, x_high, 0.03)
y_from = padded_low(y_low, y_high, 0.03)
y_to = padded_high(y_low, y_high, 0.03)
column_of(i) = (i - 1) % n_columns
row_of(i) = (i - 1) / n_columns
inside(x, y) = x >= x_from && x <= x_to && y >= y_from && y <= y_to
at_x(i, x) = column_of(i) * panel_width + (panel_width - 12.) * (x - x_from) / (x_to - x_from)
at_y(i, y) = row_of(i) * panel_height + 20 + (panel_height - 28.) * (y_to - y) / (y_to - y_from)
x_step = step(x_to - x_from, 4)
y_step = step(y_to - y_from, 4)
do for [i = 1 : n] {
    set arrow from at_x(i, x_from), at_y(i, y_from) to at_x(i, x_to), at_y(i, y_from) nohead lw 1 lc rgb '#404040'
    set arrow from at_x(i, x_from), at_y(i, y_from) to at_x(i, x_from), at_y(i, y_to) nohead lw 1 lc rgb '#404040'
    size = strlen(panel[i]) > letters(12) ? 10 : 12
    set label fit(panel[i], letters(size)) noenhanced center \
        font sprintf(',%d', size) at at_x(i, (x_from + x_to) / 2), at_y(i, y_to) - 9 front
    is_lowest = i + n_columns > n
    do for [k = ceil(x_from / x_step) : floor(x_to / x_step)] {
        set arrow from at_x(i, k * x_step), at_y(i, y_from) rto 0, 3 nohead lw 1 lc rgb '#404040'
        if (is_lowest) { set label sprintf('%g', k * x_step) center font ',12' at at_x(i, k * x_step), at_y(i, y_from) + 12 }
    }
    do for [k = ceil(y_from / y_step) : floor(y_to / y_step)] {
        set arrow from at_x(i, x_from), at_y(i, k * y_step) rto -3, 0 nohead lw 1 lc rgb '#404040'
        if (column_of(i) == 0) { set label sprintf('%g', k * y_step) right font ',12' at -6, at_y(i, k * y_step) }
    }
}

# The area of a point is its weight, up to one of 12.
radius(w) = 0.32 * sqrt(less(more(w, 0.02), 12.))
data = base.'.dat'
set output drawn.'.svg'
set terminal @SVG
plot for [i = 1 : n] data index 2 * (i - 1) using (at_x(i, $1)):($3 == 0 ? at_y(i, $2) : NaN):(radius($4)) \
        with points pt 6 ps variable lw 1 lc rgb '#0072B2', \
    for [i = 1 : n] data index 2 * (i - 1) using (at_x(i, $1)):($3 == 1 ? at_y(i, $2) : NaN):(radius($4)) \
        with points pt 9 ps variable lw 1 lc rgb '#D55E00', \
    for [i = 2 : n] data index 1 using (at_x(i, $1)):(inside($1, $2) && inside($3, $4) ? at_y(i, $2) : NaN):(at_x(i, $3) - at_x(i, $1)):(at_y(i, $4) - at_y(i, $2)) \
        with vectors nohead dt solid lw 2 lc rgb '#9A9A9A', \
    for [i = 1 : n] data index 2 * i - 1 using (at_x(i, $1)):(inside($1, $2) && inside($3, $4) ? at_y(i, $2) : NaN):(at_x(i, $3) - at_x(i, $1)):(at_y(i, $4) - at_y(i, $2)) \
        with vectors nohead dt solid lw 2.4 lc rgb '#000000'
load templates.'/pictures.gp'
