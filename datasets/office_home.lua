-- SPDX-License-Identifier: GPL-3.0-or-later
-- office_home/Art/Alarm_Clock/*.jpg and so on, as DomainBed's download lays it out.
return data_set {
    doc = "OfficeHome: 15,588 pictures of 65 things in 4 styles",
    origin = "Venkateswara et al. 2017, Deep Hashing Network for Unsupervised Domain Adaptation",
    licence = "for non-commercial research",
    domainbed = "OfficeHome",
    format = "folders",
    folder = "office_home",
}
