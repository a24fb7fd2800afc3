# SPDX-License-Identifier: GPL-3.0-or-later
#
# What all figures share. A figure is 480 units wide and meant for one column of
# a two-column paper (85 mm), where 14 units are letters of 7 points. The svg has
# one pixel a unit, the png two; the pdf is 3.35 inches wide.
#
# `base`, `templates` and the texts come from the figure's own script. A text may
# hold anything: show it as it is (noenhanced), never inside double quotes, which
# run what stands between back-ticks.

reset
if (!exists('drawn')) drawn = base # the program draws under other names and renames the pictures
set encoding utf8
set decimalsign '.'
set datafile separator whitespace
set datafile commentschars '#'

width = 480.
height = 340.
letter = 6.8    # mean width of a letter, in units
line = 18.      # height of a line of text, in units

# The svg terminal takes letters for half as high again and for wider than they are, so that what gnuplot
# places by itself lies elsewhere than in the others: tick labels and the legend are set right, titles and
# labels stand where we say, line by line.
has_x_tics = 0
has_key = exists('series')
SVG = "svg size width, height fixed noenhanced font 'Arial,14' name 'figure' background '#ffffff'; \
    if (has_x_tics) { set xtics offset 0, (exists('turned') && turned ? 0.1 : 0.37) }; if (has_key) { set key spacing 0.84 width -0.28 * series_width }"
PNG = "pngcairo size 2 * width, 2 * height noenhanced font 'Liberation Sans,14' fontscale 1.5 linewidth 2 pointscale 2 background '#ffffff'; \
    if (has_x_tics) { set xtics offset 0, 0 }; if (has_key) { set key spacing 1.1 width 0 }"
PDF = "pdfcairo size 3.35, 3.35 * height / width noenhanced font 'Liberation Sans,14' fontscale 0.375 linewidth 1 pointscale 0.45 background '#ffffff'"

# Texts of at most n letters a line, broken at blanks where there are some.
cut(s, n, k) = k < n / 2 ? n : s[k:k] eq ' ' ? k : cut(s, n, k - 1)
wrap(s, n) = strlen(s) <= n ? s : s[1:cut(s, n, n)]."\n".wrap(s[cut(s, n, n) + 1:*], n)
lines(s, n) = strlen(s) == 0 ? 0 : strlen(s) <= n ? 1 : 1 + lines(s[cut(s, n, n) + 1:*], n)
the_line(s, n, k) = strlen(s) <= n ? s : k == 1 ? s[1:cut(s, n, n)] : the_line(s[cut(s, n, n) + 1:*], n, k - 1)
more(a, b) = a > b ? a : b
less(a, b) = a < b ? a : b

# Okabe and Ito's colours, which the colour-blind tell apart; dashes and shapes
# tell them apart in grey.
set linetype 1 lw 2 lc rgb '#0072B2' dt solid         pt 7  ps 0.7
set linetype 2 lw 2 lc rgb '#D55E00' dt (8, 3)        pt 5  ps 0.65
set linetype 3 lw 2 lc rgb '#009E73' dt (3, 2)        pt 9  ps 0.85
set linetype 4 lw 2 lc rgb '#000000' dt (8, 3, 2, 3)  pt 13 ps 0.9
set linetype 5 lw 2 lc rgb '#E69F00' dt solid         pt 11 ps 0.85
set linetype 6 lw 2 lc rgb '#CC79A7' dt (12, 3)       pt 6  ps 0.7
set linetype 7 lw 2 lc rgb '#56B4E9' dt (2, 3)        pt 4  ps 0.65
set linetype 8 lw 2 lc rgb '#7F7F7F' dt (12, 3, 2, 3) pt 8  ps 0.85
set linetype cycle 8

set border 3 lw 1 lc rgb '#404040'
set tics nomirror out scale 0.5 font ',13' textcolor rgb '#202020'
set grid y lt 1 dt solid lw 0.7 lc rgb '#DDDDDD' back
set key noenhanced font ',13' textcolor rgb '#202020'

# Colours of values from cell_low to cell_high: viridis, whose lightness grows evenly, so that it survives grey
# printers. What differs in the last bits only is one colour: gnuplot refuses so narrow a range.
COLOURS = "set palette defined (0 '#440154', 1 '#482475', 2 '#414487', 3 '#355F8D', 4 '#2A788E', \
    5 '#21918C', 6 '#22A884', 7 '#44BF70', 8 '#7AD151', 9 '#BDDF26', 10 '#FDE725'); \
    if (cell_high - cell_low < 1e-9 * (abs(cell_low) + abs(cell_high))) { cell_high = cell_low }; \
    middle = 0.5 * cell_low + 0.5 * cell_high; \
    spread = cell_high > cell_low ? 1. * cell_high - cell_low : 2 * room(cell_low, cell_high, 0); \
    set cbrange [more(middle - spread / 2, cell_least) : less(middle + spread / 2, cell_most)]"

# Axis ends with room around the data, also where all of it is one number.
room(low, high, part) = low == high ? more(0.1 * abs(low), 0.5) \
    : more(part * (1. * high - low), 1e-3 * more(abs(1. * low), abs(1. * high)))
padded_low(low, high, part) = low - room(low, high, part)
padded_high(low, high, part) = high + room(low, high, part)

# The same, of an axis that ends at `least` and `most`: a share's at 0 and 100%.
low_end(low, high, part, least, most) = less(more(padded_low(low, high, part), least), most)
high_end(low, high, part, least, most) = more(less(padded_high(low, high, part), most), least)
clamp(x, low, high) = x < low ? low : x > high ? high : x # keeps NaN

# A name of at most n letters: what differs in names is mostly at their ends.
fit(s, n) = strlen(s) <= n ? s : s[1 : n / 2]."…".s[strlen(s) - n + n / 2 + 2 : *]

# A round step that cuts a range into about n parts, also where both are whole numbers, which gnuplot would
# divide as such.
round_step(x) = x < 1.5 ? 1 : x < 3.5 ? 2 : x < 7.5 ? 5 : 10
power(x) = 10 ** floor(log10(x))
step(range, n) = power(1. * range / n) * round_step(1. * range / n / power(1. * range / n))

# The title at the upper edge, over the graph's middle or, where wide, the figure's; room below a graph,
# and the label of its x axis at the lower edge.
TITLE = "do for [k = 1 : lines(figure_title, 56)] { set label 100 + k the_line(figure_title, 56, k) noenhanced center \
    font ',14' at screen 0.5, screen 1 - (14 + (k - 1) * line) / height }"
ticks_height(turned, ticks_width) = turned ? 0.72 * letter * ticks_width + 16 : line + 11
X_LABEL = "do for [k = 1 : lines(x_label, 50)] { set label 120 + k the_line(x_label, 50, k) noenhanced center \
    at graph 0.5, screen ((lines(x_label, 50) - k + 1) * line - 4) / height }"

# Figures with a legend: it stands between title and graph, in as many columns as
# fit. The graph keeps its height, the figure grows.
if (exists('series')) {
    graph_height = 220.
    key_columns = less(more(floor((width - 70) / (letter * series_width + 52)), 1), |series|)
    key_height = ceil(1. * |series| / key_columns) * 16
    top = 10 + lines(figure_title, 56) * line + key_height + 4
    set key at graph 0.5, graph 1 + (key_height + 4) / graph_height center top horizontal \
        maxcols key_columns Left reverse samplen 2.6 spacing 1.1
}
