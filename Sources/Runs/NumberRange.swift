/// Which numbers a setting or an option takes, and how a refusal says so after "must be".
package struct NumberRange<Value: Comparable & Sendable>: Sendable {
    package let sentence: String
    private let range: ClosedRange<Value>

    package init(_ range: ClosedRange<Value>, _ sentence: String) { (self.range, self.sentence) = (range, sentence) }

    /// False for what is no number.
    package func allows(_ value: Value) -> Bool { range.contains(value) }

    /// What to tell of a value out of range; nil for one within.
    package func refusal(of value: Value, for name: String) -> String? {
        allows(value) ? nil : "\(name) is \(value); it must be \(sentence)"
    }
}

extension NumberRange where Value == Int {
    fileprivate init(_ range: ClosedRange<Int>) { self.init(range, "from \(range.lowerBound) to \(range.upperBound)") }

    /// Random streams begin with it.
    package static let seed = NumberRange(0...Int.max, "0 or more")
    package static let prefixTokens = NumberRange(1...1024)
    /// Pictures or captions computed together.
    package static let batch = NumberRange(1...65_536)
    /// Portraits of one step of a network's training from nothing; it compares portraits, so one is not enough.
    package static let trainingBatch = NumberRange(2...4096)
    package static let epochs = NumberRange(1...100_000)
    package static let steps = NumberRange(1...1_000_000_000)
    package static let patience = NumberRange(0...1_000_000)
    package static let pictures = NumberRange(1...10_000_000)
    package static let picturesLeftOut = NumberRange(0...10_000_000)
    package static let captions = NumberRange(1...100_000_000)
    /// Captions of one picture are numbered below 1000, copies above.
    package static let imagesPerCaption = NumberRange(1...1000)
    /// Seeds of a study whose models are trained for it.
    package static let replicates = NumberRange(1...100)
    package static let splits = NumberRange(1...10_000)
    /// Numbers of a caption vector.
    package static let vectorSize = NumberRange(1...65_536)
    package static let threads = NumberRange(1...1024)
    package static let topK = NumberRange(1...2_147_483_647)
    /// Groups of a tree.
    package static let clusters = NumberRange(1...10_000)
    package static let limit = NumberRange(1...1_000_000_000)
    /// Words or pairs drawn for a study; a correlation needs two.
    package static let sample = NumberRange(2...10_000_000)
    /// Ids of one caption.
    package static let tokens = NumberRange(1...1_000_000)
    /// Pixels of a drawn portrait's side.
    package static let portraitSide = NumberRange(8...4096)
}

extension NumberRange where Value == Double {
    fileprivate init(_ range: ClosedRange<Double>) {
        self.init(range, "from \(range.lowerBound.shortest) to \(range.upperBound.shortest)")
    }

    // All of them are computed with as Float32, so none may become 0, 1 or infinite by rounding.
    package static let dropout = NumberRange(0...0.99)
    package static let learningRate = NumberRange(1e-12...1000)
    /// The share of an optimiser's older moments.
    package static let momentum = NumberRange(0...0.99999)
    package static let weightDecay = NumberRange(0...1000)
    package static let threshold = NumberRange(0...0.9999)
    package static let topP = NumberRange(1e-6...1)
    package static let temperature = NumberRange(0.001...1000)
    /// What cosines are multiplied with before a softmax.
    package static let scale = NumberRange(1e-3...1e6)
    package static let guidance = NumberRange(0...1000)
}
