# SPDX-License-Identifier: GPL-3.0-or-later
#
# histograms: panels with two histograms each, of before and after, with the same axes. Needs
# figure_title, x_label, y_label, before_label, after_label, the arrays panel, x_tick and x_tick_at,
# x_low, x_high and y_high (y_low is 0) and y_most. Rows of the data: low, high, before, after;
# what is 0 before has no mark.

load templates.'/style.gp'

n = |panel|
n_columns = n <= 3 ? n : n == 4 ? 2 : n <= 9 ? 3 : 4
n_rows = (n + n_columns - 1) / n_columns
left = 58.
panel_width = (width - left - 8) / n_columns
panel_height = n_rows == 1 ? 190. : n_columns < 4 ? 130. : 100.
letters(size) = floor(panel_width / (size / 14. * letter))
heading_lines = lines(figure_title, 56)
top = 8 + heading_lines * line + 20
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
# The legend, by hand: the svg terminal does not know how wide it is.
key_at = 1 - (18. + heading_lines * line) / height
key_width = 12. / 14 * letter * (strlen(before_label) + strlen(after_label)) + 2 * 30 + 24
key_left = (width - key_width) / 2
key_middle = key_left + 30 + 12. / 14 * letter * strlen(after_label) + 24
set object 1 rectangle from screen key_left / width, screen key_at - 4. / height to screen (key_left + 22) / width, screen key_at + 4. / height \
    fs solid 1 noborder fc rgb '#9CC3E0'
set label 130 after_label noenhanced left font ',12' at screen (key_left + 30) / width, screen key_at
set arrow from screen key_middle / width, screen key_at to screen (key_middle + 22) / width, screen key_at nohead lw 1.6 lc rgb '#202020'
set label 131 before_label noenhanced left font ',12' at screen (key_middle + 30) / width, screen key_at
unset key
unset grid
unset border
unset xtics
unset ytics

y_to = less(1.04 * y_high, y_most)
column_of(i) = (i - 1) % n_columns
row_of(i) = (i - 1) / n_columns
at_x(i, x) = column_of(i) * panel_width + (panel_width - 12.) * (x - x_low) / (x_high - x_low)
at_y(i, y) = row_of(i) * panel_height + 22 + (panel_height - 28.) * (y_to - y) / y_to
y_step = step(y_to, n_rows == 1 ? 5 : 3)
do for [i = 1 : n] {
    set arrow from at_x(i, x_low), at_y(i, 0) to at_x(i, x_high), at_y(i, 0) nohead lw 1 lc rgb '#404040'
    size = strlen(panel[i]) > letters(12) ? 10 : 12
    set label fit(panel[i], letters(size)) noenhanced center \
        font sprintf(',%d', size) at at_x(i, (x_low + x_high) / 2), at_y(i, y_to) - 9 front
    is_lowest = i + n_columns > n
    do for [k = 1 : |x_tick|] {
        set arrow from at_x(i, x_tick_at[k]), at_y(i, 0) rto 0, 3 nohead lw 1 lc rgb '#404040'
        if (is_lowest) { set label x_tick[k] noenhanced center font ',12' at at_x(i, x_tick_at[k]), at_y(i, 0) + 12 }
    }
    do for [k = 0 : floor(y_to / y_step)] {
        if (k > 0) { set arrow from at_x(i, x_low), at_y(i, k * y_step) to at_x(i, x_high), at_y(i, k * y_step) nohead back lw 0.7 lc rgb '#DDDDDD' }
        if (column_of(i) == 0) { set label sprintf('%g', k * y_step) right font ',12' at -4, at_y(i, k * y_step) }
    }
}

data = base.'.dat'
set output drawn.'.svg'
set terminal @SVG
plot for [i = 1 : n] data index i - 1 using ((at_x(i, $1) + at_x(i, $2)) / 2):(at_y(i, 0)):(at_x(i, $1)):(at_x(i, $2)):(at_y(i, 0)):(at_y(i, $4)) \
        with boxxyerror fs solid 1 noborder lc rgb '#9CC3E0', \
    for [i = 1 : n] data index i - 1 using (at_x(i, $1)):($3 > 0 ? at_y(i, $3) : NaN):(at_x(i, $2) - at_x(i, $1)):(0) \
        with vectors nohead dt solid lw 1.6 lc rgb '#202020'
load templates.'/pictures.gp'
