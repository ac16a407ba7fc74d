import Foundation
import SynFiles

/// Records as JSON files: pretty, keys sorted, written whole or not at all.
///
/// Numbers that are not finite become the strings "nan", "inf" and "-inf", which JSON has no number for.
package enum RecordFile {
    /// The text of a record; equal records give equal bytes.
    package static func json(_ record: some Encodable) throws -> Data {
        try JSONText.data(record, namesNonFinite: true) + Data("\n".utf8)
    }

    /// Writes a record beside its final name and renames it, so that no reader ever sees half of it.
    package static func write(_ record: some Encodable, to url: URL) throws {
        try write(json(record), to: url)
    }

    /// Writes any text the same way.
    package static func write(_ text: String, to url: URL) throws {
        try write(Data(text.utf8), to: url)
    }

    /// Nobody takes a report's folder as a whole, so what a killed process left of the same file goes first.
    static func write(_ bytes: Data, to url: URL) throws {
        try AtomicFile.makeFolder(url.deletingLastPathComponent())
        try AtomicFile.write(bytes, to: url, sweeps: true)
    }

    /// Reads a record written by `write`.
    package static func read<Record: Decodable>(_ type: Record.Type, from url: URL) throws -> Record {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: url)
        } catch {
            throw ReportFailure("\(url.path) could not be read: \(ReportFailure.reason(error))")
        }
        return try decode(type, from: bytes, name: url.path)
    }

    /// Reads a record from bytes; `name` is what an error calls them.
    package static func decode<Record: Decodable>(_ type: Record.Type, from bytes: Data, name: String) throws -> Record
    {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        if let known = (type as? any VersionedRecord.Type)?.currentSchema,
            let version = (try? decoder.decode(SchemaVersion.self, from: bytes))?.number, version > known
        {
            throw ReportFailure(
                "\(name) has schema version \(version), this tool reads up to \(known); use a newer synesthesia")
        }
        do {
            return try decoder.decode(type, from: bytes)
        } catch let error as DecodingError {
            throw ReportFailure("\(name) is not a record of this kind: \(ReportFailure.reason(error))")
        }
    }

    private struct SchemaVersion: Decodable {
        var number: Int
        enum CodingKeys: String, CodingKey { case number = "schema_version" }
    }
}

/// A record that tells the version of its keys; files of a later one are refused with a sentence.
protocol VersionedRecord {
    static var currentSchema: Int { get }
}

extension ProbeReport: VersionedRecord {}
extension TextStudyReport: VersionedRecord {}

/// A sentence for the person at the terminal.
package struct ReportFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }

    /// What the system said, without the wrapping of error types.
    static func reason(_ error: any Error) -> String {
        let error = error as NSError
        let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError
        return (underlying ?? error).localizedDescription
    }

    /// Which key, and what about it.
    static func reason(_ error: DecodingError) -> String {
        func path(_ context: DecodingError.Context) -> String {
            let steps = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
            return steps.isEmpty ? "at the top" : "at " + steps.joined(separator: ".").replacing(".[", with: "[")
        }
        switch error {
        case .keyNotFound(let key, let context): return "the key \"\(key.stringValue)\" is missing \(path(context))"
        case .typeMismatch(let type, let context): return "the value \(path(context)) is not a \(type)"
        case .valueNotFound(let type, let context): return "the value \(path(context)) is null, expected a \(type)"
        case .dataCorrupted(let context): return "\(context.debugDescription) \(path(context))"
        @unknown default: return "\(error)"
        }
    }
}
