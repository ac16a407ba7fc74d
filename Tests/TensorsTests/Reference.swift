import Foundation
import SynCheckpoints
import SynTensors
import TestSupport
import Testing

/// What PyTorch computed for every operation: `Tests/Fixtures/tensors`.
struct Reference {
    private let file: SafetensorsFile

    init() throws {
        file = try SafetensorsFile(Fixture.url("tensors/operations.safetensors"))
    }

    var names: [String] { file.names }

    func callAsFunction(_ name: String) throws -> Tensor { try file.tensor(name) }

    /// A tensor that may be absent.
    func optional(_ name: String) throws -> Tensor? { try file.shape(of: name) == nil ? nil : file.tensor(name) }

    /// `name0`, `name1`, … as far as they go.
    func series(_ name: String) throws -> [Tensor] {
        var found: [Tensor] = []
        while let next = try optional("\(name)\(found.count)") { found.append(next) }
        return found
    }
}

/// Compares with a reference, prints the largest error and expects it within a tolerance relative to scale.
func expectClose(
    _ found: Tensor, _ expected: Tensor, _ what: String, within tolerance: Double = 1e-5,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(found.shape == expected.shape, "\(what): shape", sourceLocation: sourceLocation)
    let closeness = Closeness(found.floats, expected.floats)
    print("\(what): \(closeness)")
    #expect(closeness.within(tolerance), "\(what): \(closeness)", sourceLocation: sourceLocation)
}
