import Foundation
import SynEmbedding
import SynFiles
import SynRuns

/// What a run is made from: every file of its models, its pictures and captions, each with a hash of its content.
///
/// The run's folder keeps the table as `inputs.tsv`, so that nothing is ever exchanged under a run without notice. A
/// file whose stamp is that of the table is not read again: many gigabytes are hashed once.
struct RunInputs {
    /// One thing that results depend on.
    struct Item {
        /// What it belongs to, as people call it: "decoder Weights/decoder", "data".
        let owner: String
        let name: String
        let source: Source

        enum Source {
            case file(URL)
            /// Something computed, by its own hash.
            case content(hash: String)
        }

        fileprivate var key: String { owner + Self.mark + name }
        fileprivate static let mark = ": "
    }

    static let fileName = "inputs.tsv"

    private let models: [String: ModelContents]
    let table: ChecksumTable

    /// - Parameters:
    ///   - models: folders by owner.
    ///   - known: the table of an earlier sitting.
    ///   - progress: bytes hashed so far, and all of them.
    init(
        models folders: [(owner: String, folder: URL)], data: [Item], known: ChecksumTable,
        progress: (Int, Int) throws -> Void = { _, _ in }
    ) throws {
        models = Dictionary(try folders.map { ($0.owner, try ModelContents($0.folder)) }, uniquingKeysWith: { $1 })
        let items =
            models.sorted { $0.key < $1.key }.flatMap { owner, contents in
                contents.files.map { Item(owner: owner, name: $0.name, source: .file($0.url)) }
            } + data
        var table = ChecksumTable()
        var unread: [(key: String, url: URL, stamp: FileStamp)] = []
        for item in items {
            switch item.source {
            case .content(let hash):
                table[item.key] = .init(hash: hash, stamp: FileStamp(size: 0, inode: 0, changed: 0))
            case .file(let url):
                guard let stamp = FileStamp(url) else {
                    throw UserError(.missing, "\(url.path) cannot be read; check that it exists and is a file")
                }
                if let entry = known[item.key], entry.stamp == stamp {
                    table[item.key] = entry
                } else {
                    unread.append((item.key, url, stamp))
                }
            }
        }
        let total = unread.reduce(0) { $0 + Int($1.stamp.size) }
        var done = 0
        for (key, url, stamp) in unread {
            table[key] = .init(hash: try ContentHash(file: url).hexadecimal, stamp: stamp)
            done += Int(stamp.size)
            try progress(done, total)
        }
        self.table = table
    }

    /// The hash of a model, equal to `ModelContents.hash(of:)`.
    func hash(ofModel owner: String) -> String {
        models[owner]?.hash { name, _ in table[owner + Item.mark + name]?.hash ?? "" } ?? ""
    }

    /// What was another thing in an earlier table: "decoder: model.safetensors". Owners that only one of the tables
    /// knows change nothing.
    static func changes(_ table: ChecksumTable, since earlier: ChecksumTable) -> [String] {
        func owner(_ key: String) -> String {
            key.firstRange(of: Item.mark).map { String(key[..<$0.lowerBound]) } ?? key
        }
        let owners = Set(earlier.entries.keys.map(owner)).intersection(table.entries.keys.map(owner))
        let keys = Set(earlier.entries.keys).union(table.entries.keys).filter { owners.contains(owner($0)) }
        return keys.filter { earlier[$0]?.hash != table[$0]?.hash }.sorted()
    }
}
