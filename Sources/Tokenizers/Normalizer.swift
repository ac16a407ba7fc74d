/// What happens to a text before it is cut into words.
indirect enum Normalizer: Sendable {
    case bert(cleans: Bool, separatesIdeographs: Bool, stripsAccents: Bool, lowercases: Bool)
    case composed   // NFC
    case decomposed   // NFD
    case lowercased
    /// Each run of white space becomes one blank.
    case blanksCollapsed
    case replaced([Unicode.Scalar], by: [Unicode.Scalar])
    /// Each scalar of a set, alone, becomes this text.
    case replacedAny(of: Set<Unicode.Scalar>, by: [Unicode.Scalar])
    /// Each run of two blanks or more becomes this text.
    case blankRunsReplaced(by: [Unicode.Scalar])
    /// White space at the ends goes.
    case stripped(left: Bool, right: Bool)
    case mapped(CharacterMap)
    /// The cleaning of CLIP's first tokenizer.
    case repaired
    case sequence([Normalizer])

    /// CLIP's.
    static let clip = Normalizer.sequence([.composed, .blanksCollapsed, .lowercased])

    /// Lower case first, then the steps of another.
    static func lowercasing(before other: Normalizer?) -> Normalizer {
        other.map { .sequence([.lowercased, $0]) } ?? .lowercased
    }

    func callAsFunction(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        switch self {
        case .bert(let cleans, let separatesIdeographs, let stripsAccents, let lowercases):
            var text = text
            if cleans { text = Self.clean(text) }
            if separatesIdeographs { text = Self.setApart(text) }
            if stripsAccents { text = CanonicalForm.decompose(text).filter { !$0.isAccent } }
            return lowercases ? Self.lowercase(text) : text
        case .composed: return CanonicalForm.compose(text)
        case .decomposed: return CanonicalForm.decompose(text)
        case .lowercased: return Self.lowercase(text)
        case .blanksCollapsed: return Self.collapseBlanks(text)
        case .replaced(let old, let new): return Self.replace(old, by: new, in: text)
        case .replacedAny(let set, let new): return text.flatMap { set.contains($0) ? new : [$0] }
        case .blankRunsReplaced(let new): return Self.replaceBlankRuns(text, by: new)
        case .stripped(let left, let right): return Self.strip(text, left, right)
        case .mapped(let map): return map(text)
        case .repaired: return TextRepair.clean(text)
        case .sequence(let steps): return steps.reduce(text) { $1($0) }
        }
    }

    /// The steps of all sequences, and how many times longer they can make a text.
    var work: Work {
        switch self {
        case .bert: Work(steps: 1, growth: 4)   // an ideograph between two blanks; a letter and its marks
        case .composed, .decomposed, .repaired: Work(steps: 1, growth: 4)
        case .lowercased: Work(steps: 1, growth: 2)
        case .blanksCollapsed, .stripped: Work(steps: 1, growth: 1)
        case .blankRunsReplaced(let new): Work(steps: 1, growth: Double(new.count) / 2)
        case .replacedAny(_, let new): Work(steps: 1, growth: Double(new.count))
        case .mapped(let map): Work(steps: 1, growth: Double(map.longest))
        case .replaced(let old, let new): Work(steps: 1, growth: Double(new.count) / Double(max(old.count, 1)))
        case .sequence(let steps): steps.reduce(Work()) { $0.followed(by: $1.work) }
        }
    }

    private static func clean(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        for scalar in text where !scalar.isDroppedByCleaning { result.append(scalar.isSpace ? " " : scalar) }
        return result
    }

    private static func setApart(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        guard text.contains(where: \.isBertIdeograph) else { return text }
        return text.flatMap { $0.isBertIdeograph ? [" ", $0, " "] : [$0] }
    }

    /// Scalar by scalar, without looking at neighbours: a final Σ becomes σ, İ becomes i and a dot above.
    private static func lowercase(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        for scalar in text {
            if scalar.value < 0x80 {
                let isCapital = scalar.value >= 0x41 && scalar.value <= 0x5a
                result.append(isCapital ? Unicode.Scalar(UInt8(scalar.value + 32)) : scalar)
            } else {
                result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
            }
        }
        return result
    }

    private static func collapseBlanks(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        var previousIsBlank = false
        for scalar in text {
            let isBlank = scalar.isSpace
            if !isBlank { result.append(scalar) } else if !previousIsBlank { result.append(" ") }
            previousIsBlank = isBlank
        }
        return result
    }

    private static func replaceBlankRuns(_ text: [Unicode.Scalar], by new: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            let run = text[index...].prefix { $0 == " " }.count
            if run > 1 { result += new } else { result.append(text[index]) }
            index += max(run, 1)
        }
        return result
    }

    private static func strip(_ text: [Unicode.Scalar], _ left: Bool, _ right: Bool) -> [Unicode.Scalar] {
        var rest = text[...]
        if left { rest = rest.drop { $0.isSpace } }
        while right, rest.last?.isSpace == true { rest.removeLast() }
        return Array(rest)
    }

    private static func replace(
        _ old: [Unicode.Scalar], by new: [Unicode.Scalar], in text: [Unicode.Scalar]
    ) -> [Unicode.Scalar] {
        guard !old.isEmpty else { return text }
        var result: [Unicode.Scalar] = []
        var index = 0
        while index < text.count {
            if text[index...].starts(with: old) {
                result += new
                index += old.count
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return result
    }
}

/// What a chain of steps can cost, known before any text is read.
struct Work: Sendable {
    var steps = 0
    /// How many times longer a text can become.
    var growth = 1.0

    func followed(by next: Work) -> Work {
        Work(steps: steps + next.steps, growth: growth * max(next.growth, 1))
    }

    static let mostSteps = 100
    static let largestGrowth = 1024.0
    var isReasonable: Bool { steps <= Self.mostSteps && growth <= Self.largestGrowth }
}
