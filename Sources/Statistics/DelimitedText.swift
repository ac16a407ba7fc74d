import Foundation

/// A text table: rows of fields, from CSV or TSV bytes.
///
/// Lines may end in LF or CRLF (or the file without either), a UTF-8 byte order mark is skipped, lines without any
/// character are skipped. Everything else is kept as it is: no trimming, no guessing of types. Fields must be
/// UTF-8.
package struct DelimitedText: Equatable, Sendable {
    /// What a quote mark means. There is no safe guess, so the caller says.
    package enum Quoting: String, Sendable {
        /// RFC 4180: a field that starts with `"` ends at the next lone `"`; inside, `""` is one quote mark and
        /// delimiters and line ends are text.
        case rfc4180
        /// Quote marks are letters like any other, as in the STS and GLUE files.
        case none
    }

    package struct Row: Equatable, Sendable {
        /// The line the row starts on, from 1.
        package let line: Int
        package let fields: [String]
    }

    package let rows: [Row]

    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - delimiter: one ASCII character, such as `,` or a tab.
    ///   - file: the name used in errors.
    package init(
        _ bytes: some Collection<UInt8>, delimiter: Unicode.Scalar = ",", quoting: Quoting, file: String
    ) throws(DataFileError) {
        precondition(delimiter.isASCII && delimiter != "\"" && delimiter != "\n" && delimiter != "\r")
        var scanner = Scanner(
            bytes: Array(bytes), delimiter: UInt8(delimiter.value), quoting: quoting, file: file)
        rows = try scanner.scan()
    }

    /// Reads a file; a delimiter of nil means a tab for names ending in `.tsv` and a comma otherwise.
    package init(
        contentsOf url: URL, delimiter: Unicode.Scalar? = nil, quoting: Quoting
    ) throws(DataFileError) {
        let bytes = try readBytes(of: url)
        let separator = delimiter ?? (url.pathExtension.lowercased() == "tsv" ? "\t" : ",")
        try self.init(bytes, delimiter: separator, quoting: quoting, file: url.relativePath)
    }
}

func readBytes(of url: URL) throws(DataFileError) -> Data {
    do {
        return try Data(contentsOf: url)
    } catch {
        let exists = FileManager.default.fileExists(atPath: url.path)
        throw DataFileError(
            file: url.relativePath, exists ? "the file cannot be read." : "there is no such file.")
    }
}

private struct Scanner {
    let bytes: [UInt8]
    let delimiter: UInt8
    let quoting: DelimitedText.Quoting
    let file: String
    var position = 0
    var line = 1

    private static let quote = UInt8(ascii: "\"")
    private static let newline = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    mutating func scan() throws(DataFileError) -> [DelimitedText.Row] {
        try requireUTF8()
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        var rows: [DelimitedText.Row] = []
        while position < bytes.count {
            if skipLineEnd() { continue }   // an empty line
            rows.append(try row())
        }
        return rows
    }

    /// A newline byte is never part of another character, so lines can be checked one by one.
    private func requireUTF8() throws(DataFileError) {
        let lines = bytes.split(separator: Scanner.newline, omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where String(validating: line, as: UTF8.self) == nil {
            throw DataFileError(
                file: file, line: index + 1, "the text is not valid UTF-8; save the file with UTF-8 encoding.")
        }
    }

    private mutating func row() throws(DataFileError) -> DelimitedText.Row {
        let start = line
        var fields: [String] = []
        while true {
            let number = fields.count + 1
            let quoted = quoting == .rfc4180 && position < bytes.count && bytes[position] == Scanner.quote
            fields.append(quoted ? try quotedField(number) : try plainField(number))
            if position < bytes.count, bytes[position] == delimiter {
                position += 1
                continue
            }
            _ = skipLineEnd()
            return DelimitedText.Row(line: start, fields: fields)
        }
    }

    private mutating func plainField(_ number: Int) throws(DataFileError) -> String {
        let start = position
        while position < bytes.count, bytes[position] != delimiter, !atLineEnd {
            if quoting == .rfc4180, bytes[position] == Scanner.quote {
                throw failure(
                    number, line,
                    "a quote mark stands inside a field that does not start with one; "
                        + "put the whole field in quotes and double the marks inside it.")
            }
            position += 1
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func quotedField(_ number: Int) throws(DataFileError) -> String {
        let opening = line
        var content: [UInt8] = []
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == Scanner.quote {
                guard position < bytes.count, bytes[position] == Scanner.quote else {
                    guard position == bytes.count || bytes[position] == delimiter || atLineEnd else {
                        throw failure(number, line, "there is text after the closing quote mark.")
                    }
                    return String(decoding: content, as: UTF8.self)
                }
                position += 1
            } else if byte == Scanner.newline {
                line += 1
            }
            content.append(byte)
        }
        throw failure(number, opening, "a quote mark opens a field that never closes.")
    }

    /// At LF, CRLF, or a CR that ends the file.
    private var atLineEnd: Bool {
        guard position < bytes.count else { return true }
        if bytes[position] == Scanner.newline { return true }
        guard bytes[position] == Scanner.carriageReturn else { return false }
        return position + 1 == bytes.count || bytes[position + 1] == Scanner.newline
    }

    private mutating func skipLineEnd() -> Bool {
        guard position < bytes.count, atLineEnd else { return false }
        position += bytes[position] == Scanner.carriageReturn && position + 1 < bytes.count ? 2 : 1
        line += 1
        return true
    }

    private func failure(_ column: Int, _ line: Int, _ message: String) -> DataFileError {
        DataFileError(file: file, line: line, column: "\(column)", message)
    }
}
