import SynTensors

/// One step down a checkpoint's tree of names: a word, or the number of a layer.
package protocol ScopeName: Sendable {}
extension String: ScopeName {}
extension Int: ScopeName {}

/// A place in the tree of a checkpoint's tensor names; layers read themselves from the place they stand at.
///
///     let layer = scope["encoder", "layer", 3]
///     let weight = try layer.matrix("attention.self.query.weight", [out, in])
///
/// When the weights are new, the same calls make them: `initially` says how. What a call returns is one and the
/// same tensor whenever the same name is asked for again.
package struct WeightScope: Sendable {
    package let weights: Weights
    /// The names so far, joined by dots; empty at the root.
    package let path: String

    package subscript(_ names: any ScopeName...) -> WeightScope {
        names.reduce(self) { WeightScope(weights: weights, path: $0.name("\($1)")) }
    }

    /// A Float32 tensor: norms, embeddings, biases.
    package func tensor(_ name: String, _ shape: [Int], initially: Initialisation) throws -> Tensor {
        try weights.tensor(self.name(name), shape, .plain, initially)
    }

    /// The weight of a linear or convolution layer: Float32, or BFloat16 when that is asked for and it is frozen.
    package func matrix(
        _ name: String, _ shape: [Int], initially: Initialisation = .torchDefault
    ) throws -> Tensor {
        try weights.tensor(self.name(name), shape, .matrix, initially)
    }

    /// Statistics such as a running mean: Float32, saved with the model, never moved by an optimiser.
    package func statistics(_ name: String, _ shape: [Int], initially: Initialisation) throws -> Tensor {
        try weights.tensor(self.name(name), shape, .statistics, initially)
    }

    /// Whole numbers (Int32).
    package func integers(_ name: String, _ shape: [Int], initially: Initialisation = .zeros) throws -> Tensor {
        try weights.tensor(self.name(name), shape, .integers, initially)
    }

    /// Whether the checkpoint has a tensor of this name, or any below it; `whenFresh` answers for new weights.
    package func has(_ name: String, whenFresh: Bool = false) -> Bool {
        weights.has(self.name(name)) || (weights.isFresh && whenFresh)
    }

    /// The shape of a stored tensor, nil where there is none.
    package func storedShape(_ name: String) -> [Int]? { weights.storedShape(of: self.name(name)) }

    /// How many layers stand below `name`, numbered from zero without a gap.
    package func storedCount(_ name: String) -> Int {
        var count = 0
        while weights.has(self.name(name) + ".\(count)") { count += 1 }
        return count
    }

    private func name(_ last: String) -> String { path.isEmpty ? last : last.isEmpty ? path : path + "." + last }
}
