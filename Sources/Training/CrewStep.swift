import SynRuns
import SynTensors

/// One step of a training that several ranks take together. Which parts a batch has, the settings say; who computes
/// them changes nothing: losses and gradients are added in the parts' order, so the step is that of one rank to
/// the bit.
extension Crew {
    /// - Parameters:
    ///   - count: parts of the batch; part p is computed by member p mod count of members.
    ///   - shapes: of the parameters.
    ///   - compute: loss and gradients of a part, both already multiplied by its share.
    /// - Returns: what one rank would have summed, and whether any member wishes to stop.
    func step(
        over count: Int, wishesToStop: Bool, _ shapes: [[Int]],
        _ compute: (Int) throws -> (loss: Double, gradients: [Tensor])
    ) rethrows -> (loss: Double, gradients: [Tensor], isStopWished: Bool) {
        let found = try own(of: count).map(compute)
        let told = gather([wishesToStop ? 1 : 0] + found.map(\.loss))
        var loss = 0.0
        for part in 0..<count { loss += told[part % self.count][1 + part / self.count] }
        let lengths = shapes.map { $0.reduce(1, *) }
        let flat = sum(
            found.map { $0.gradients.flatMap(\.floats) }, of: count, length: lengths.reduce(0, +))
        var start = 0
        let gradients = zip(shapes, lengths).map { shape, length in
            defer { start += length }
            return Tensor(Array(flat[start..<start + length]), shape: shape)
        }
        return (loss, gradients, told.contains { $0[0] != 0 })
    }

    /// `count` numbers, each computed by one member, known to all.
    package func numbers(_ count: Int, _ compute: (Int) -> Double) -> [Double] {
        let told = gather(own(of: count).map(compute))
        return (0..<count).map { told[$0 % self.count][$0 / self.count] }
    }

    private func own(of count: Int) -> [Int] { Array(stride(from: place, to: count, by: self.count)) }

    /// The step that a training goes on from, told by the first member.
    func sayStep(_ step: Int) { _ = fromFirst([UInt8](String(step).utf8)) }

    var firstStep: Int { Int(String(decoding: fromFirst([]), as: UTF8.self)) ?? 0 }
}
