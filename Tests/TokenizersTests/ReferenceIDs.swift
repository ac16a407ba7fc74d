import Foundation
import SynTokenizers
import TestSupport
import Testing

/// The corpus and what Hugging Face makes of it, written by `make.py`.
struct Reference: Decodable {
    /// All ids, or where there are many: the first few, their count and a hash of all.
    enum IDs: Decodable {
        case all([Int32])
        case digest(first: [Int32], count: Int, hash: String)

        private enum Keys: String, CodingKey { case first, count, fnv1a }

        init(from decoder: any Decoder) throws {
            if let ids = try? decoder.singleValueContainer().decode([Int32].self) {
                self = .all(ids)
            } else {
                let digest = try decoder.container(keyedBy: Keys.self)
                self = .digest(
                    first: try digest.decode([Int32].self, forKey: .first),
                    count: try digest.decode(Int.self, forKey: .count),
                    hash: try digest.decode(String.self, forKey: .fnv1a))
            }
        }

        func matches(_ ids: [Int32]) -> Bool {
            switch self {
            case .all(let expected): expected == ids
            case .digest(let first, let count, let hash):
                ids.count == count && Array(ids.prefix(first.count)) == first && Self.hash(ids) == hash
            }
        }

        /// FNV-1a over the ids' little-endian bytes.
        private static func hash(_ ids: [Int32]) -> String {
            var hash: UInt64 = 0xcbf2_9ce4_8422_2325
            for id in ids {
                for shift in stride(from: 0, to: 32, by: 8) {
                    hash = (hash ^ UInt64(UInt8(truncatingIfNeeded: id >> shift))) &* 0x100_0000_01b3
                }
            }
            let digits = String(hash, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
    }

    let ids: [IDs]
    let tokens: [[String]]?
    let truncated: [[Int32]]?

    private enum CodingKeys: String, CodingKey { case ids, tokens, truncated = "truncated to 8" }

    private struct Line: Decodable { let unit: String, times: Int }

    static func texts(_ url: URL) throws -> [String] {
        try JSONDecoder().decode([Line].self, from: Data(contentsOf: url)).map {
            String(repeating: $0.unit, count: $0.times)
        }
    }

    /// By the vocabulary's name.
    static func all(_ url: URL) throws -> [String: Reference] {
        struct Entry: Decodable {
            let reference: Reference?
            init(from decoder: any Decoder) throws { reference = try? Reference(from: decoder) }
        }
        return try JSONDecoder().decode([String: Entry].self, from: Data(contentsOf: url))
            .compactMapValues(\.reference)
    }

    /// Compares a tokenizer with this reference; the texts it spells differently are told, a few of them in full.
    func check(_ tokenizer: Tokenizer, _ texts: [String], _ name: String) {
        var different = 0
        #expect(ids.count == texts.count && !texts.isEmpty)
        for (text, expected) in zip(texts, ids) {
            let encoding = tokenizer.encode(text, maximumLength: nil)
            guard !expected.matches(encoding.ids) else { continue }
            different += 1
            if different <= 5 {
                let scalars = text.unicodeScalars.prefix(60).map { String($0.value, radix: 16) }
                Issue.record(
                    "\(name): \(scalars.joined(separator: " ")): \(encoding.ids.prefix(40)) for \(expected)")
            }
        }
        print("\(name): \(texts.count) texts, \(different) with other ids than Hugging Face's")
        #expect(different == 0)
        for (text, expected) in zip(texts, tokens ?? []) {
            let tokens = tokenizer.encode(text, maximumLength: nil).tokens
            #expect(tokens.map { Array($0.utf8) } == expected.map { Array($0.utf8) })
        }
        for (text, expected) in zip(texts, truncated ?? []) {
            let encoding = tokenizer.encode(text, maximumLength: 8)
            #expect(encoding.ids == expected)
            #expect(encoding.truncated == (tokenizer.encode(text, maximumLength: nil).ids.count > 8))
        }
    }
}
