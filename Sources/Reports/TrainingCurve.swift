/// The losses of one adapter's training, in nats per image token.
public struct TrainingCurve: Codable, Sendable, Equatable {
    public var encoder: String
    public var style: EncoderStyle
    public var seed: UInt64
    public var train: [Point]
    public var validation: [Point]

    /// One logged step.
    public struct Point: Codable, Sendable, Equatable {
        public var step: Int
        public var loss: Double

        public init(_ step: Int, _ loss: Double) {
            self.step = step
            self.loss = loss
        }
    }

    public init(
        encoder: String, style: EncoderStyle, seed: UInt64, train: [Point] = [], validation: [Point] = []
    ) {
        self.encoder = encoder
        self.style = style
        self.seed = seed
        self.train = train
        self.validation = validation
    }
}
