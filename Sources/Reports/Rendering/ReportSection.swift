/// A part of a report that explains itself: a heading, sentences, tables.
///
/// What a study wants to say beyond the fixed parts (significance tests, a note on the judge) goes here,
/// and every rendering (terminal, Markdown, page) shows it the same way.
package struct ReportSection: Codable, Sendable, Equatable {
    package var heading: String
    package var parts: [Part]

    /// In JSON an object with a `kind`: `{"kind": "sentence", "text": …}`, `{"kind": "warning", "text": …}`,
    /// `{"kind": "table", "table": …}` or `{"kind": "terms", "terms": [{"name": …, "text": …}]}`.
    package enum Part: Codable, Sendable, Equatable {
        case sentence(String)
        /// A sentence to be seen before the numbers are used.
        case warning(String)
        case table(TextTable)
        /// Names, each with its explanation.
        case terms([Term])

        enum CodingKeys: String, CodingKey { case kind, text, table, terms }
        enum Kind: String, Codable { case sentence, warning, table, terms }

        package init(from decoder: any Decoder) throws {
            let keys = try decoder.container(keyedBy: CodingKeys.self)
            switch try keys.decode(Kind.self, forKey: .kind) {
            case .sentence: self = .sentence(try keys.decode(String.self, forKey: .text))
            case .warning: self = .warning(try keys.decode(String.self, forKey: .text))
            case .table: self = .table(try keys.decode(TextTable.self, forKey: .table))
            case .terms: self = .terms(try keys.decode([Term].self, forKey: .terms))
            }
        }

        package func encode(to encoder: any Encoder) throws {
            var keys = encoder.container(keyedBy: CodingKeys.self)
            switch self {
            case .sentence(let text):
                try keys.encode(Kind.sentence, forKey: .kind)
                try keys.encode(text, forKey: .text)
            case .warning(let text):
                try keys.encode(Kind.warning, forKey: .kind)
                try keys.encode(text, forKey: .text)
            case .table(let table):
                try keys.encode(Kind.table, forKey: .kind)
                try keys.encode(table, forKey: .table)
            case .terms(let terms):
                try keys.encode(Kind.terms, forKey: .kind)
                try keys.encode(terms, forKey: .terms)
            }
        }
    }

    /// A name and what it means.
    package struct Term: Codable, Sendable, Equatable {
        package var name: String
        package var text: String

        package init(_ name: String, _ text: String) {
            self.name = name
            self.text = text
        }
    }

    package init(_ heading: String, _ parts: [Part]) {
        self.heading = heading
        self.parts = parts
    }
}
