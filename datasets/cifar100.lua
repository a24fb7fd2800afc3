-- SPDX-License-Identifier: GPL-3.0-or-later
-- CIFAR-100 in its binary version, by its 100 fine labels.
local classes = {
    "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle", "bottle",
    "bowl", "boy", "bridge", "bus", "butterfly", "camel", "can", "castle", "caterpillar", "cattle",
    "chair", "chimpanzee", "clock", "cloud", "cockroach", "couch", "crab", "crocodile", "cup",
    "dinosaur", "dolphin", "elephant", "flatfish", "forest", "fox", "girl", "hamster", "house",
    "kangaroo", "keyboard", "lamp", "lawn_mower", "leopard", "lion", "lizard", "lobster", "man",
    "maple_tree", "motorcycle", "mountain", "mouse", "mushroom", "oak_tree", "orange", "orchid",
    "otter", "palm_tree", "pear", "pickup_truck", "pine_tree", "plain", "plate", "poppy",
    "porcupine", "possum", "rabbit", "raccoon", "ray", "road", "rocket", "rose", "sea", "seal",
    "shark", "shrew", "skunk", "skyscraper", "snail", "snake", "spider", "squirrel", "streetcar",
    "sunflower", "sweet_pepper", "table", "tank", "telephone", "television", "tiger", "tractor",
    "train", "trout", "tulip", "turtle", "wardrobe", "whale", "willow_tree", "wolf", "woman", "worm",
}

return data_set {
    doc = "CIFAR-100: 50,000 + 10,000 colour pictures of 32x32, 100 classes",
    origin = "Krizhevsky 2009, Learning Multiple Layers of Features from Tiny Images",
    licence = "not stated by its authors; for research",
    archive = "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
    md5 = "03b5dce01913d631647c71ecec9e9cb8",
    format = "cifar",
    label_bytes = 2,
    classes = classes,
    train = { "cifar-100-binary/train.bin" },
    test = { "cifar-100-binary/test.bin" },
}
