# SPDX-License-Identifier: GPL-3.0-or-later
#
# slopes: pairs as lines from one column to the next, and their means. Needs
# figure_title, y_label, the array x_tick with x_tick_width (two for each panel),
# y_low, y_high, y_least and y_most.

load templates.'/style.gp'

n_panels = |x_tick| / 2
graph_height = 230.
turned = letter * x_tick_width > 1.3 * (width - 70) / (3 * n_panels - 1.2) - 4
top = 10 + lines(figure_title, 56) * line
bottom = 4 + ticks_height(turned, x_tick_width)
height = top + graph_height + bottom
set bmargin at screen bottom / height
set tmargin at screen 1 - top / height
set rmargin at screen 1 - 14 / width

has_x_tics = 1
@TITLE
set ylabel wrap(y_label, 36) noenhanced offset 0.5, 0
set xrange [0.6 : 3 * n_panels - 0.6]
set yrange [low_end(y_low, y_high, 0.06, y_least, y_most) : high_end(y_low, y_high, 0.06, y_least, y_most)]
set xtics ('' 1) noenhanced scale 0
do for [i = 1 : |x_tick|] { set xtics add (x_tick[i] 3 * ((i - 1) / 2) + 1 + (i - 1) % 2) }
if (turned) { set xtics rotate by 45 right }
set ytics step(padded_high(y_low, y_high, 0) - padded_low(y_low, y_high, 0), 5)
set format y '%g'
unset key

# Up is solid, down is dashed: told apart without colour.
data = base.'.dat'
set output drawn.'.svg'
set terminal @SVG
plot data index 0 using 1:($4 >= 0 ? $2 : NaN):3:4 with vectors nohead lt 1 lw 1.2, \
    data index 0 using 1:($4 < 0 ? $2 : NaN):3:4 with vectors nohead lt 2 lw 1.2, \
    data index 0 using 1:2 with points pt 7 ps 0.45 lc rgb '#606060', \
    data index 0 using ($1 + $3):($2 + $4) with points pt 7 ps 0.45 lc rgb '#606060', \
    data index 1 using 1:2:3:4 with vectors nohead lt 1 lw 4 lc rgb '#000000', \
    data index 1 using 1:2 with points pt 7 ps 0.9 lc rgb '#000000', \
    data index 1 using ($1 + $3):($2 + $4) with points pt 7 ps 0.9 lc rgb '#000000'
load templates.'/pictures.gp'
