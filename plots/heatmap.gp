# SPDX-License-Identifier: GPL-3.0-or-later
#
# heatmap: a grid of numbers, each written in its cell. Column and row count from
# 1, the first row is the lowest. Needs figure_title, note, x_label, y_label, cell_label,
# the arrays x_tick and y_tick with x_tick_width and y_tick_width, cell_low,
# cell_high, cell_least, cell_most, best_x and best_y (0: none), n_seeds (0: cells have no counts). Rows of the data: column,
# row, value, how many of n_seeds chose the cell, how many of its runs diverged, where that leaves no value.

load templates.'/style.gp'

n_x = |x_tick|
n_y = |y_tick|
bar_width = 14.

# Layout, in units. Cells are as wide as there is room, and not too flat. How the
# upright labels break depends on the height, hence twice.
height = 240.
do for [pass = 1 : 2] {
    upright = floor((height - 16) / letter)
    left = 18 + lines(y_label, upright) * line + letter * y_tick_width
    right = 12 + bar_width + 42 + lines(cell_label, upright) * line
    cell_width = less((width - left - right) / n_x, 110.)
    cell_height = less(more(0.62 * cell_width, n_seeds > 0 ? 34. : 22.), 44.)
    if (n_y * cell_height < 70) { cell_height = 70. / n_y }
    turned = letter * x_tick_width > cell_width - 4
    top = 14 + lines(figure_title, 56) * line + lines(note, 66) * 16.
    bottom = 4 + ticks_height(turned, x_tick_width) + lines(x_label, 50) * line
    height = ceil(top + n_y * cell_height + bottom)
}
left = left + (width - left - right - n_x * cell_width) / 2
set lmargin at screen left / width
set rmargin at screen (left + n_x * cell_width) / width
set bmargin at screen bottom / height
set tmargin at screen 1 - top / height

has_x_tics = 1
@TITLE
do for [k = 1 : lines(note, 66)] { set label 90 - k the_line(note, 66, k) noenhanced center font ',12' \
    tc rgb '#404040' at screen 0.5, screen 1 - (14. + lines(figure_title, 56) * line + (k - 1) * 16.) / height }
@X_LABEL
set label 2 wrap(y_label, upright) noenhanced center rotate \
    at screen (left - 14 - letter * y_tick_width - (lines(y_label, upright) - 0.5) * line) / width, graph 0.5
set label 3 wrap(cell_label, upright) noenhanced center rotate \
    at screen (left + n_x * cell_width + 12 + bar_width + 40 + line / 2) / width, graph 0.5
unset key
unset grid
set border 0
set tics scale 0
set xrange [0.5 : n_x + 0.5]
set yrange [0.5 : n_y + 0.5]
set xtics ('' 1) noenhanced
set ytics ('' 1) noenhanced
do for [i = 1 : n_x] { set xtics add (x_tick[i] i) }
do for [i = 1 : n_y] { set ytics add (y_tick[i] i) }
if (turned) { set xtics rotate by 45 right }

@COLOURS
if (lower_is_better) { set palette negative }
set colorbox user origin (left + n_x * cell_width + 12) / width, bottom / height \
    size bar_width / width, n_y * cell_height / height noborder
set cbtics step(spread, less(n_y * cell_height / 24, 5)) font ',12' offset -0.6, 0
set format cb '%g'

# As many decimals as the size of the numbers asks for and the cell has room for.
size = more(abs(1. * cell_low), abs(1. * cell_high))
decimals = size >= 1000 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3
if (cell_high > cell_low) { decimals = more(decimals, less(ceil(-log10(spread)) + 1, 2)) }  # cells that differ look so
digits = size >= 1 ? floor(log10(size)) + 1 : 1
letters = digits + 1 + decimals + (cell_low < 0)
font_size = less(13., floor((cell_width - 3) / (0.56 * letters)))
if (font_size < 10) { decimals = more(decimals - 1, 0); font_size = 10 }
cell_format = size >= 1e5 || (size < 0.01 && size > 0) ? '%.1e' : sprintf('%%.%df', decimals)
ink(x) = (lower_is_better ? middle - x : x - middle) / spread > 0.06 ? 0x000000 : 0xFFFFFF
# The value, and below it the seeds: rows count upwards.
lift = n_seeds > 0 ? 7.5 / cell_height : 0
count_format = cell_width > 0.56 * 10 * (4 + 2 * strlen(sprintf('%d', n_seeds))) ? '%d of %d' : '%d'
count(n) = n > 0 && n_seeds > 0 ? sprintf(count_format, n, n_seeds) : ''

set output drawn.'.svg'
set terminal @SVG
unset object
if (best_x > 0 && best_y > 0) {
    set object 1 rectangle center best_x, best_y size 1, 1 front fs empty border lc rgb '#000000' lw 4
    set object 2 rectangle center best_x, best_y size 1, 1 front fs empty border lc rgb '#FFFFFF' lw 1.5
}
data = base.'.dat'
plot data using 1:2:(0.5):(0.5) with boxxyerror fs solid 1 border lc rgb '#FFFFFF' lt 1 lw 1 lc rgb '#EEEEEE', \
    data using ($1 - 0.5):($2 - 0.5):(1):(1) with vectors nohead lt 1 lw 1 lc rgb '#BBBBBB', \
    data using 1:($3 == $3 ? $2 : NaN):(0.5):(0.5):3 with boxxyerror fs solid 1 border lc rgb '#FFFFFF' lt 1 lw 1 lc palette, \
    data using 1:($3 == $3 ? $2 + ($4 > 0 ? lift : 0) : NaN):(sprintf(cell_format, $3)):(ink($3)) \
        with labels center noenhanced font sprintf(',%d', font_size) tc rgb variable, \
    data using 1:($5 > 0 ? $2 + ($4 > 0 ? lift : 0) : NaN):(sprintf('%d div.', $5)) \
        with labels center noenhanced font ',10' tc rgb '#404040', \
    data using 1:($4 > 0 ? $2 - 1.2 * lift : NaN):(count($4)):($5 > 0 ? 0x404040 : ink($3)) \
        with labels center noenhanced font ',10' tc rgb variable
load templates.'/pictures.gp'
