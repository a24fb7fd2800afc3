-- SPDX-License-Identifier: GPL-3.0-or-later
-- The four official files, plain or .gz; the sums are of the plain ones.
local folder = "MNIST/raw/"

return data_set {
    doc = "MNIST: 60,000 + 10,000 grey digits of 28x28, 10 classes",
    origin = "LeCun, Cortes, Burges: http://yann.lecun.com/exdb/mnist",
    licence = "CC BY-SA 3.0",
    format = "idx",
    classes = { "0", "1", "2", "3", "4", "5", "6", "7", "8", "9" },
    train = { folder .. "train-images-idx3-ubyte", folder .. "train-labels-idx1-ubyte" },
    test = { folder .. "t10k-images-idx3-ubyte", folder .. "t10k-labels-idx1-ubyte" },
    sums = {
        "6bbc9ace898e44ae57da46a324031adb  train-images-idx3-ubyte",
        "a25bea736e30d166cdddb491f175f624  train-labels-idx1-ubyte",
        "2646ac647ad5339dbf082846283269ea  t10k-images-idx3-ubyte",
        "27ae3e4e09519cfbb04c329615203637  t10k-labels-idx1-ubyte",
    },
}
