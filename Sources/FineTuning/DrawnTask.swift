import SynPortraits
import SynTensors

/// Tasks of the drawn world, whose captions come from a grammar and whose truth is therefore known: two about what a
/// caption says, two about how it says it.
package enum DrawnTask: String, CaseIterable, Sendable {
    /// Does the caption say "smiling"?
    case smiling
    /// Do two captions describe one portrait?
    case samePortrait = "same-portrait"
    /// Are the words in their order? No word, letter case or mark tells it, only the order.
    case wordOrder = "word-order"
    /// Is the sentence grammatical? One verb is exchanged, missing or doubled; no word tells it that captions lack.
    case grammar

    package var task: TextTask {
        TextTask(
            name: rawValue, title: title, question: question, labels: ["no", "yes"], isPair: self == .samePortrait,
            metrics: [.accuracy], countsInAverage: true)
    }

    private var title: String {
        switch self {
        case .smiling: "Smiling"
        case .samePortrait: "Same portrait"
        case .wordOrder: "Word order"
        case .grammar: "Grammar"
        }
    }

    private var question: String {
        switch self {
        case .smiling: "does the caption say \"smiling\"?"
        case .samePortrait: "do two captions describe one portrait?"
        case .wordOrder: "are the caption's words in their order?"
        case .grammar: "is the sentence grammatical, every verb in its place?"
        }
    }

    /// So many examples to learn from, of training portraits, and so many to be measured on, of validation portraits;
    /// as many of either answer. The seed draws portraits and captions.
    package func data(
        train: Int = 1024, development: Int = 512, world: PortraitWorld = PortraitWorld(), seed: UInt64 = 0
    ) throws -> TaskData {
        try TaskData(
            task, train: examples(train, .training, world, seed),
            development: [.init("dev", examples(development, .validation, world, seed))])
    }

    /// As many examples as usual, or at most `limit` of either kind.
    package func data(limit: Int?) throws -> TaskData {
        try limit.map { try data(train: min($0, 1024), development: min($0, 512)) } ?? data()
    }

    private func examples(
        _ count: Int, _ split: PortraitWorld.Split, _ world: PortraitWorld, _ seed: UInt64
    ) -> [LabelledText] {
        var stream = RandomStream(seed: seed, purpose: "drawn task \(rawValue) \(split.rawValue)")
        var (examples, place) = ([LabelledText](), stream.below(1_000_000))
        while examples.count < count {
            let portrait = world.portrait(at: PortraitWorld.index(of: place, in: split))
            let other = world.portrait(at: PortraitWorld.index(of: place + 1 + stream.below(1000), in: split))
            place += 1
            let wanted = examples.count.isMultiple(of: 2)
            guard let example = example(portrait, other, isTrue: wanted, &stream) else { continue }
            examples.append(example)
        }
        return examples
    }

    /// Nil where the portrait gives no example with that answer.
    private func example(
        _ portrait: Portrait, _ other: Portrait, isTrue: Bool, _ stream: inout RandomStream
    ) -> LabelledText? {
        let answer: Double = isTrue ? 1 : 0
        let captions = portrait.describedCaptions.filter { Self.words($0.text).count <= Self.mostWords }
        guard !captions.isEmpty else { return nil }
        let caption = captions[stream.below(captions.count)]
        switch self {
        case .smiling:
            return (caption.mentions[.smiling] == true) == isTrue ? LabelledText(caption.text, answer: answer) : nil
        case .samePortrait:
            let others =
                isTrue ? captions : other.describedCaptions.filter { Self.words($0.text).count <= Self.mostWords }
            guard !others.isEmpty else { return nil }
            let second = others[stream.below(others.count)].text
            return second == caption.text ? nil : LabelledText(caption.text, second, answer: answer)
        case .wordOrder:
            let words = Self.words(caption.text)
            guard words.count > 4 else { return nil }
            let mixed = words.shuffled(using: &stream)
            return mixed == words ? nil : LabelledText((isTrue ? words : mixed).joined(separator: " "), answer: answer)
        case .grammar:
            let words = Self.words(caption.text)
            guard isTrue else {
                return Self.broken(words, &stream).map { LabelledText($0.joined(separator: " "), answer: answer) }
            }
            return words.count > 4 ? LabelledText(words.joined(separator: " "), answer: answer) : nil
        }
    }

    /// Longer captions are left out: they take most of the time.
    static let mostWords = 16

    /// In lower case and without marks, which would tell where a sentence begins and ends.
    static func words(_ caption: String) -> [String] {
        caption.lowercased().split { !($0.isLetter || $0 == "'") }.map(String.init)
    }

    private static let verbs: Set<String> = ["has", "is", "wears", "wearing"]

    /// One verb exchanged for another, missing, or said twice.
    static func broken(_ words: [String], _ stream: inout RandomStream) -> [String]? {
        let places = words.indices.filter { verbs.contains(words[$0]) }
        guard words.count > 4, !places.isEmpty else { return nil }
        let place = places[stream.below(places.count)]
        var words = words
        switch stream.below(3) {
        case 0:
            let others = verbs.subtracting([words[place]]).sorted()
            words[place] = others[stream.below(others.count)]
            // "is" before "wearing" and "has" before it are both wrong; "she wears" for "she is wearing" is not made.
            if place > 0, words[place] == "wearing", words[place - 1] == "is" { return nil }
        case 1: words.remove(at: place)
        default: words.insert(words[place], at: place)
        }
        return words
    }
}
