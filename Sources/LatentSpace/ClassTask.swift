import SynPortraits
import SynRuns
import SynStatistics

/// Classes that pictures are sorted into: what they are called, and which is right for which picture.
package struct ClassTask: Sendable {
    package let name: String
    package let classes: [String]
    /// Places of the pictures that belong to one class, and their classes.
    package let places: [Int]
    package let labels: [Int]
    /// The one sentence, and the many, around a name: `{}` stands for it.
    package let template: String
    package let templates: [String]

    /// - Parameter labels: of every picture; nil for one that belongs to no class or to more than one.
    package init(
        _ name: String, classes: [String], labels: [Int?], template: String, templates: [String], source: String
    ) throws {
        (self.name, self.classes, self.template, self.templates) = (name, classes, template, templates)
        places = labels.indices.filter { labels[$0] != nil }
        self.labels = labels.compactMap(\.self)
        guard classes.count >= 2 else {
            throw UserError(
                .badData, "\(source): sorting needs two classes or more, and there is \(classes.count); name more")
        }
        guard Set(self.labels).count >= 2 else {
            throw UserError(
                .badData,
                "\(source): no two of the classes \(classes.prefix(6).joined(separator: ", ")) have pictures; take "
                    + "more pictures or other classes")
        }
    }

    /// What is told apart in the drawn portraits: each name in the grammar's own words.
    package enum Portraits: String, CaseIterable, Sendable {
        case hair, sex, expression, glasses, kind

        var classes: [(name: String, isTrue: (PortraitAttributes) -> Bool)] {
            func has(_ attribute: PortraitAttribute) -> (PortraitAttributes) -> Bool { { $0[attribute] } }
            func lacks(_ attribute: PortraitAttribute) -> (PortraitAttributes) -> Bool { { !$0[attribute] } }
            switch self {
            case .hair:
                let colours: [(String, PortraitAttribute)] = [
                    ("black hair", .blackHair), ("blond hair", .blondHair), ("brown hair", .brownHair),
                    ("gray hair", .grayHair),
                ]
                return colours.map { ($0.0, has($0.1)) }
            case .sex: return [("woman", lacks(.male)), ("man", has(.male))]
            case .expression:
                return [
                    ("smiling", has(.smiling)),
                    ("serious", { !$0[.smiling] && !$0[.mouthSlightlyOpen] }),
                ]
            case .glasses: return [("eyeglasses", has(.eyeglasses)), ("no eyeglasses", lacks(.eyeglasses))]
            case .kind:
                return PortraitClass.names.enumerated().map { place, name in
                    (name, { PortraitClass.index(of: $0) == place })
                }
            }
        }

        /// The first is the one template.
        var templates: [String] {
            switch self {
            case .hair, .glasses:
                [
                    "This person has {}.", "The person has {}.", "She has {}.", "He has {}.", "This woman has {}.",
                    "This man has {}.", "The woman has {}.", "The man has {}.",
                ]
            case .sex:
                [
                    "This {} is young.", "The {} is young.", "This {} has straight hair.", "The {} has straight hair.",
                    "This {} is smiling.", "The {} is smiling.",
                ]
            case .expression:
                [
                    "This person is {}.", "The person is {}.", "She is {}.", "He is {}.", "This woman is {}.",
                    "This man is {}.",
                ]
            case .kind:
                ["This person is a {}.", "A {}.", "A portrait of a {}.", "The person is a {}.", "This is a {}."]
            }
        }

        package func task(_ known: KnownPictures) throws -> ClassTask {
            let classes = classes
            let labels = (known.portraits ?? []).map { portrait -> Int? in
                let fitting = classes.indices.filter { classes[$0].isTrue(portrait.attributes) }
                return fitting.count == 1 ? fitting[0] : nil
            }
            return try ClassTask(
                rawValue, classes: classes.map(\.name), labels: labels, template: templates[0], templates: templates,
                source: known.source)
        }
    }

    /// The seven of OpenAI's templates that forward selection chose on ImageNet (CLIP's notebook on prompts).
    package static let photographs = [
        "itap of a {}.", "a bad photo of the {}.", "a origami {}.", "a photo of the large {}.",
        "a {} in a video game.", "art of the {}.", "a photo of the small {}.",
    ]

    /// Classes named by a person; a picture belongs where exactly one of them is true of it.
    package static func named(_ names: [String], _ known: KnownPictures, templates: [String]?) throws -> ClassTask {
        let truths = try names.map { try known.truth(of: $0) }
        let labels = (0..<known.count).map { place -> Int? in
            let fitting = truths.indices.filter { truths[$0][place] }
            return fitting.count == 1 ? fitting[0] : nil
        }
        let isDrawn = known.portraits != nil
        let many = templates ?? (isDrawn ? Portraits.hair.templates : photographs)
        return try ClassTask(
            "named", classes: names, labels: labels,
            template: templates?.first ?? (isDrawn ? many[0] : "a photo of a {}."), templates: many,
            source: known.source)
    }

    /// A name in a template.
    package static func text(_ name: String, in template: String) -> String {
        template.replacing("{}", with: name)
    }
}
