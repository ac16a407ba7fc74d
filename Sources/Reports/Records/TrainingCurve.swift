/// The losses of one adapter's training, in nats per image token.
package struct TrainingCurve: Codable, Sendable, Equatable {
    package var encoder: String
    package var style: EncoderStyle
    package var seed: UInt64
    package var train: [Point]
    package var validation: [Point]

    /// One logged step.
    package struct Point: Codable, Sendable, Equatable {
        package var step: Int
        package var loss: Double

        package init(_ step: Int, _ loss: Double) {
            self.step = step
            self.loss = loss
        }
    }

    package init(
        encoder: String, style: EncoderStyle, seed: UInt64, train: [Point] = [], validation: [Point] = []
    ) {
        self.encoder = encoder
        self.style = style
        self.seed = seed
        self.train = train
        self.validation = validation
    }
}
