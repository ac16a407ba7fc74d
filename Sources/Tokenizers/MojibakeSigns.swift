/// Tells text that was decoded wrongly ("cafÃ©") from text that was meant so, by neighbours that never stand together.
///
/// The rules are those of ftfy 6.3.1 (Robyn Speer, Apache License 2.0), so that the same texts are repaired.
enum MojibakeSigns {
    /// What a scalar is to the rules: one bit for each class.
    struct Classes: OptionSet, Sendable {
        let rawValue: UInt64

        init(rawValue: UInt64) { self.rawValue = rawValue }
        init(_ bit: Int) { rawValue = 1 << UInt64(bit) }

        static let common = Classes(0), c1 = Classes(1), bad = Classes(2), law = Classes(3), currency = Classes(4)
        static let opening = Classes(5), closing = Classes(6), numeric = Classes(7), faces = Classes(8)
        static let upperAccented = Classes(9), lowerAccented = Classes(10), upperCommon = Classes(11)
        static let lowerCommon = Classes(12), box = Classes(13)
        static let firstOfTwo = Classes(14), firstOfThree = Classes(15), firstOfFour = Classes(16)
        static let continuation = Classes(17), strictContinuation = Classes(18)

        static let small = Classes(19), capital = Classes(20), space = Classes(21), word = Classes(22)
        static let blank = Classes(23), lineFeed = Classes(24)
        /// All scalars but letters of ASCII, for which no table has a class.
        static let rest = Classes(25)
        /// Bits from here on are for the scalars that single rules name.
        static let firstOwn = 26
    }

    typealias Rule = [Classes]

    private static let accented: Classes = [.lowerAccented, .upperAccented]
    private static let marks: Classes = [
        .lowerAccented, .upperAccented, .box, .opening, .closing, .currency, .numeric, .law,
    ]
    private static let letter: Classes = [.small, .capital]
    private static let arabic: Classes = [.common, .currency, .bad, .numeric, .opening]
    private static let cyrillic: Classes = [.c1, .bad, .opening, .closing, .currency]

    /// Sequences of neighbours; a text with one of them is bad. The second list counts at the beginning only.
    private static let (rules, beginnings, own): ([Rule], [Rule], [Unicode.Scalar: Classes]) = {
        var own: [Unicode.Scalar: Classes] = [:]
        var bits: [String: Classes] = [:]
        func set(_ scalars: String, _ more: Classes = []) -> Classes {
            let bit = bits[scalars] ?? Classes(Classes.firstOwn + bits.count)
            bits[scalars] = bit
            for scalar in scalars.unicodeScalars { own[scalar, default: []].formUnion(bit) }
            return more.union(bit)
        }
        func word(_ scalars: String) -> Rule { scalars.unicodeScalars.map { set(String($0)) } }
        let aTilde = set("ÃÂ")
        let noLetter = Classes(rawValue: .max).subtracting([.small, .capital, .word])
        let noLineFeed = Classes(rawValue: .max).subtracting([.lineFeed, .space])
        var rules: [Rule] = [
            [.c1],
            [marks.union(.bad), .bad],
            [letter, [.lowerCommon, .upperCommon], .bad],
            [.bad, marks],
            [[.lowerAccented, .lowerCommon, .box, .closing, .currency, .numeric], .upperAccented],
            [[.box, .closing, .currency, .numeric], .lowerAccented],
            [[.lowerAccented, .box, .closing], .currency],
            [.space, .upperAccented, .currency],
            [[.upperAccented, .box], [.numeric, .law]],
            [accented.union([.box, .currency, .closing]), .opening, .numeric],
            [accented.union([.currency, .numeric, .box, .law]), .closing, .opening],
            [[.currency, .numeric, .box], .opening],
            [.small, .upperAccented, [.opening, .currency]],
            [.box, .faces],
            [accented.union([.currency, .numeric, .opening, .closing, .law]), .box],
            [.box, .closing],
            [accented, [.opening, .closing], .word],
            [set("Œœ"), noLetter],
            [.upperAccented, set("°")],
            [
                set("ÂÃÎÐ"),
                set("€œŠš¢£Ÿž\u{a0}\u{ad}®°·»–—´", [.opening, .closing]),
            ],
            [set("×"), set("²³")],
        ]
        let arabicLetter = set("ØÙ")
        let arabicMark = set("ŸŠ®°µ»", arabic)
        rules.append([arabicLetter, arabicMark, arabicLetter, arabicMark])
        rules += [
            [set("à"), set("²µ¹¼½¾")],
            [set("√"), set("±∂†≠®™´≤≥¥µø")],
            [set("≈"), set("°¢")],
            [set("‚"), set("Ä"), set("ìîïòôúùû†°¢π")],
            [set("‚"), set("âó"), set("àä°ê")],
            word("вЂ"),
        ]
        let cyrillicLetter = set("ВГРС")
        rules.append([cyrillicLetter, set("°µ", cyrillic), cyrillicLetter])
        rules.append(word("ГўВЂВ") + [noLineFeed, letter.union(.blank)])
        rules.append([set("Ã"), set("\u{a0}¡")])
        rules += [[.small, aTilde, .blank], [.small, .space, aTilde, .blank]]
        rules.append([set(".,?!", [.small, .closing]), set("Â"), [.blank, .opening, .closing]])
        rules.append(word("β€") + [set("™\u{a0}Ά\u{ad}®°")])
        let greekLetter = set("ΒΓΞΟ")
        rules.append([greekLetter, set("°", cyrillic), greekLetter])
        rules.append(word("ā€"))
        return (rules, [[aTilde, .blank]], own)
    }()

    private static let classes: [Unicode.Scalar: Classes] = {
        var classes = own
        let tables: [(Classes, String)] = [
            (.common, MojibakeTables.common), (.c1, MojibakeTables.c1), (.bad, MojibakeTables.bad),
            (.law, MojibakeTables.law), (.currency, MojibakeTables.currency), (.opening, MojibakeTables.opening),
            (.closing, MojibakeTables.closing), (.numeric, MojibakeTables.numeric), (.faces, MojibakeTables.faces),
            (.upperAccented, MojibakeTables.upperAccented), (.lowerAccented, MojibakeTables.lowerAccented),
            (.upperCommon, MojibakeTables.upperCommon), (.lowerCommon, MojibakeTables.lowerCommon),
            (.box, MojibakeTables.box), (.firstOfTwo, MojibakeTables.firstOfTwo),
            (.firstOfThree, MojibakeTables.firstOfThree), (.firstOfFour, MojibakeTables.firstOfFour),
            (.continuation, MojibakeTables.continuation), (.strictContinuation, MojibakeTables.strictContinuation),
        ]
        for (mark, table) in tables {
            for scalar in MojibakeTables.list(table) { classes[scalar, default: []].formUnion(mark) }
        }
        return classes
    }()

    static func classes(of scalar: Unicode.Scalar) -> Classes {
        switch scalar.value {
        case 0x61...0x7a: return [.small, .word]
        case 0x41...0x5a: return [.capital, .word]
        case 0x0a: return [.space, .lineFeed]
        default: break
        }
        var found = classes[scalar] ?? .rest
        switch scalar.value {
        case 0x20: found.formUnion([.space, .blank])
        case 0x1c...0x1f: found.formUnion(.space)
        case 0x5f: found.formUnion(.word)
        default:
            if scalar.isSpace { found.formUnion(.space) }
            switch scalar.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
                .letterNumber, .otherNumber:
                found.formUnion(.word)
            default: break
            }
        }
        return found
    }

    static func areIn(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        let classes = text.map(classes(of:))
        func matches(_ rule: Rule, _ start: Int) -> Bool {
            guard start + rule.count <= classes.count else { return false }
            for (offset, wanted) in rule.enumerated() where classes[start + offset].isDisjoint(with: wanted) {
                return false
            }
            return true
        }
        return beginnings.contains { matches($0, 0) }
            || classes.indices.contains { start in rules.contains { matches($0, start) } }
    }
}
