-- SPDX-License-Identifier: GPL-3.0-or-later
-- From MNIST's official files, plain or .gz, as datasets/colored_mnist.lua.
local folder = "MNIST/raw/"

return data_set {
    doc = "MNIST's digits below 5 or not, red or green: spurious correlation, class and attribute imbalance",
    origin = "core/data/format/format_subpopulation.c, from MNIST",
    licence = "CC BY-SA 3.0",
    format = "subpopulation_digits",
    train = { folder .. "train-images-idx3-ubyte", folder .. "train-labels-idx1-ubyte" },
    test = { folder .. "t10k-images-idx3-ubyte", folder .. "t10k-labels-idx1-ubyte" },
}
