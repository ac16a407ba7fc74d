import Foundation
import SynFiles

/// The numbers of an Inception v3: the standard ones, or smaller ones from a `config.json`.
package struct InceptionV3Configuration: Sendable, Equatable, Codable {
    /// Channels per unit. Every width of the published network is a multiple of 16; a network of unit u has
    /// u/16 of each: 128·u final features instead of 2048.
    package var channelUnit: Int
    /// Height and width of the images it sees; at least 75.
    package var inputSize: Int
    package var classCount: Int

    enum CodingKeys: String, CodingKey {
        case channelUnit = "channel_unit"
        case inputSize = "input_size"
        case classCount = "num_labels"
    }

    package init(channelUnit: Int = 16, inputSize: Int = 299, classCount: Int = 1008) {
        self.channelUnit = channelUnit
        self.inputSize = inputSize
        self.classCount = classCount
    }

    /// The network of the published Inception and Fréchet scores (weights of 2015-12-05).
    package static let standard = InceptionV3Configuration()

    /// Numbers of final features, 2048 in the standard network.
    package var featureCount: Int { 128 * channelUnit }

    /// Reads `config.json` in a model's folder.
    package init(folder: URL) throws {
        self = try ConfigurationFile.read(Self.self, in: folder)
        if let problem { throw ModelError("\(folder.appending(path: "config.json").path): \(problem)") }
    }

    /// Writes a `config.json`.
    package func write(to url: URL) throws {
        if let problem { throw ModelError("Settings cannot be written to \(url.path): \(problem)") }
        let text = """
            {
              "model_type": "inception-v3-fid",
              "channel_unit": \(channelUnit),
              "input_size": \(inputSize),
              "num_labels": \(classCount)
            }

            """
        try AtomicFile.write(text, to: url)
    }

    /// Why no network can have these numbers, as a sentence; nil when one can.
    var problem: String? {
        if !(1...1024).contains(channelUnit) { return "channel_unit is \(channelUnit); it must be from 1 to 1024." }
        if !(75...8192).contains(inputSize) { return "input_size is \(inputSize); it must be from 75 to 8192." }
        if !(1...1 << 20).contains(classCount) {
            return "num_labels is \(classCount); it must be from 1 to \(1 << 20)."
        }
        return SettingRanges.roomProblem(
            forNumbers: 2 * inputSize * inputSize * 4 * channelUnit, in: "one picture of \(inputSize) pixels a side")
    }
}
