# SPDX-License-Identifier: GPL-3.0-or-later
#
# forest: effects with intervals under each other, against a line at 0. Needs
# figure_title, x_label, the arrays y_tick and series with y_tick_width and
# series_width, x_low, x_high, x_least and x_most.

load templates.'/style.gp'

n_y = |y_tick|
n = |series|
tick_letters = less(y_tick_width, 30)  # longer ones take more lines
tallest = 1
do for [i = 1 : n_y] { tallest = more(tallest, lines(y_tick[i], tick_letters)) }
graph_height = more(n_y * more(8 + 14. * n, 7 + 15. * tallest), 60.)
if (n == 1) { key_height = 0; top = 20 + lines(figure_title, 56) * line }
bottom = 4 + ticks_height(0, 0) + lines(x_label, 50) * line
height = top + graph_height + bottom
if (n > 1) {
    set key at graph 0.5, graph 1 + (key_height + 4) / graph_height center top horizontal \
        maxcols key_columns Left reverse samplen 2.6 spacing 1.1
} else {
    has_key = 0
    unset key
}
set bmargin at screen bottom / height
set tmargin at screen 1 - top / height
set rmargin at screen 1 - 14 / width
left = (22. + letter * tick_letters) / width
set lmargin at screen left

has_x_tics = 1
@TITLE
# Over the graph's middle, or as near to it as the figure's edge lets it be.
x_middle = less(0.5 * (left + 1 - 14 / width), 1 - 0.5 * (letter * less(strlen(x_label), 50) + 8) / width)
do for [k = 1 : lines(x_label, 50)] { set label 120 + k the_line(x_label, 50, k) noenhanced center \
    at screen x_middle, screen ((lines(x_label, 50) - k + 1) * line - 4) / height }
set xrange [low_end(x_low, x_high, 0.06, x_least, x_most) : high_end(x_low, x_high, 0.06, x_least, x_most)]
set yrange [n_y + 0.5 : 0.5]
set ytics ('' 1) noenhanced scale 0
do for [i = 1 : n_y] { set ytics add (wrap(y_tick[i], tick_letters) i) }
set xtics step(padded_high(x_low, x_high, 0) - padded_low(x_low, x_high, 0), 5)
set format x '%g'
unset grid
set grid x lt 1 dt solid lw 0.7 lc rgb '#DDDDDD' back
set border 1
set arrow 1 from 0, graph 0 to 0, graph 1 nohead back lw 1.5 lc rgb '#404040'

dodge(i) = n == 1 ? 0 : 0.6 * ((i - 1.) / (n - 1) - 0.5)

data = base.'.dat'
set output drawn.'.svg'
set terminal @SVG
plot for [i = 1 : n] data index i - 1 using ($3 == $3 ? $2 : NaN):($1 + dodge(i)):3 \
        with xerrorbars lt i lw 1.4 dt solid ps 0 notitle, \
    for [i = 1 : n] data index i - 1 using 2:($1 + dodge(i)) with points lt i lw 1 title series[i]
load templates.'/pictures.gp'
