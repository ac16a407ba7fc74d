/// What a linear reading finds of stated attributes in an encoder's frozen caption vectors, and what drawn faces show
/// of the same: knowledge that is present, knowledge that reaches the picture, and the difference.
package struct LinearReadingRecord: Codable, Equatable, Sendable {
    /// A figure with its 95 % bootstrap interval.
    package struct Figure: Codable, Equatable, Sendable {
        package var value: Double
        package var interval: Interval

        package init(value: Double, interval: Interval) { (self.value, self.interval) = (value, interval) }

        enum CodingKeys: String, CodingKey {
            case value
            case interval = "ci95"
        }
    }

    /// One attribute.
    package struct Attribute: Codable, Equatable, Sendable {
        /// As CelebA's files call it.
        package var name: String
        /// Held-out captions that state it as true, and that state it as false.
        package var statedTrue: Int
        package var statedFalse: Int
        /// Ridge reading of what is stated: 1 true, 0 nothing, −1 false. Held-out R²; below 0 it is worse than the
        /// mean.
        package var r2: Figure
        /// Logistic reading of whether it is stated as true. Held-out area under the ROC.
        package var auc: Figure
        /// The same area for drawn faces, by the attribute reader's probability; nil where none were read.
        package var drawn: Figure?
        /// `auc` − `drawn`.
        package var lost: Figure?
        /// The chosen strengths: ridge's penalty α, logistic regression's inverse penalty C.
        package var alpha: Double
        package var inversePenalty: Double

        package init(
            name: String, statedTrue: Int, statedFalse: Int, r2: Figure, auc: Figure, drawn: Figure? = nil,
            lost: Figure? = nil, alpha: Double, inversePenalty: Double
        ) {
            (self.name, self.statedTrue, self.statedFalse) = (name, statedTrue, statedFalse)
            (self.r2, self.auc, self.drawn, self.lost) = (r2, auc, drawn, lost)
            (self.alpha, self.inversePenalty) = (alpha, inversePenalty)
        }

        enum CodingKeys: String, CodingKey {
            case name, r2, auc, drawn, lost, alpha
            case statedTrue = "stated_true"
            case statedFalse = "stated_false"
            case inversePenalty = "c"
        }
    }

    package var encoder: String
    /// Captions the reading learnt from, those among them that chose its strength, and those it is measured on.
    package var training: Int
    package var validation: Int
    package var test: Int
    /// Drawn faces that the attribute reader saw; nil where none.
    package var faces: Int?
    package var attributes: [Attribute]
    /// Means over the attributes; those of drawn faces over the attributes that have one.
    package var r2: Figure?
    package var auc: Figure?
    package var drawn: Figure?
    package var lost: Figure?

    package init(encoder: String, training: Int, validation: Int, test: Int, faces: Int?, attributes: [Attribute]) {
        (self.encoder, self.training, self.validation) = (encoder, training, validation)
        (self.test, self.faces, self.attributes) = (test, faces, attributes)
    }
}
