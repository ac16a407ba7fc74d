import Foundation
import SynModels
import SynRuns
import SynTokenizers

/// Texts on their way into an encoder: the prompt before them, their letter case, the tokenizer, and the smallest of
/// all limits. Every command that makes ids of texts makes them here.
package struct TextReader: Sendable {
    package let tokenizer: Tokenizer
    /// The most ids of a text, its start and end included: the smallest of what the tokenizer's settings, the model's
    /// positions and sentence-transformers' settings allow; nil where none of them says anything.
    package let maximumLength: Int?
    /// What is put before every sentence; empty for nothing.
    package let prompt: String
    /// How many ids at a sentence's beginning are the prompt's, a start token included; 0 without a prompt.
    package let promptLength: Int

    /// - Parameter positions: how many tokens the opened model reads; nil where only its settings are known.
    package init(_ rules: TextRules, positions: Int? = nil) throws {
        tokenizer = try Tokenizer(folder: rules.tokenizerFolder, lowercasing: rules.lowercases)
        let limits = [rules.maximumLength, tokenizer.modelMaximumLength, positions ?? rules.positions]
        maximumLength = limits.compactMap(\.self).filter { $0 > 0 }.min()
        prompt = rules.prompt
        guard !prompt.isEmpty else {
            promptLength = 0
            return
        }
        let alone = Ids(tokenizer.encode(prompt, maximumLength: nil).ids, tokenizer)
        promptLength = alone.ids.count - (alone.hasEnd ? 1 : 0)
        if let maximumLength, promptLength + (alone.hasEnd ? 1 : 0) >= maximumLength {
            throw UserError(
                .badData,
                "\(rules.tokenizerFolder.path): the default prompt \"\(prompt)\" has \(promptLength) tokens and "
                    + "leaves no room "
                    + "for a text where \(maximumLength) are read; shorten it in config_sentence_transformers.json")
        }
    }

    /// The reader of an encoder's folder, its weights not opened.
    package init(folder: URL) throws {
        do {
            try self.init(TextEncoderFolder.rules(of: folder))
        } catch {
            throw UserError(error)
        }
    }

    /// A sentence as the encoder sees it.
    ///
    /// - Parameter limit: the most ids, in place of the encoder's own limit.
    package func encoding(_ sentence: String, limit: Int? = nil) -> Encoding {
        tokenizer.encode(prompt + sentence, maximumLength: limit ?? maximumLength)
    }

    /// Whether upper and lower case letters differ.
    package var isCased: Bool {
        tokenizer.encode("The", maximumLength: nil).ids != tokenizer.encode("the", maximumLength: nil).ids
    }

    /// What a person should know of how sentences are read; nil where nothing is put before them.
    package var remark: String? {
        prompt.isEmpty ? nil : "every sentence is read with the default prompt of its encoder's folder: \"\(prompt)\""
    }

    // MARK: - Ids with their frame

    /// A text's ids and what stands at their ends.
    package struct Ids: Hashable, Sendable {
        package var ids: [Int32]
        package var hasStart: Bool
        package var hasEnd: Bool

        package init(_ ids: [Int32], _ tokenizer: Tokenizer) {
            self.ids = ids
            hasStart = tokenizer.startID != nil && ids.first == tokenizer.startID
            hasEnd = tokenizer.endID != nil && ids.last == tokenizer.endID && ids.count > (hasStart ? 1 : 0)
        }

        package var inner: ArraySlice<Int32> { ids.dropFirst(hasStart ? 1 : 0).dropLast(hasEnd ? 1 : 0) }
    }

    /// All ids of a text under a reading, however many; nil where the tokenizer names no end token to frame it
    /// with. A start token is put where the tokenizer has one: SigLIP's has none.
    package func ids(_ text: String, _ frame: TextReading.Frame, prompted: Bool = false) -> Ids? {
        var text = Ids(tokenizer.encode(prompted ? prompt + text : text, maximumLength: nil).ids, tokenizer)
        switch frame {
        case .own: break
        case .bare:
            text.ids = Array(text.inner)
            (text.hasStart, text.hasEnd) = (false, false)
        case .framed:
            guard let end = tokenizer.endID else { return nil }
            if let start = tokenizer.startID, !text.hasStart {
                text.ids.insert(start, at: 0)
                text.hasStart = true
            }
            if !text.hasEnd { text.ids.append(end) }
            text.hasEnd = true
        }
        return text
    }

    /// Whether a text has more ids than are read.
    package func isTooLong(_ text: Ids) -> Bool { maximumLength.map { text.ids.count > $0 } ?? false }

    /// What is read of a text: its tail is lost, its end token stays.
    package func cut(_ text: Ids) -> Ids {
        guard let maximumLength, isTooLong(text) else { return text }
        var text = text
        let end = text.hasEnd ? text.ids.suffix(1) : []
        text.ids = text.ids.prefix(maximumLength - end.count) + end
        return text
    }

    /// Whether the vocabulary lacks a piece of the text, so that something unknown stands in its place.
    package func isPartlyUnknown(_ text: Ids) -> Bool { tokenizer.unknownID.map { text.inner.contains($0) } ?? false }
}
