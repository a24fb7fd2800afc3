# SPDX-License-Identifier: GPL-3.0-or-later
#
# forest: effects with intervals under each other, against a line at 0. Needs
# figure_title, x_label, the arrays y_tick and series with y_tick_width and
# series_width, x_low and x_high.

load templates.'/style.gp'

n_y = |y_tick|
n = |series|
graph_height = more(n_y * (8 + 14. * n), 60.)
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
set lmargin at screen (22 + letter * less(y_tick_width, 30)) / width

has_x_tics = 1
@TITLE
@X_LABEL
set xrange [padded_low(x_low, x_high, 0.06) : padded_high(x_low, x_high, 0.06)]
set yrange [n_y + 0.5 : 0.5]
set ytics ('' 1) noenhanced scale 0
do for [i = 1 : n_y] { set ytics add (y_tick[i] i) }
set xtics step(padded_high(x_low, x_high, 0) - padded_low(x_low, x_high, 0), 5)
set format x '%g'
unset grid
set grid x lt 1 dt solid lw 0.7 lc rgb '#DDDDDD' back
set border 1
set arrow 1 from 0, graph 0 to 0, graph 1 nohead back lw 1.5 lc rgb '#404040'

dodge(i) = n == 1 ? 0 : 0.6 * ((i - 1.) / (n - 1) - 0.5)

data = base.'.dat'
set output base.'.svg'
set terminal @SVG
plot for [i = 1 : n] data index i - 1 using ($3 == $3 ? $2 : NaN):($1 + dodge(i)):3 \
        with xerrorbars lt i lw 1.4 dt solid ps 0 notitle, \
    for [i = 1 : n] data index i - 1 using 2:($1 + dodge(i)) with points lt i lw 1 title series[i]
load templates.'/pictures.gp'
