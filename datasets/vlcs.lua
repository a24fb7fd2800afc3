-- SPDX-License-Identifier: GPL-3.0-or-later
-- VLCS/Caltech101/bird/*.jpg and so on, as DomainBed's download lays it out.
return data_set {
    doc = "VLCS: 10,729 photographs of 5 classes from 4 data sets",
    origin = "Fang et al. 2013, Unbiased Metric Learning",
    licence = "not stated; for research",
    domainbed = "VLCS",
    format = "folders",
    folder = "VLCS",
}
