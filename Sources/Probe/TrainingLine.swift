/// One line of `training.jsonl`.
package struct TrainingLine: Codable, Sendable, Equatable {
    package let step: Int
    package let epoch: Int
    /// Mean loss since the last line, nats per image token.
    package var loss: Double?
    /// Loss on the validation pictures, at the end of an epoch.
    package var validation: Double?
    package let rate: Double
    package var samplesPerSecond: Double?

    enum CodingKeys: String, CodingKey {
        case step, epoch, loss, validation, rate
        case samplesPerSecond = "samples_per_second"
    }
}
