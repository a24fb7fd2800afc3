# SPDX-License-Identifier: GPL-3.0-or-later
#
# points: panels of configurations as points, coloured by their value, with the same y axis. Needs
# figure_title, note, y_label, cell_label, the arrays panel (labels of x), x_from and x_to; ticks of all axes
# in tick, tick_at and tick_panel (0: of y); tick_width, y_low, y_high, cell_low, cell_high, cell_least,
# cell_most and best (the point to frame, from 0; -1: none). Rows of the data, a block a panel: x, y, value,
# how many chose it.

load templates.'/style.gp'

n = |panel|
n_columns = less(n, 3)
n_rows = (n + n_columns - 1) / n_columns
y_width = 1
do for [k = 1 : |tick|] { if (tick_panel[k] == 0) { y_width = more(y_width, strlen(tick[k])) } }
left = 34. + letter * y_width
right = 76.
panel_width = (width - left - right) / n_columns
panel_height = n_rows == 1 ? 230. : 150.
heading = lines(figure_title, 56) * line + lines(note, 66) * 16.
top = 12 + heading
bottom = 10
height = ceil(top + n_rows * panel_height + bottom)

# One graph, in units from its upper left corner; panels are drawn into it.
set lmargin at screen left / width
set rmargin at screen 1 - right / width
set tmargin at screen 1 - top / height
set bmargin at screen bottom / height
set xrange [0 : n_columns * panel_width]
set yrange [n_rows * panel_height : 0]
@TITLE
do for [k = 1 : lines(note, 66)] { set label 90 - k the_line(note, 66, k) noenhanced center font ',12' \
    tc rgb '#404040' at screen 0.5, screen 1 - (14. + lines(figure_title, 56) * line + (k - 1) * 16.) / height }
set label 2 wrap(y_label, 36) noenhanced center rotate at screen 14. / width, graph 0.5
set label 3 wrap(cell_label, 36) noenhanced center rotate at screen 1 - 12. / width, graph 0.5
unset key
unset grid
unset border
unset xtics
unset ytics
@COLOURS
if (lower_is_better) { set palette negative }
set colorbox user origin 1 - (right - 12) / width, (bottom + 40.) / height \
    size 14. / width, (n_rows * panel_height - 56.) / height noborder
set cbtics step(spread, 5) font ',12' offset -0.6, 0
set format cb '%g'

column_of(i) = (i - 1) % n_columns
row_of(i) = (i - 1) / n_columns
at_x(i, x) = column_of(i) * panel_width + (panel_width - 14.) * (x - x_from[i]) / (x_to[i] - x_from[i])
at_y(i, y) = row_of(i) * panel_height + 8 + (panel_height - 48.) * (y_high - y) / (y_high - y_low)
do for [i = 1 : n] {
    set arrow from at_x(i, x_from[i]), at_y(i, y_low) to at_x(i, x_to[i]), at_y(i, y_low) nohead lw 1 lc rgb '#404040'
    set arrow from at_x(i, x_from[i]), at_y(i, y_low) to at_x(i, x_from[i]), at_y(i, y_high) nohead lw 1 lc rgb '#404040'
    set label fit(panel[i], floor(panel_width / letter)) noenhanced center at at_x(i, (x_from[i] + x_to[i]) / 2), at_y(i, y_low) + 30
    do for [k = 1 : |tick|] {
        if (tick_panel[k] == i) {
            set arrow from at_x(i, tick_at[k]), at_y(i, y_low) rto 0, 3 nohead lw 1 lc rgb '#404040'
            set label fit(tick[k], 10) noenhanced center font ',12' at at_x(i, tick_at[k]), at_y(i, y_low) + 12
        }
        if (tick_panel[k] == 0) {
            set arrow from at_x(i, x_from[i]), at_y(i, tick_at[k]) to at_x(i, x_to[i]), at_y(i, tick_at[k]) nohead back lw 0.7 lc rgb '#DDDDDD'
            if (column_of(i) == 0) { set label tick[k] noenhanced right font ',12' at -4, at_y(i, tick_at[k]) }
        }
    }
}

data = base.'.dat'
set output drawn.'.svg'
set terminal @SVG
plot for [i = 1 : n] data index i - 1 using (at_x(i, $1)):($3 == $3 ? NaN : at_y(i, $2)) with points pt 2 ps 0.8 lw 1.4 lc rgb '#7F7F7F', \
    for [i = 1 : n] data index i - 1 using (at_x(i, $1)):($3 == $3 ? at_y(i, $2) : NaN):3 with points pt 7 ps 1 lc palette, \
    for [i = 1 : n] data index i - 1 using (at_x(i, $1)):($3 == $3 ? at_y(i, $2) : NaN) with points pt 6 ps 1 lw 0.7 lc rgb '#404040', \
    for [i = 1 : n] data index i - 1 using (at_x(i, $1)):($4 > 0 ? at_y(i, $2) : NaN) with points pt 6 ps 1.6 lw 1.2 lc rgb '#000000', \
    for [i = 1 : n] data index i - 1 using (at_x(i, $1)):(int($0) == best ? at_y(i, $2) : NaN) with points pt 4 ps 2 lw 1.4 lc rgb '#000000'
load templates.'/pictures.gp'
