/// A repository on the Hugging Face hub: `organisation/name`, or an old bare `name`, with `@revision` if wanted.
///
/// A revision is a branch, a tag or a whole commit; `main` without one.
package struct RepositoryName: Hashable, Sendable, CustomStringConvertible {
    package let name: String
    package let revision: String

    /// Throws ``ModelHub/Failure`` when `text` cannot be such a name, so that it never reaches a path.
    package init(_ text: String) throws {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        name = parts[0]
        revision = parts.count > 1 ? parts[1] : "main"
        let pieces = name.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(pieces.count), pieces.allSatisfy(Self.isPlain),
            revision.split(separator: "/", omittingEmptySubsequences: false).allSatisfy(Self.isPlain)
        else {
            throw ModelHub.Failure(
                .absent,
                "\(text) is neither an existing folder nor a repository name such as openai/clip-vit-base-patch32")
        }
    }

    package var description: String { revision == "main" ? name : "\(name)@\(revision)" }

    private init(name: String, revision: String) { (self.name, self.revision) = (name, revision) }

    /// The repository under each of its names, its own first: those that once had no organisation were given one,
    /// and the hub answers to both.
    var synonyms: [RepositoryName] {
        let others = Self.moved.compactMap { old, new in name == old ? new : name == new ? old : nil }
        return [self] + others.map { RepositoryName(name: $0, revision: revision) }
    }

    private static let moved = [
        ("bert-base-uncased", "google-bert/bert-base-uncased"),
        ("bert-large-uncased", "google-bert/bert-large-uncased"),
        ("bert-base-cased", "google-bert/bert-base-cased"), ("bert-large-cased", "google-bert/bert-large-cased"),
        ("roberta-base", "FacebookAI/roberta-base"), ("roberta-large", "FacebookAI/roberta-large"),
        ("gpt2", "openai-community/gpt2"),
    ]

    /// The folder's name in the shared cache.
    var cacheName: String { "models--" + name.replacing("/", with: "--") }

    /// Letters, digits, `-`, `_` and `.`, not starting with a dot.
    private static func isPlain(_ piece: Substring) -> Bool {
        !piece.isEmpty && piece.first != "."
            && piece.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }
}
