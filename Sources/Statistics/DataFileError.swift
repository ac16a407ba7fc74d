import Foundation

/// What is wrong with a text file of data: which file, which line and column, and what to do about it.
public struct DataFileError: Error, Equatable, Sendable {
    public let file: String
    /// The line, from 1; nil when the whole file is meant.
    public let line: Int?
    /// The name of the column, or its number where it has none.
    public let column: String?
    /// A sentence.
    public let message: String

    public init(file: String, line: Int? = nil, column: String? = nil, _ message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
    }
}

extension DataFileError: LocalizedError, CustomStringConvertible {
    public var description: String {
        var place = file
        if let line { place += ", line \(line)" }
        if let column { place += ", column \(column)" }
        return "\(place): \(message)"
    }

    public var errorDescription: String? { description }
}
