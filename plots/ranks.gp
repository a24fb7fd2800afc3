# SPDX-License-Identifier: GPL-3.0-or-later
#
# ranks: Demsar's critical-difference diagram. The better half of the methods is named
# on the left, the other on the right; bars join those not told apart. Names get up to a third
# of the width on their side, and more lines where they are longer than that. Needs figure_title,
# note, the array method with method_width, critical_distance and n_bars.

load templates.'/style.gp'

n = |method|
n_left = (n + 1) / 2
name_letters = less(method_width, 20)
side = letter * more(name_letters, 6) + 20
name_lines(i) = lines(method[i], name_letters)
tallest = 1
do for [i = 1 : n] { tallest = more(tallest, name_lines(i)) }
row_height = 5 + 15. * tallest
top = 30 + lines(figure_title, 56) * line
rows_at = 20 + 9. * n_bars  # below the axis
rows_height = n_left * row_height + 8
bottom = 8 + lines(note, 62) * line
graph_height = rows_at + rows_height
height = top + 26 + graph_height + bottom

set lmargin at screen side / width
set rmargin at screen 1 - side / width
set tmargin at screen 1 - top / height
set bmargin at screen bottom / height
# y counts units down from the axis.
set xrange [1 : n]
set yrange [graph_height : -26]
@TITLE
do for [k = 1 : lines(note, 62)] { set label 120 + k the_line(note, 62, k) noenhanced center at screen 0.5, \
    screen (bottom - 6 - (k - 1) * line) / height }
unset key
unset grid
unset border
unset ytics
unset xtics

# The axis, and the distance above it.
set arrow from 1, 0 to n, 0 nohead lw 1.5 lc rgb '#202020'
tick = more(step(n - 1., floor((width - 2 * side) / 26)), 1)
do for [i = 1 : n] {
    if (i > 1 && int(i) % int(tick) != 0) { continue }
    set arrow from i, 0 to i, -5 nohead lw 1.5 lc rgb '#202020'
    set label sprintf('%d', i) at i, -13 center font ',13' front
}
if (critical_distance < n - 1) {
    set arrow from 1, -25 to 1 + critical_distance, -25 heads size screen 0.008, 90 lw 1.2 lc rgb '#202020'
    set label sprintf('CD = %.2f', critical_distance) at 1 + critical_distance, -25 left offset 0.8, 0 font ',13'
}

# Each method: down from its rank, then out to its name.
data = base.'.dat'
stats data index 0 using 1 nooutput
array rank[n]
stats data index 0 using (rank[int($0) + 1] = $1) nooutput
do for [i = 1 : n] {
    is_left = i <= n_left
    row = rows_at + row_height * ((is_left ? i : n - i + 1) - 0.5)
    set arrow from rank[i], 0 to rank[i], row nohead lw 1 lc rgb '#606060'
    set arrow from rank[i], row to graph (is_left ? 0 : 1), first row nohead lw 1 lc rgb '#606060'
    do for [k = 1 : name_lines(i)] {
        y = row + 15. * (k - (name_lines(i) + 1) / 2.)
        if (is_left) {
            set label the_line(method[i], name_letters, k) noenhanced at graph -0.015, first y right font ',13'
        } else {
            set label the_line(method[i], name_letters, k) noenhanced at graph 1.015, first y left font ',13'
        }
    }
}

set output drawn.'.svg'
set terminal @SVG
plot data index 1 using 1:(10 + 9 * $3):($2 - $1):(0) with vectors nohead lw 5 lt 1 lc rgb '#202020' dt solid
load templates.'/pictures.gp'
