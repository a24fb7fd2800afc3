-- SPDX-License-Identifier: GPL-3.0-or-later
-- From MNIST's official files, plain or .gz; where only those of the 10,000 test pictures are
-- there, from these. Other digits in such files will do; `rgdbench data mnist` tells them apart.
local folder = "MNIST/raw/"

return data_set {
    doc = "RotatedMNIST of DomainBed: 6 environments, rotated by 0 to 75 degrees",
    origin = "core/data/format_digits.c, from MNIST",
    licence = "CC BY-SA 3.0",
    domainbed = "RotatedMNIST",
    format = "rotated_digits",
    train = { folder .. "train-images-idx3-ubyte", folder .. "train-labels-idx1-ubyte" },
    test = { folder .. "t10k-images-idx3-ubyte", folder .. "t10k-labels-idx1-ubyte" },
}
