/// Reads which attributes a caption states.
///
/// Works on our grammar's captions, on Multi-Modal CelebA-HQ's (with or without capitals and punctuation),
/// and on plain sentences with the same words. It looks for words, not for grammar: "no", "not" or "without"
/// directly before a phrase negates it; a phrase it does not know is not a mention.
package enum CaptionMentions {
    /// What the caption states, e.g. `[.male: false, .wavyHair: true]`. Sex comes from pronoun or noun.
    package static func read(_ caption: String) -> [PortraitAttribute: Bool] {
        let words: [String] = caption.lowercased()
            .split { !($0.isLetter || $0.isNumber || $0 == "'" || $0 == "’") }
            .map { String($0.map { $0 == "’" ? "'" : $0 }) }
        var mentions: [PortraitAttribute: Bool] = [:]
        var place = 0
        while place < words.count {
            guard let found = longest(at: place, in: words) else {
                place += 1
                continue
            }
            let negated = place > 0 && negations.contains(words[place - 1])
            mentions[found.attribute] = found.value != negated
            place += found.words.count
        }
        return mentions
    }

    private struct Phrase {
        let words: [String]
        let attribute: PortraitAttribute
        let value: Bool

        init(_ text: String, _ attribute: PortraitAttribute, _ value: Bool = true) {
            words = text.split(separator: " ").map(String.init)
            self.attribute = attribute
            self.value = value
        }
    }

    private static func longest(at place: Int, in words: [String]) -> Phrase? {
        byFirstWord[words[place]]?.first { phrase in
            place + phrase.words.count <= words.count
                && words[place..<place + phrase.words.count].elementsEqual(phrase.words)
        }
    }

    private static let negations: Set<String> = ["no", "not", "without"]

    /// Longer phrases first.
    private static let byFirstWord: [String: [Phrase]] = {
        var phrases = CaptionGrammar.phrases.map { Phrase($0.words, $0.attribute) }
        phrases += [
            Phrase("beard", .noBeard, false), Phrase("she", .male, false), Phrase("her", .male, false),
            Phrase("woman", .male, false), Phrase("he", .male), Phrase("his", .male), Phrase("man", .male),
            Phrase("5 o'clock shadow", .fiveOClockShadow), Phrase("grey hair", .grayHair),
            Phrase("blonde hair", .blondHair), Phrase("glasses", .eyeglasses), Phrase("moustache", .mustache),
            Phrase("tie", .wearingNecktie), Phrase("old", .young, false),
        ]
        return Dictionary(grouping: phrases) { $0.words[0] }.mapValues { group in
            group.sorted { $0.words.count > $1.words.count }
        }
    }()
}
