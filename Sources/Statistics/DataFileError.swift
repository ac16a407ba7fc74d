import Foundation

/// What is wrong with a text file of data: which file, which line and column, and what to do about it.
package struct DataFileError: Error, Equatable, Sendable {
    package let file: String
    /// The line, from 1; nil when the whole file is meant.
    package let line: Int?
    /// The name of the column, or its number where it has none.
    package let column: String?
    /// A sentence.
    package let message: String

    package init(file: String, line: Int? = nil, column: String? = nil, _ message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
    }
}

extension DataFileError: LocalizedError, CustomStringConvertible {
    package var description: String {
        var place = file
        if let line { place += ", line \(line)" }
        if let column { place += ", column \(column)" }
        return "\(place): \(message)"
    }

    package var errorDescription: String? { description }
}
