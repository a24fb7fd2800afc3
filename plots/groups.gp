# SPDX-License-Identifier: GPL-3.0-or-later
#
# groups: points with intervals, one series beside the other. Needs figure_title,
# x_label, y_label, the arrays x_tick and series with x_tick_width and
# series_width, y_low, y_high, y_least and y_most.

load templates.'/style.gp'

n_x = |x_tick|
n = |series|
turned = letter * x_tick_width > (width - 70) / n_x - 4
bottom = 4 + ticks_height(turned, x_tick_width) + lines(x_label, 50) * line
height = top + graph_height + bottom
set bmargin at screen bottom / height
set tmargin at screen 1 - top / height
set rmargin at screen 1 - 14 / width

has_x_tics = 1
@TITLE
@X_LABEL
set ylabel wrap(y_label, 36) noenhanced offset 0.5, 0
set xrange [0.5 : n_x + 0.5]
set yrange [low_end(y_low, y_high, 0.05, y_least, y_most) : high_end(y_low, y_high, 0.05, y_least, y_most)]
set xtics ('' 1) noenhanced
do for [i = 1 : n_x] { set xtics add (x_tick[i] i) }
if (turned) { set xtics rotate by 45 right }
set ytics step(padded_high(y_low, y_high, 0) - padded_low(y_low, y_high, 0), 5)
set format y '%g'

# Points without lines: dodged lines would lie beside each other and look like a difference.
dodge(i) = n == 1 ? 0 : 0.6 * ((i - 1.) / (n - 1) - 0.5)

data = base.'.dat'
set output drawn.'.svg'
set terminal @SVG
plot for [i = 1 : n] data index i - 1 using ($1 + dodge(i)):($3 == $3 ? $2 : NaN):3 \
        with yerrorbars lt i lw 1.2 dt solid ps 0 notitle, \
    for [i = 1 : n] data index i - 1 using ($1 + dodge(i)):2 \
        with points lt i lw 1 title series[i]
load templates.'/pictures.gp'
