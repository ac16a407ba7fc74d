/// Which scalars occur in text that was decoded wrongly, and as what: the classes of ftfy 6.3.1 (Robyn Speer, Apache
/// License 2.0), and the single-byte encodings it tries. Hexadecimal; written by
/// Tests/Fixtures/tokenizers/make_cleaning.py.
enum MojibakeTables {
    static let common = """
        a0 ad b4 b7 2013-2015 2019 2026
        """
    static let c1 = """
        80-9f
        """
    static let bad = """
        a4 a6 a8 aa ac af b8 ba 192 2c6-2c7 2d8 2db-2dc 2020-2021 2030 2310 25ca fffd
        """
    static let law = """
        a7 b6
        """
    static let currency = """
        a2-a3 a5 20a7 20ac
        """
    static let opening = """
        a1 a9 ab bf 384-385 2018 201a 201c 201e 2022 2039 f8ff
        """
    static let closing = """
        ae bb 2dd 201d 203a 2122
        """
    static let numeric = """
        b1-b3 b5 b9 bc-be d7 f7 2044 2116 2202 2206 220f 2211 221a 221e 2229 222b 2248 2260-2261 2264-2265
        """
    static let faces = """
        b0 d2-d6 d9-dc f2-f6 f8-fc 14c 150 16a 172
        """
    static let upperAccented = """
        c0-d1 d8 dc-dd 100 102 104 106 10c 10e 110 112 116 118 11a 11e 122 12a 130 136 139 13b 13d 141 143
        145 147 152 158 15a 15e 160 162 164 16e 170 178-179 17b 17d 490
        """
    static let lowerAccented = """
        df-f1 fc 101 103 105 107 10d 10f 111 113 117 119 11b 11f 123 12b 12f 137 13a 13c 13e 142 153 155 15b
        15f 161 165 17a 17c 17e 491 fb01-fb02
        """
    static let upperCommon = """
        de 386 388-38a 38c 38e-38f 391-3ab 401-42f
        """
    static let lowerCommon = """
        3ac-3c9 430-45f
        """
    static let box = """
        2502 250c 2510 2518 251c 2524 252c 253c 2550-256c 2580 2584 2588 258c 2590-2593
        """
    static let firstOfTwo = """
        c2-df 100 102 106 10c 10e 110 112 116 118 11a 11e 122 12a 130 136 139 13b 141 143 145 147 14c 150
        158 15a 15e 160 162 16a 16e 170 172 179 17b 17d 392-3a1 3a3-3af 412-42f
        """
    static let firstOfThree = """
        e0-ef 101 103 105 107 10d 10f 113 117 119 11b 123 12b 12f 137 13a 13c 155 17a 3b0-3bf 430-43f
        """
    static let firstOfFour = """
        f0 f3 111 11f 161 3c0 3c3 440 443
        """
    static let continuation = """
        20 80-bf c6 d8 e6 f8 104-105 13d-13e 141-142 152-153 156-157 15a-15b 15e-161 164-165 178-17e 192
        2c6-2c7 2d8 2db-2dd 384-386 388-38a 38c 38e-38f 401-40c 40e-40f 451-45c 45e-45f 490-491 2013-2015
        2018-201a 201c-201e 2020-2022 2026 2030 2039-203a 20ac 2116 2122
        """
    static let strictContinuation = """
        80-bf c6 d8 e6 f8 104-105 13d-13e 141-142 152-153 156-157 15a-15b 15e-161 164-165 178-17e 192
        2c6-2c7 2d8 2db-2dd 384-386 388-38a 38c 38e-38f 401-40c 40e-40f 451-45c 45e-45f 490-491 2020-2021
        2030 2039-203a 20ac 2116 2122
        """

    /// What the bytes 0x80 to 0xFF are, in the order in which the encodings are tried.
    static let encodings: [(name: String, scalars: String)] = [
        (
            "latin-1",
            """
            80-ff
            """
        ),
        (
            "sloppy-windows-1252",
            """
            20ac 81 201a 192 201e 2026 2020-2021 2c6 2030 160 2039 152 8d 17d 8f-90 2018-2019 201c-201d
            2022 2013-2014 2dc 2122 161 203a 153 9d 17e 178 a0-ff
            """
        ),
        (
            "sloppy-windows-1251",
            """
            402-403 201a 453 201e 2026 2020-2021 20ac 2030 409 2039 40a 40c 40b 40f 452 2018-2019
            201c-201d 2022 2013-2014 98 2122 459 203a 45a 45c 45b 45f a0 40e 45e 408 a4 490 a6-a7 401 a9
            404 ab-ae 407 b0-b1 406 456 491 b5-b7 451 2116 454 bb 458 405 455 457 410-44f
            """
        ),
        (
            "sloppy-windows-1250",
            """
            20ac 81 201a 83 201e 2026 2020-2021 88 2030 160 2039 15a 164 17d 179 90 2018-2019 201c-201d
            2022 2013-2014 98 2122 161 203a 15b 165 17e 17a a0 2c7 2d8 141 a4 104 a6-a9 15e ab-ae 17b
            b0-b1 2db 142 b4-b8 105 15f bb 13d 2dd 13e 17c 154 c1-c2 102 c4 139 106 c7 10c c9 118 cb 11a
            cd-ce 10e 110 143 147 d3-d4 150 d6-d7 158 16e da 170 dc-dd 162 df 155 e1-e2 103 e4 13a 107
            e7 10d e9 119 eb 11b ed-ee 10f 111 144 148 f3-f4 151 f6-f7 159 16f fa 171 fc-fd 163 2d9
            """
        ),
        (
            "sloppy-windows-1253",
            """
            20ac 81 201a 192 201e 2026 2020-2021 88 2030 8a 2039 8c-90 2018-2019 201c-201d 2022
            2013-2014 98 2122 9a 203a 9c-a0 385-386 a3-ae 2015 b0-b3 384 b5-b7 388-38a bb 38c bd 38e-3a1
            d2 3a3-3ce ff
            """
        ),
        (
            "sloppy-windows-1254",
            """
            20ac 81 201a 192 201e 2026 2020-2021 2c6 2030 160 2039 152 8d-90 2018-2019 201c-201d 2022
            2013-2014 2dc 2122 161 203a 153 9d-9e 178 a0-cf 11e d1-dc 130 15e df-ef 11f f1-fc 131 15f ff
            """
        ),
        (
            "sloppy-windows-1257",
            """
            20ac 81 201a 83 201e 2026 2020-2021 88 2030 8a 2039 8c a8 2c7 b8 90 2018-2019 201c-201d 2022
            2013-2014 98 2122 9a 203a 9c af 2db 9f-a7 d8 a9 156 ab-ae c6 b0-b7 f8 b9 157 bb-be e6 104
            12e 100 106 c4-c5 118 112 10c c9 179 116 122 136 12a 13b 160 143 145 d3 14c d5-d7 172 141
            15a 16a dc 17b 17d df 105 12f 101 107 e4-e5 119 113 10d e9 17a 117 123 137 12b 13c 161 144
            146 f3 14d f5-f7 173 142 15b 16b fc 17c 17e 2d9
            """
        ),
        (
            "iso-8859-2",
            """
            80-a0 104 2d8 141 a4 13d 15a a7-a8 160 15e 164 179 ad 17d 17b b0 105 2db 142 b4 13e 15b 2c7
            b8 161 15f 165 17a 2dd 17e 17c 154 c1-c2 102 c4 139 106 c7 10c c9 118 cb 11a cd-ce 10e 110
            143 147 d3-d4 150 d6-d7 158 16e da 170 dc-dd 162 df 155 e1-e2 103 e4 13a 107 e7 10d e9 119
            eb 11b ed-ee 10f 111 144 148 f3-f4 151 f6-f7 159 16f fa 171 fc-fd 163 2d9
            """
        ),
        (
            "macroman",
            """
            c4-c5 c7 c9 d1 d6 dc e1 e0 e2 e4 e3 e5 e7 e9 e8 ea-eb ed ec ee-ef f1 f3 f2 f4 f6 f5 fa f9
            fb-fc 2020 b0 a2-a3 a7 2022 b6 df ae a9 2122 b4 a8 2260 c6 d8 221e b1 2264-2265 a5 b5 2202
            2211 220f 3c0 222b aa ba 3a9 e6 f8 bf a1 ac 221a 192 2248 2206 ab bb 2026 a0 c0 c3 d5
            152-153 2013-2014 201c-201d 2018-2019 f7 25ca ff 178 2044 20ac 2039-203a fb01-fb02 2021 b7
            201a 201e 2030 c2 ca c1 cb c8 cd-cf cc d3-d4 f8ff d2 da-db d9 131 2c6 2dc af 2d8-2da b8 2dd
            2db 2c7
            """
        ),
        (
            "cp437",
            """
            c7 fc e9 e2 e4 e0 e5 e7 ea-eb e8 ef ee ec c4-c5 c9 e6 c6 f4 f6 f2 fb f9 ff d6 dc a2-a3 a5
            20a7 192 e1 ed f3 fa f1 d1 aa ba bf 2310 ac bd bc a1 ab bb 2591-2593 2502 2524 2561-2562
            2556 2555 2563 2551 2557 255d 255c 255b 2510 2514 2534 252c 251c 2500 253c 255e-255f 255a
            2554 2569 2566 2560 2550 256c 2567-2568 2564-2565 2559 2558 2552-2553 256b 256a 2518 250c
            2588 2584 258c 2590 2580 3b1 df 393 3c0 3a3 3c3 b5 3c4 3a6 398 3a9 3b4 221e 3c6 3b5 2229
            2261 b1 2265 2264 2320-2321 f7 2248 b0 2219 b7 221a 207f b2 25a0 a0
            """
        ),
    ]
}
