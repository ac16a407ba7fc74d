import Foundation
import SynStatistics
import Yams

/// A value that one settings key can hold.
package protocol SettingsValue: Sendable {
    /// What a value must be, as errors put it: "a whole number".
    static var expectation: String { get }
    init?(_ node: Node)
    var node: Node { get }
}

extension Int: SettingsValue {
    package static var expectation: String { "a whole number" }
    package init?(_ node: Node) {
        guard let text = node.plainText, let value = Int(text) else { return nil }
        self = value
    }
    package var node: Node { Node(String(self), Tag(.int)) }
}

extension Double: SettingsValue {
    package static var expectation: String { "a number" }
    package init?(_ node: Node) {
        guard let text = node.plainText, let value = decimalNumber(text) else { return nil }
        self = value
    }
    package var node: Node { Node(shortest, Tag(.float)) }
}

extension Bool: SettingsValue {
    package static var expectation: String { "true or false" }
    package init?(_ node: Node) {
        switch node.plainText {
        case "true": self = true
        case "false": self = false
        default: return nil
        }
    }
    package var node: Node { Node(self ? "true" : "false", Tag(.bool)) }
}

extension String: SettingsValue {
    package static var expectation: String { "a text" }
    package init?(_ node: Node) {
        guard let text = node.scalar?.string, !text.isEmpty else { return nil }
        self = text
    }
    package var node: Node { Node(self, Tag(.str)) }
}

extension Array: SettingsValue where Element: SettingsValue {
    package static var expectation: String { "a list, each entry \(Element.expectation)" }
    package init?(_ node: Node) {
        guard let items = node.sequence else { return nil }
        var values: [Element] = []
        for item in items {
            guard let value = Element(item) else { return nil }
            values.append(value)
        }
        self = values
    }
    package var node: Node { Node(map(\.node), .implicit, .flow) }
}

/// An enumeration read by its names.
package protocol SettingsChoice: SettingsValue, CaseIterable, RawRepresentable where RawValue == String {}

extension SettingsChoice {
    package static var expectation: String { "one of " + allCases.map(\.rawValue).joined(separator: ", ") }
    package init?(_ node: Node) {
        guard let text = node.plainText else { return nil }
        self.init(rawValue: text)
    }
    package var node: Node { Node(rawValue) }
}

extension Node {
    /// The text of an unquoted scalar: `"5"` in quotes is no number.
    fileprivate var plainText: String? {
        guard let scalar, scalar.style == .any || scalar.style == .plain else { return nil }
        return scalar.string
    }
}

/// Which values a key allows, and how an error says so after "must be".
package struct SettingsRule<Value>: Sendable {
    package let sentence: String
    package let allows: @Sendable (Value) -> Bool

    package init(sentence: String, allows: @escaping @Sendable (Value) -> Bool) {
        (self.sentence, self.allows) = (sentence, allows)
    }

    package static var any: Self { Self(sentence: "anything") { _ in true } }
}

extension SettingsRule where Value: Comparable & Sendable {
    package static func within(_ range: NumberRange<Value>) -> Self {
        Self(sentence: range.sentence) { range.allows($0) }
    }
}

extension SettingsRule {
    /// A list that is not empty, has nothing twice, and whose entries keep a rule of their own.
    package static func distinct<Element: Hashable & Sendable>(_ rule: SettingsRule<Element>) -> Self
    where Value == [Element] {
        Self(sentence: "a list with at least one entry, none twice, each \(rule.sentence)") {
            !$0.isEmpty && Set($0).count == $0.count && $0.allSatisfy(rule.allows)
        }
    }
}
