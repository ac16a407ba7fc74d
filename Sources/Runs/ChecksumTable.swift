import Foundation
import SynFiles

/// Names with the SHA-256 of what they name and the stamp it had when that was computed.
///
/// One line each: check, hash, size, number on the disk, time of change, name, with tabs between; the check is the
/// beginning of the hash of all that follows it. A line that is not of this form, or whose check is another, is left
/// out: what it named counts as unknown.
package struct ChecksumTable: Sendable {
    package struct Entry: Sendable {
        package let hash: String
        package let stamp: FileStamp

        package init(hash: String, stamp: FileStamp) { (self.hash, self.stamp) = (hash, stamp) }
    }

    package private(set) var entries: [String: Entry] = [:]

    package init() {}

    /// What was found of a table in a file.
    package enum State {
        case whole
        /// The last line has no end: whoever wrote it was killed, or the disk was full.
        case cut
        /// There are lines that nobody wrote so.
        case damaged
    }

    package static func read(_ bytes: some BidirectionalCollection<UInt8>) -> (table: ChecksumTable, state: State) {
        var table = ChecksumTable()
        var state = bytes.isEmpty || bytes.last == newline ? State.whole : .cut
        for line in bytes.split(separator: newline, omittingEmptySubsequences: false).dropLast() {
            guard let (name, entry) = Self.entry(line) else {
                state = .damaged
                continue
            }
            table.entries[escaped: name] = entry
        }
        return (table, state)
    }

    /// A line's name, still escaped, and what it says of it; nil where it is not as it was written.
    private static func entry(_ line: some Collection<UInt8>) -> (name: String, entry: Entry)? {
        let parts = line.split(separator: UInt8(ascii: "\t"), maxSplits: 5, omittingEmptySubsequences: false)
            .map { String(validating: $0, as: UTF8.self) }
        guard parts.count == 6, let hash = parts[1], hash.utf8.count == 64, let name = parts[5], !name.isEmpty,
            let size = parts[2].flatMap({ Int64($0) }), let inode = parts[3].flatMap({ UInt64($0) }),
            let changed = parts[4].flatMap({ Int64($0) }),
            parts[0] == check(parts.dropFirst().compactMap(\.self).joined(separator: "\t"))
        else { return nil }
        return (name, Entry(hash: hash, stamp: FileStamp(size: size, inode: inode, changed: changed)))
    }

    private static func check(_ text: String) -> String {
        var hash = ContentHash()
        hash.add(Array(text.utf8))
        return String(hash.hexadecimal.prefix(8))
    }

    package subscript(name: String) -> Entry? {
        get { entries[name] }
        set { entries[name] = newValue }
    }

    package mutating func remove(where condition: (String) -> Bool) {
        entries = entries.filter { !condition($0.key) }
    }

    /// With what another table has beside.
    package func joined(with other: ChecksumTable) -> ChecksumTable {
        var all = self
        all.entries.merge(other.entries) { own, _ in own }
        return all
    }

    /// The whole table, sorted by name.
    package var text: String {
        entries.sorted { $0.key < $1.key }.map { Self.line($0.key, $0.value) }.joined()
    }

    /// Equal for tables that name the same contents, whatever their stamps.
    package var contentHash: String {
        var hash = ContentHash()
        for (name, entry) in entries.sorted(by: { $0.key < $1.key }) {
            hash.add(part: name)
            hash.add(part: entry.hash)
        }
        return hash.hexadecimal
    }

    package static func line(_ name: String, _ entry: Entry) -> String {
        let name = name.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        let text = "\(entry.hash)\t\(entry.stamp.size)\t\(entry.stamp.inode)\t\(entry.stamp.changed)\t\(name)"
        return "\(check(text))\t\(text)\n"
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
