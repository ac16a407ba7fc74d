import Foundation
import SynCheckpoints
import SynTensors
import TestSupport
import Testing

/// Results of the reference packages, made by `Tests/Fixtures/models/make_image.py`.
struct ImageFixture {
    let file: SafetensorsFile

    init(_ path: String) throws { file = try SafetensorsFile(Fixture.url("models/" + path)) }

    subscript(_ name: String) -> Tensor {
        get throws { try file.tensor(name) }
    }

    static var decoderFolder: URL { Fixture.url("models/decoder") }
    static var inceptionFolder: URL { Fixture.url("models/inception") }
}

/// Parity with a reference in Float32: the largest error relative to the array's scale. The sums of a layer are
/// made in another order than PyTorch's, nothing else differs.
let parity = 1e-4

/// Compares, prints the largest error, and fails beyond the tolerance.
func expectClose(
    _ actual: Tensor, _ expected: Tensor, _ what: String, within tolerance: Double = parity,
    at location: SourceLocation = #_sourceLocation
) {
    let closeness = Closeness(actual.floats, expected.floats)
    print("\(what): \(closeness)")
    #expect(closeness.within(tolerance), "\(what): \(closeness)", sourceLocation: location)
}
