/// The forty facial attributes of CelebA, in the order of its annotation files.
package enum PortraitAttribute: Int, CaseIterable, Sendable, Hashable, Codable {
    case fiveOClockShadow, archedEyebrows, attractive, bagsUnderEyes, bald, bangs, bigLips, bigNose
    case blackHair, blondHair, blurry, brownHair, bushyEyebrows, chubby, doubleChin, eyeglasses
    case goatee, grayHair, heavyMakeup, highCheekbones, male, mouthSlightlyOpen, mustache, narrowEyes
    case noBeard, ovalFace, paleSkin, pointyNose, recedingHairline, rosyCheeks, sideburns, smiling
    case straightHair, wavyHair, wearingEarrings, wearingHat, wearingLipstick, wearingNecklace
    case wearingNecktie, young

    /// The name in CelebA's files: `5_o_Clock_Shadow`, `Arched_Eyebrows`, …
    package var name: String { Self.names[rawValue] }

    /// The attribute with a name of CelebA's files, or nil.
    package init?(name: String) {
        guard let place = Self.names.firstIndex(of: name) else { return nil }
        self.init(rawValue: place)
    }

    /// What captions call it: `arched eyebrows`, `hat`; nil for sex, beards and what captions never mention.
    package var phrase: String? { CaptionGrammar.phrases.first { $0.attribute == self }?.words }

    /// Whether the attribute changes the drawing. `attractive` is an annotator's taste and `blurry` the
    /// camera's fault; both are sampled and written out like the others but leave no mark on the picture.
    package var isDrawn: Bool { self != .attractive && self != .blurry }

    private static let names = [
        "5_o_Clock_Shadow", "Arched_Eyebrows", "Attractive", "Bags_Under_Eyes", "Bald", "Bangs", "Big_Lips",
        "Big_Nose", "Black_Hair", "Blond_Hair", "Blurry", "Brown_Hair", "Bushy_Eyebrows", "Chubby",
        "Double_Chin", "Eyeglasses", "Goatee", "Gray_Hair", "Heavy_Makeup", "High_Cheekbones", "Male",
        "Mouth_Slightly_Open", "Mustache", "Narrow_Eyes", "No_Beard", "Oval_Face", "Pale_Skin", "Pointy_Nose",
        "Receding_Hairline", "Rosy_Cheeks", "Sideburns", "Smiling", "Straight_Hair", "Wavy_Hair",
        "Wearing_Earrings", "Wearing_Hat", "Wearing_Lipstick", "Wearing_Necklace", "Wearing_Necktie", "Young",
    ]
}

/// Which of the forty attributes a portrait has: one bit each.
package struct PortraitAttributes: Hashable, Sendable, ExpressibleByArrayLiteral {
    /// Bit k is attribute k of CelebA's order.
    package private(set) var bits: UInt64

    package init() { bits = 0 }

    package init(arrayLiteral elements: PortraitAttribute...) { self.init(elements) }

    package init(_ elements: some Sequence<PortraitAttribute>) {
        bits = elements.reduce(0) { $0 | 1 << UInt64($1.rawValue) }
    }

    /// Whether the portrait has the attribute.
    package subscript(attribute: PortraitAttribute) -> Bool {
        get { bits >> UInt64(attribute.rawValue) & 1 == 1 }
        set {
            let bit: UInt64 = 1 << UInt64(attribute.rawValue)
            bits = newValue ? bits | bit : bits & ~bit
        }
    }

    /// The attributes that are true, in CelebA's order.
    package var all: [PortraitAttribute] { PortraitAttribute.allCases.filter { self[$0] } }

    /// Removes contradictions: one hair colour at most, no bearded women, nothing on a bald head that needs
    /// hair, nothing under a hat that a hat hides. The same rules prepare the data in `frequencies.py`.
    package mutating func makeConsistent() {
        if !self[.male] {
            self[.noBeard] = true
            clear(.bald, .fiveOClockShadow, .goatee, .mustache, .sideburns)
        }
        if self[.noBeard] { clear(.goatee, .mustache, .sideburns) }
        if self[.wearingHat] { clear(.bald, .recedingHairline) }
        if self[.bald] {
            clear(.bangs, .recedingHairline, .straightHair, .wavyHair, .blackHair, .brownHair, .blondHair)
        }
        if self[.bangs] { clear(.recedingHairline) }
        if self[.straightHair] { clear(.wavyHair) }
        let colours: [PortraitAttribute] = [.grayHair, .blondHair, .blackHair, .brownHair]
        if let first = colours.firstIndex(where: { self[$0] }) {
            for other in colours[(first + 1)...] { self[other] = false }
        }
    }

    private mutating func clear(_ targets: PortraitAttribute...) {
        for target in targets { self[target] = false }
    }
}
