/// A probabilistic grammar of captions in the manner of Multi-Modal CelebA-HQ.
///
/// A caption is one to three short sentences (a fourth may tell about the beard). Three kinds of things are
/// said: what someone *has*, *is* and *wears*. Of n true things of a kind, between 1 and max(1, n − 1) are
/// chosen, all counts alike; kinds share sentences or get their own. The probabilities below are counts over
/// the 1,010 public captions of images 0 to 100. Never said: `Blurry`, `5_o_Clock_Shadow`.
enum CaptionGrammar {
    enum Kind: Hashable { case has, `is`, wears }

    static let phrases: [(attribute: PortraitAttribute, kind: Kind, words: String)] = [
        (.archedEyebrows, .has, "arched eyebrows"), (.bagsUnderEyes, .has, "bags under eyes"),
        (.bangs, .has, "bangs"), (.bigLips, .has, "big lips"), (.bigNose, .has, "big nose"),
        (.blackHair, .has, "black hair"), (.blondHair, .has, "blond hair"), (.brownHair, .has, "brown hair"),
        (.bushyEyebrows, .has, "bushy eyebrows"), (.doubleChin, .has, "double chin"),
        (.eyeglasses, .has, "eyeglasses"), (.goatee, .has, "goatee"), (.grayHair, .has, "gray hair"),
        (.highCheekbones, .has, "high cheekbones"), (.mouthSlightlyOpen, .has, "mouth slightly open"),
        (.mustache, .has, "mustache"), (.narrowEyes, .has, "narrow eyes"), (.ovalFace, .has, "oval face"),
        (.paleSkin, .has, "pale skin"), (.pointyNose, .has, "pointy nose"),
        (.recedingHairline, .has, "receding hairline"), (.rosyCheeks, .has, "rosy cheeks"),
        (.sideburns, .has, "sideburns"), (.straightHair, .has, "straight hair"), (.wavyHair, .has, "wavy hair"),
        (.attractive, .is, "attractive"), (.bald, .is, "bald"), (.chubby, .is, "chubby"),
        (.smiling, .is, "smiling"), (.young, .is, "young"),
        (.heavyMakeup, .wears, "heavy makeup"), (.wearingEarrings, .wears, "earrings"),
        (.wearingHat, .wears, "hat"), (.wearingLipstick, .wears, "lipstick"),
        (.wearingNecklace, .wears, "necklace"), (.wearingNecktie, .wears, "necktie"),
    ]

    /// Which kinds share a sentence, in order, with how often that was counted.
    private static let plans: [(sentences: [[Kind]], weight: Int)] = [
        ([[.wears], [.has], [.is]], 127), ([[.has], [.wears], [.is]], 65), ([[.has, .wears], [.is]], 65),
        ([[.has], [.is, .wears]], 62), ([[.wears], [.is, .has]], 53), ([[.has], [.is], [.wears]], 44),
        ([[.is, .has]], 194), ([[.has], [.is]], 46),
        ([[.has, .wears]], 77), ([[.wears], [.has]], 67), ([[.has], [.wears]], 65),
        ([[.has]], 111),
        ([[.is, .wears]], 60), ([[.wears], [.is]], 40), ([[.is]], 5), ([[.wears]], 5),
    ]

    static func caption(
        of attributes: PortraitAttributes, with stream: inout PortraitStream
    ) -> PortraitCaption {
        let male = attributes[.male]
        var mentions: [PortraitAttribute: Bool] = [:]
        var chosen: [Kind: [String]] = [:]
        for (kind, presence) in [(Kind.has, Float(1)), (.is, 0.72), (.wears, 0.87)] {
            var candidates = phrases.filter { $0.kind == kind && attributes[$0.attribute] }
            guard !candidates.isEmpty, stream.chance(presence) else { continue }
            let count = 1 + stream.below(max(1, candidates.count - 1))
            for place in 0..<count { candidates.swapAt(place, place + stream.below(candidates.count - place)) }
            chosen[kind] = candidates[..<count].map(\.words)
            for one in candidates[..<count] { mentions[one.attribute] = true }
        }
        var sentences: [String] = []
        let pronoun = male ? "He" : "She"
        for kinds in plan(for: Set(chosen.keys), with: &stream) {
            var subject = pronoun
            if sentences.isEmpty {
                (subject, chosen[.is]) = opening(male: male, kinds: kinds, adjectives: chosen[.is], with: &stream)
            }
            if !subject.hasSuffix(" person") { mentions[.male] = male }
            let clauses = kinds.compactMap { kind in
                chosen[kind].map { clause(kind, $0, with: &stream) }
            }
            sentences.append(subject + " " + clauses.joined(separator: " and "))
        }
        // A man's beard, or its absence, sometimes has the last word; so has someone with nothing else to say.
        if sentences.isEmpty || male && stream.chance(0.09) {
            if male {
                sentences.append(attributes[.noBeard] ? "He has no beard" : "He has beard")
                mentions[.noBeard] = attributes[.noBeard]
            } else {
                sentences.append("She is a woman")
            }
            mentions[.male] = male
        }
        return PortraitCaption(text: sentences.joined(separator: ". ") + ".", mentions: mentions)
    }

    private static func plan(for kinds: Set<Kind>, with stream: inout PortraitStream) -> [[Kind]] {
        let fitting = plans.filter { Set($0.sentences.joined()) == kinds }
        guard !fitting.isEmpty else { return [] }
        var place = stream.below(fitting.reduce(0) { $0 + $1.weight })
        for plan in fitting {
            place -= plan.weight
            if place < 0 { return plan.sentences }
        }
        return []
    }

    /// The first sentence's subject. One in five of those that say what someone is and has puts it before the
    /// noun: "This smiling woman has …"; then nothing is left to be said with "is".
    private static func opening(
        male: Bool, kinds: [Kind], adjectives: [String]?, with stream: inout PortraitStream
    ) -> (String, [String]?) {
        let noun = male ? "man" : "woman"
        if kinds == [.is, .has], let adjectives, stream.chance(0.2) {
            let before = adjectives.joined(separator: " and ")
            return ("This \(before) \(stream.chance(0.65) ? noun : "person")", nil)
        }
        if stream.chance(0.28) { return (male ? "He" : "She", adjectives) }
        let subject = stream.pick(["This person", "The person", "This \(noun)", "The \(noun)"])
        return (subject, adjectives)
    }

    private static func clause(_ kind: Kind, _ words: [String], with stream: inout PortraitStream) -> String {
        switch kind {
        case .has: "has " + list(words)
        case .is: "is " + list(words)
        case .wears: (stream.chance(0.5) ? "wears " : "is wearing ") + list(words)
        }
    }

    /// "a", "a, and b", "a, b, and c".
    private static func list(_ words: [String]) -> String {
        words.count < 2 ? words.joined() : words.dropLast().joined(separator: ", ") + ", and " + words[words.count - 1]
    }
}
