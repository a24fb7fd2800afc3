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
    sums = {
        "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5  data_batch_1.bin",
        "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed  data_batch_2.bin",
        "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67  data_batch_3.bin",
        "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48  data_batch_4.bin",
        "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add  data_batch_5.bin",
        "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b  test_batch.bin",
    },
}
