import Foundation
import SynPortraits

/// A place in a caption where an attribute is named in the drawn world's words.
package struct CaptionPhrase: Sendable, Equatable {
    package let attribute: PortraitAttribute
    /// The caption up to the phrase and up to its end.
    package let before: String
    package let through: String
    /// The caption without the phrase.
    package let without: String

    /// All places in a caption where attributes are named, in its order. Phrases of the drawn world are no parts of
    /// each other.
    package static func all(in caption: String) -> [CaptionPhrase] {
        PortraitAttribute.allCases.compactMap { attribute -> (String.Index, CaptionPhrase)? in
            guard let phrase = attribute.phrase, let range = caption.range(of: phrase) else { return nil }
            return (
                range.lowerBound,
                CaptionPhrase(
                    attribute: attribute, before: String(caption[..<range.lowerBound]),
                    through: String(caption[..<range.upperBound]),
                    without: String(caption[..<range.lowerBound] + caption[range.upperBound...]))
            )
        }.sorted { $0.0 < $1.0 }.map(\.1)
    }

    /// The caption without one of its words, those of named attributes left in: what leaving out a word costs that
    /// names nothing. Nil where every word names something.
    package static func withoutPlainWord(_ caption: String) -> String? {
        let words = caption.split(separator: " ").map(String.init)
        let named = Set(
            all(in: caption).flatMap { phrase in
                (phrase.attribute.phrase ?? "").split(separator: " ").map(String.init)
            })
        guard
            let place = words.indices.last(where: { place in
                !named.contains(words[place].filter(\.isLetter)) && words[place].allSatisfy(\.isLetter)
            })
        else { return nil }
        return words.indices.filter { $0 != place }.map { words[$0] }.joined(separator: " ")
    }
}
