import Files
import Foundation

/// Names with the SHA-256 of what they name and the stamp it had when that was computed.
///
/// One line each: hash, size, number on the disk, time of change, name, with tabs between. A line that is not of this
/// form is left out: what it named counts as unknown.
struct ChecksumTable: Sendable {
    struct Entry: Sendable {
        let hash: String
        let stamp: FileStamp
    }

    private(set) var entries: [String: Entry] = [:]

    init() {}

    /// - Returns: also whether every line was whole.
    static func read(_ bytes: some Collection<UInt8>) -> (table: ChecksumTable, isWhole: Bool) {
        var table = ChecksumTable()
        var isWhole = bytes.isEmpty || bytes.reversed().first == newline
        let lines = bytes.split(separator: newline, omittingEmptySubsequences: false).dropLast()
        for line in lines {
            let parts = line.split(separator: UInt8(ascii: "\t"), maxSplits: 4, omittingEmptySubsequences: false)
                .map { String(validating: $0, as: UTF8.self) }
            guard parts.count == 5, let hash = parts[0], hash.utf8.count == 64, let name = parts[4], !name.isEmpty,
                let size = parts[1].flatMap({ Int64($0) }), let inode = parts[2].flatMap({ UInt64($0) }),
                let changed = parts[3].flatMap({ Int64($0) })
            else {
                isWhole = false
                continue
            }
            table.entries[escaped: name] = Entry(hash: hash, stamp: FileStamp(size: size, inode: inode, changed: changed))
        }
        return (table, isWhole)
    }

    subscript(name: String) -> Entry? {
        get { entries[name] }
        set { entries[name] = newValue }
    }

    mutating func remove(where condition: (String) -> Bool) {
        entries = entries.filter { !condition($0.key) }
    }

    /// With what another table has beside.
    func joined(with other: ChecksumTable) -> ChecksumTable {
        var all = self
        all.entries.merge(other.entries) { own, _ in own }
        return all
    }

    /// The whole table, sorted by name.
    var text: String {
        entries.sorted { $0.key < $1.key }.map { Self.line($0.key, $0.value) }.joined()
    }

    /// Equal for tables that name the same contents, whatever their stamps.
    var contentHash: String {
        var hash = ContentHash()
        for (name, entry) in entries.sorted(by: { $0.key < $1.key }) {
            hash.add(part: name)
            hash.add(part: entry.hash)
        }
        return hash.hexadecimal
    }

    static func line(_ name: String, _ entry: Entry) -> String {
        let name = name.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        return "\(entry.hash)\t\(entry.stamp.size)\t\(entry.stamp.inode)\t\(entry.stamp.changed)\t\(name)\n"
    }

    private static let newline = UInt8(ascii: "\n")
}

extension [String: ChecksumTable.Entry] {
    /// Under a name as a line has it.
    fileprivate subscript(escaped name: String) -> ChecksumTable.Entry? {
        get { nil }
        set {
            var (plain, isEscaped) = ("", false)
            for character in name.unicodeScalars {
                if isEscaped {
                    plain.unicodeScalars.append(character == "n" ? "\n" : character)
                    isEscaped = false
                } else if character == "\\" {
                    isEscaped = true
                } else {
                    plain.unicodeScalars.append(character)
                }
            }
            self[plain] = newValue
        }
    }
}
