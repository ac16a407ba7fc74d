import Foundation
import SynCheckpoints
import SynTensors
import TestSupport
import Testing

/// A small random checkpoint in a Hugging Face folder, and what the reference makes of its inputs.
struct ModelFixture {
    let folder: URL
    let expected: SafetensorsFile

    init(_ name: String) throws { try self.init(folder: Fixture.url("models/" + name)) }

    init(folder: URL) throws {
        self.folder = folder
        expected = try SafetensorsFile(folder.appending(path: "expected.safetensors"))
    }

    func floats(_ name: String) throws -> [Float] { try expected.tensor(name).floats }

    /// The token ids without their padding.
    func ids(_ name: String = "ids") throws -> [[Int32]] {
        let table = try expected.tensor(name)
        let lengths = try expected.tensor("lengths").integers.map(Int.init)
        let rows = table.integers
        return lengths.enumerated().map { row, length in
            Array(rows[row * table.size(1)..<row * table.size(1) + length])
        }
    }

    /// The elements of [batch, time, width] that belong to real tokens.
    func real(_ states: Tensor) throws -> [Float] {
        let lengths = try expected.tensor("lengths").integers.map(Int.init)
        let (time, width) = (states.size(1), states.size(2))
        let values = states.floats
        return lengths.enumerated().flatMap { row, length in
            values[row * time * width..<(row * time + length) * width]
        }
    }

    /// Compares the states of real tokens, of all layers, and prints the largest error.
    func expectLayers(_ states: [Tensor], named prefix: String = "hidden", padded: Bool = true) throws {
        #expect(states.count == expected.names.filter { $0.hasPrefix(prefix + ".") }.count)
        for (layer, state) in states.enumerated() {
            let reference = try expected.tensor("\(prefix).\(layer)")
            #expect(state.shape == reference.shape)
            try expectClose(
                padded ? real(state) : state.floats, padded ? real(reference) : reference.floats, "\(prefix).\(layer)")
        }
    }

    /// Parity within 1e-4 of the array's scale.
    func expectClose(_ actual: [Float], _ reference: [Float], _ what: String) throws {
        let closeness = Closeness(actual, reference)
        print("\(folder.lastPathComponent) \(what): \(closeness)")
        #expect(closeness.within(1e-4), "\(what): \(closeness)")
    }

    func expectClose(_ actual: Tensor, _ name: String) throws {
        #expect(try actual.shape == expected.tensor(name).shape)
        try expectClose(actual.floats, floats(name), name)
    }
}

/// The sentence that an error would print, or "no error".
func sentence(_ body: () throws -> Void) -> String {
    do {
        try body()
        return "no error"
    } catch { return "\(error)" }
}
