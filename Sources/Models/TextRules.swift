import Foundation

/// What a folder asks for before its encoder sees ids: how texts are spelled, what is put before them, how much of them
/// is read.
package struct TextRules: Sendable, Equatable {
    /// Where the tokenizer's files stand: the folder, or the one inside it that holds the encoder proper.
    package let tokenizerFolder: URL
    /// Whether texts are made lower case, beside what the tokenizer does by itself.
    package var lowercases = false
    /// The most ids of a text by sentence-transformers' own settings; the tokenizer and the model have limits besides.
    package var maximumLength: Int?
    /// How many positions the model's settings give it; nil where there are no settings or they cannot be read.
    package var positions: Int?
    /// What sentence-transformers puts before every sentence unless told otherwise; empty for nothing.
    package var prompt = ""
    /// Whether the prompt's tokens count when a sentence's tokens become one vector.
    package var poolsPrompt = true
}

extension TextEncoderFolder {
    /// How texts are read for an encoder's folder, without opening its weights.
    package static func rules(of url: URL) throws -> TextRules {
        rules(of: url, try SentenceTransformerFolder(url.modelFolder))
    }

    static func rules(of url: URL, _ sentences: SentenceTransformerFolder?) -> TextRules {
        let folder = encoderPlace(url, sentences)
        var rules = TextRules(tokenizerFolder: folder.modelFolder)
        rules.positions = TextEncoderRegistry.context(of: folder)
        if let sentences {
            rules.lowercases = sentences.limits.lowercases
            rules.maximumLength = sentences.limits.maximumLength
            (rules.prompt, rules.poolsPrompt) = (sentences.settings.prompt, sentences.poolsPrompt)
        }
        return rules
    }
}
