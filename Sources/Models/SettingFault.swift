import Foundation
import SynFiles

/// Why a file of settings cannot be decoded, as a sentence: which key, what it holds, and what is needed there.
///
/// Foundation's decoder does not say where a number stands that does not fit its type; it is found by decoding again
/// with every other such number made harmless.
struct SettingFault {
    /// As ``PythonJSON/content(of:)`` gives it.
    let content: Any

    private typealias Path = [String]

    func sentence<Settings: Decodable>(for error: DecodingError, decoding: Settings.Type) -> String {
        switch error {
        case .typeMismatch(let type, let context): return wrong(path(context), need(type))
        case .valueNotFound(let type, let context): return wrong(path(context), need(type))
        case .keyNotFound(let key, let context):
            return "\(printable((path(context) + [key.stringValue]).joined(separator: "."))) is missing."
        case .dataCorrupted(let context):
            guard let place = context.codingPath.isEmpty ? culprit(Settings.self) : path(context) else {
                return "a value cannot be used: \(context.debugDescription)"
            }
            return wrong(place, wantsFraction(place, Settings.self) ? "a number in single precision" : "a whole number")
        @unknown default: return "it cannot be decoded."
        }
    }

    private func wrong(_ place: Path, _ need: String) -> String {
        "\(printable(place.joined(separator: "."))) is \(Self.told(value(at: place, in: content))), but \(need) is "
            + "needed."
    }

    private func path(_ context: DecodingError.Context) -> Path {
        context.codingPath.map { key in key.intValue.map(String.init) ?? key.stringValue }
    }

    private func need(_ type: Any.Type) -> String {
        switch type {
        case is any FixedWidthInteger.Type: "a whole number"
        case is any BinaryFloatingPoint.Type: "a number"
        case is String.Type: "a text"
        case is Bool.Type: "true or false"
        case is [Any].Type: "a list"
        default: "\(type)".hasPrefix("Array") ? "a list" : "an object"
        }
    }

    private static func told(_ value: Any?) -> String {
        switch value {
        case nil, is NSNull: "null"
        case let flag as Bool: "\(flag)"
        case let whole as Int: "\(whole)"
        case let number as Double: "\(number)"
        case let text as String: PythonJSON.numberWords.contains(text) ? text : "\"\(printable(text))\""
        case let list as [Any]: "a list of \(list.count)"
        default: "an object"
        }
    }

    // MARK: - Where a number does not fit

    /// The first number that cannot be decoded even where all others are harmless.
    private func culprit<Settings: Decodable>(_: Settings.Type) -> Path? {
        let numbers = Self.oddNumbers(content, [])
        return numbers.first { Self.isCorrupt(alone($0, of: numbers), Settings.self) }
    }

    /// Whether a fraction could stand in this place.
    private func wantsFraction<Settings: Decodable>(_ place: Path, _: Settings.Type) -> Bool {
        let rest = alone(place, of: Self.oddNumbers(content, []))
        return !Self.isCorrupt(Self.replacing(rest, at: place[...], by: 0.5), Settings.self)
    }

    /// The content where of all these numbers only one is as it was.
    private func alone(_ place: Path, of numbers: [Path]) -> Any {
        numbers.filter { $0 != place }.reduce(content) { Self.replacing($0, at: $1[...], by: 1) }
    }

    private static func isCorrupt<Settings: Decodable>(_ content: Any, _: Settings.Type) -> Bool {
        guard let data = try? PythonJSON.plain(content) else { return false }
        do {
            _ = try JSONDecoder().decode(Settings.self, from: data)
            return false
        } catch DecodingError.dataCorrupted {
            return true
        } catch {
            return false
        }
    }

    /// Places of numbers that are fractions or large, in the order of their keys; at most a hundred.
    private static func oddNumbers(_ value: Any, _ place: Path) -> [Path] {
        switch value {
        case is Bool: []
        case let whole as Int: Int16(exactly: whole) == nil ? [place] : []
        case is Double: [place]
        case let list as [Any]: Array(list.enumerated().flatMap { oddNumbers($1, place + ["\($0)"]) }.prefix(100))
        case let object as [String: Any]:
            Array(object.sorted { $0.key < $1.key }.flatMap { oddNumbers($0.value, place + [$0.key]) }.prefix(100))
        default: []
        }
    }

    private func value(at place: Path, in value: Any) -> Any? {
        place.reduce(Optional(value)) { value, key in
            switch value {
            case let object as [String: Any]: object[key]
            case let list as [Any]: Int(key).flatMap { list.indices.contains($0) ? list[$0] : nil }
            default: nil
            }
        }
    }

    private static func replacing(_ value: Any, at place: ArraySlice<String>, by new: Any) -> Any {
        guard let key = place.first else { return new }
        switch value {
        case var object as [String: Any]:
            if let old = object[key] { object[key] = replacing(old, at: place.dropFirst(), by: new) }
            return object
        case var list as [Any]:
            if let index = Int(key), list.indices.contains(index) {
                list[index] = replacing(list[index], at: place.dropFirst(), by: new)
            }
            return list
        default: return value
        }
    }
}
