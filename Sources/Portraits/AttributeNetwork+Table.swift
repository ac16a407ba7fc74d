// Written by Tests/Fixtures/portraits/frequencies.py; do not edit by hand.

extension AttributeNetwork {
    /// Figures fitted to the 30,000 rows of CelebA-HQ's attribute annotation, in 1/10000.
    /// A table's entry k is for the parents' answers read as a binary number, first parent highest.
    static let celebAHQ = AttributeNetwork(nodes: [
        Node(
            .male, given: [],
            yes: [
                3686
            ]),
        Node(
            .young, given: [.male],
            yes: [
                8823, 6018,
            ]),
        Node(
            .wearingLipstick, given: [.male, .young],
            yes: [
                8330, 8934, 12, 97,
            ]),
        Node(
            .heavyMakeup, given: [.wearingLipstick, .male, .young],
            yes: [
                489, 1079, 3, 6, 6898, 8170, 4052, 1586,
            ]),
        Node(
            .noBeard, given: [.male, .wearingLipstick],
            yes: [
                10000, 10000, 4851, 9411,
            ]),
        Node(
            .goatee, given: [.noBeard, .young],
            yes: [
                4797, 3564, 0, 0,
            ]),
        Node(
            .bigNose, given: [.male, .young, .goatee],
            yes: [
                3145, 3245, 1420, 3245, 7440, 7782, 4733, 6297,
            ]),
        Node(
            .attractive, given: [.heavyMakeup, .young, .bigNose, .wearingLipstick],
            yes: [
                1398, 2431, 663, 1774, 5142, 6821, 3921, 5322, 5346, 5503, 2860, 2861, 6423, 8708, 5307, 6948,
            ]),
        Node(
            .fiveOClockShadow, given: [.male, .noBeard, .goatee, .young, .attractive],
            yes: [
                1497, 1497, 1497, 1497, 1497, 1497, 1497, 1497, 1, 1, 0, 0, 1497, 1497, 1497, 1497,
                4615, 8802, 7656, 9149, 2006, 4888, 3865, 6358, 1478, 3580, 2543, 2505, 1497, 1497, 1497, 1497,
            ]),
        Node(
            .sideburns, given: [.noBeard, .goatee, .attractive],
            yes: [
                2686, 3189, 5971, 7429, 0, 0, 807, 807,
            ]),
        Node(
            .archedEyebrows, given: [.wearingLipstick, .heavyMakeup, .male, .bigNose],
            yes: [
                1974, 2122, 476, 920, 3508, 4197, 525, 4735, 3423, 4648, 1916, 3504, 6060, 7756, 175, 4735,
            ]),
        Node(
            .highCheekbones, given: [.wearingLipstick, .bigNose, .young, .heavyMakeup, .noBeard],
            yes: [
                1121, 3142, 4616, 5955, 1188, 2240, 4616, 1183, 3215, 4738, 1539, 3517, 3090, 4388, 4616, 3560,
                4616, 6797, 4616, 8263, 659, 3378, 4616, 5569, 4616, 8813, 4616, 9280, 1539, 7227, 4616, 8454,
            ]),
        Node(
            .mustache, given: [.noBeard, .goatee, .fiveOClockShadow, .bigNose],
            yes: [
                1952, 4908, 714, 742, 4300, 6209, 3569, 4622, 0, 0, 1, 0, 572, 572, 572, 572,
            ]),
        Node(
            .chubby, given: [.attractive, .bigNose, .young, .goatee],
            yes: [
                689, 1899, 175, 958, 3229, 5488, 1133, 3007, 95, 502, 8, 1, 293, 1091, 124, 583,
            ]),
        Node(
            .bagsUnderEyes, given: [.heavyMakeup, .bigNose, .highCheekbones, .male, .young],
            yes: [
                2373, 1000, 4368, 3069, 4675, 4011, 5444, 4909, 4232, 2874, 6536, 4756, 6489, 5997, 7785, 6813,
                504, 280, 4576, 192, 1137, 1001, 2878, 320, 1066, 988, 7626, 576, 3437, 3009, 2878, 959,
            ]),
        Node(
            .wearingEarrings, given: [.male, .highCheekbones, .archedEyebrows, .young, .heavyMakeup],
            yes: [
                4058, 4484, 1509, 2103, 4877, 7008, 2019, 3453, 4491, 6588, 3056, 4000, 6690, 8277, 4127, 5784,
                70, 3235, 179, 1332, 828, 2648, 403, 883, 313, 2648, 448, 294, 943, 2648, 1538, 7549,
            ]),
        Node(
            .smiling, given: [.highCheekbones, .bigNose, .attractive, .male, .bagsUnderEyes],
            yes: [
                667, 1170, 1150, 1481, 787, 1220, 1961, 2386, 1692, 1665, 1800, 2237, 1510, 1811, 2821, 3931,
                7400, 8243, 6725, 7540, 8375, 9227, 8717, 9466, 8825, 9139, 7721, 8707, 9314, 9795, 9006, 9672,
            ]),
        Node(
            .doubleChin, given: [.chubby, .young, .smiling, .bigNose, .attractive],
            yes: [
                243, 76, 942, 92, 911, 158, 2712, 737, 22, 1, 106, 46, 337, 26, 620, 191,
                1821, 119, 4750, 198, 6023, 1373, 7285, 1955, 1512, 66, 1181, 588, 3099, 1373, 4498, 2116,
            ]),
        Node(
            .wearingNecktie, given: [.male, .young, .doubleChin, .bagsUnderEyes],
            yes: [
                7, 1, 4, 4, 0, 0, 5, 11, 1821, 2868, 3265, 4308, 1022, 1604, 1993, 2952,
            ]),
        Node(
            .rosyCheeks, given: [.heavyMakeup, .highCheekbones, .smiling, .wearingLipstick, .bagsUnderEyes],
            yes: [
                22, 11, 78, 60, 161, 35, 127, 346, 66, 66, 257, 154, 151, 129, 1046, 673,
                3, 42, 465, 144, 225, 375, 872, 571, 34, 1126, 1607, 824, 39, 75, 4084, 2238,
            ]),
        Node(
            .wavyHair, given: [.wearingLipstick, .male, .young, .attractive],
            yes: [
                3999, 4041, 2101, 2434, 1172, 1902, 1505, 2118, 5910, 5668, 4117, 4942, 2612, 1169, 3449, 2866,
            ]),
        Node(
            .blondHair, given: [.male, .bigNose, .smiling],
            yes: [
                2410, 3188, 524, 1730, 238, 299, 86, 168,
            ]),
        Node(
            .grayHair, given: [.young, .attractive, .blondHair, .doubleChin],
            yes: [
                1893, 3576, 0, 7, 195, 6, 1, 138, 49, 72, 0, 22, 8, 3, 0, 83,
            ]),
        Node(
            .mouthSlightlyOpen, given: [.smiling, .highCheekbones, .male, .attractive],
            yes: [
                2966, 2392, 1753, 846, 2733, 1526, 3335, 927, 6842, 6146, 6403, 6940, 7821, 7796, 8111, 8402,
            ]),
        Node(
            .wearingNecklace, given: [.male, .wearingEarrings, .smiling, .young],
            yes: [
                2157, 1608, 3923, 2732, 3658, 2724, 4897, 2946, 95, 214, 144, 249, 1540, 1137, 1492, 1071,
            ]),
        Node(
            .bald, given: [.male, .young, .chubby, .wavyHair],
            yes: [
                0, 0, 3, 1, 0, 0, 1, 2, 986, 0, 2511, 1, 164, 0, 1295, 3,
            ]),
        Node(
            .bushyEyebrows, given: [.male, .young, .blondHair, .archedEyebrows, .attractive],
            yes: [
                172, 258, 189, 534, 4, 89, 6, 121, 796, 1299, 1348, 1848, 102, 190, 282, 196,
                1468, 2311, 5309, 6118, 184, 172, 1892, 1892, 3371, 5186, 6513, 8105, 495, 1590, 7297, 7445,
            ]),
        Node(
            .eyeglasses, given: [.attractive, .heavyMakeup, .bagsUnderEyes, .young, .archedEyebrows],
            yes: [
                3579, 649, 1187, 119, 1176, 163, 281, 1, 583, 33, 44, 30, 5, 2, 5, 2,
                706, 5, 308, 77, 1, 7, 25, 1, 49, 1, 17, 0, 16, 5, 1, 0,
            ]),
        Node(
            .pointyNose, given: [.heavyMakeup, .chubby, .rosyCheeks, .attractive, .bigNose],
            yes: [
                2327, 1791, 3039, 2549, 4472, 3268, 5094, 4968, 775, 523, 2746, 1139, 453, 1192, 3169, 1056,
                3730, 2062, 4244, 3527, 4780, 2448, 6010, 4344, 1280, 315, 186, 626, 3080, 1167, 1056, 244,
            ]),
        Node(
            .blackHair, given: [.blondHair, .bushyEyebrows, .grayHair, .bald, .bigNose],
            yes: [
                1956, 2796, 19, 3, 4, 2, 51, 7, 4364, 5554, 116, 16, 81, 16, 732, 67,
                0, 2, 2195, 2195, 2195, 2195, 2195, 2195, 13, 67, 2195, 2195, 2195, 2195, 2195, 2195,
            ]),
        Node(
            .recedingHairline, given: [.bigNose, .grayHair, .bald, .attractive, .wearingEarrings],
            yes: [
                483, 1025, 204, 423, 7, 753, 40, 753, 3087, 1684, 30, 1384, 17, 753, 753, 753,
                1528, 2250, 499, 1116, 1, 9, 68, 151, 5245, 1123, 1887, 151, 2, 753, 753, 753,
            ]),
        Node(
            .brownHair, given: [.blackHair, .blondHair, .grayHair, .bigNose, .wavyHair],
            yes: [
                3989, 5451, 1871, 3708, 5, 15, 1, 9, 0, 1, 4, 4, 2218, 2218, 2218, 2218,
                0, 1, 1, 2, 2218, 2218, 2218, 2218, 2218, 2218, 2218, 2218, 2218, 2218, 2218, 2218,
            ]),
        Node(
            .bigLips, given: [.wearingLipstick, .archedEyebrows, .blackHair, .young, .bigNose],
            yes: [
                1284, 1692, 2293, 3296, 1460, 3530, 2074, 4140, 1302, 2367, 3097, 4527, 4525, 4260, 4158, 5202,
                2961, 3663, 3730, 4487, 4056, 5157, 4340, 5862, 4345, 3479, 4700, 5049, 5340, 6639, 5553, 6599,
            ]),
        Node(
            .bangs, given: [.noBeard, .recedingHairline, .archedEyebrows, .wearingLipstick, .young],
            yes: [
                361, 685, 1808, 3115, 100, 796, 1808, 603, 3, 5, 1808, 1808, 27, 19, 1808, 1808,
                869, 2444, 6130, 2831, 1143, 1500, 3462, 1632, 2, 5, 35, 5, 25, 15, 13, 2,
            ]),
        Node(
            .ovalFace, given: [.heavyMakeup, .smiling, .attractive, .bagsUnderEyes, .male],
            yes: [
                859, 1513, 417, 785, 1142, 1835, 1037, 820, 1175, 3392, 720, 1675, 1817, 3494, 1175, 1202,
                882, 1472, 1519, 4416, 2191, 3154, 1128, 2081, 1498, 7360, 474, 2081, 4277, 6898, 2807, 2081,
            ]),
        Node(
            .straightHair, given: [.wavyHair, .bald, .recedingHairline, .attractive],
            yes: [
                3037, 4062, 1690, 1965, 2, 65, 2145, 2145, 0, 0, 4, 5, 2145, 2145, 2145, 2145,
            ]),
        Node(
            .wearingHat, given: [.wearingLipstick, .straightHair, .wavyHair, .blackHair, .brownHair],
            yes: [
                1616, 56, 172, 357, 207, 99, 40, 357, 86, 15, 9, 357, 357, 357, 357, 357,
                344, 64, 88, 357, 105, 66, 40, 357, 73, 29, 26, 357, 357, 357, 357, 357,
            ]),
        Node(
            .paleSkin, given: [.highCheekbones, .male, .attractive, .rosyCheeks],
            yes: [
                673, 3, 1304, 156, 216, 760, 587, 19, 258, 52, 454, 77, 67, 8, 225, 1578,
            ]),
        Node(
            .narrowEyes, given: [.mouthSlightlyOpen, .ovalFace, .bigLips, .bagsUnderEyes],
            yes: [
                589, 1124, 1046, 1354, 205, 533, 463, 307, 927, 2088, 2273, 2868, 565, 1524, 1157, 1730,
            ]),
        Node(
            .blurry, given: [.attractive, .archedEyebrows],
            yes: [
                97, 28, 10, 0,
            ]),
    ])
}
