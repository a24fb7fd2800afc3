-- SPDX-License-Identifier: GPL-3.0-or-later
-- CIFAR-10 in its binary version, as its authors publish it.
local folder = "cifar-10-batches-bin/"

return data_set {
    doc = "CIFAR-10: 50,000 + 10,000 colour pictures of 32x32, 10 classes",
    origin = "Krizhevsky 2009, Learning Multiple Layers of Features from Tiny Images",
    licence = "not stated by its authors; for research",
    archive = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    md5 = "c32a1d4ab5d03f1284b67883e8d87530",
    format = "cifar",
    label_bytes = 1,
    classes = { "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck" },
    train = {
        folder .. "data_batch_1.bin", folder .. "data_batch_2.bin", folder .. "data_batch_3.bin",
        folder .. "data_batch_4.bin", folder .. "data_batch_5.bin",
    },
    test = { folder .. "test_batch.bin" },
}
