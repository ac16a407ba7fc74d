import SynFiles
import SynPortraits
import SynRuns

/// Pictures of which it is known whether a phrase is true of them.
package struct KnownPictures: Sendable {
    package let pictures: PicturesWithCaptions
    /// Of drawn portraits; nil where only captions are known.
    package let portraits: [Portrait]?

    package var count: Int { pictures.count }
    package var source: String { pictures.source }

    /// How truth is known, for reports.
    package var reading: String {
        portraits == nil
            ? "a phrase is true of a picture where its caption has all the phrase's words"
            : "a phrase is true of a portrait where all its mentions are"
    }

    /// Portraits of the drawn world's validation part.
    package init(portraits count: Int, world: PortraitWorld = PortraitWorld()) throws {
        pictures = try PicturesWithCaptions(portraits: count, world: world)
        portraits = (0..<count).map { world.portrait(at: PortraitWorld.index(of: $0, in: .validation)) }
    }

    /// Pictures with captions from elsewhere.
    package init(_ pictures: PicturesWithCaptions) { (self.pictures, portraits) = (pictures, nil) }

    /// Whether a phrase is true of each picture.
    package func truth(of phrase: String) throws -> [Bool] {
        if let portraits {
            let mentions = CaptionMentions.read(phrase)
            guard !mentions.isEmpty else {
                throw UserError(
                    .settings,
                    "'\(printable(phrase, limit: 60))' mentions no attribute of the drawn portraits; say for example "
                        + "'black hair', 'eyeglasses' or 'smiling'")
            }
            return portraits.map { portrait in mentions.allSatisfy { portrait.attributes[$0.key] == $0.value } }
        }
        let wanted = Set(Self.words(phrase))
        guard !wanted.isEmpty else {
            throw UserError(.settings, "'\(printable(phrase, limit: 60))' has no words; name what a caption may say")
        }
        return pictures.captions.map { wanted.isSubset(of: Self.words($0)) }
    }

    static func words(_ text: String) -> [String] {
        text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    }
}
