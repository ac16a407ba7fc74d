/// One step of a computation that somebody wants the gradient of.
///
/// A node knows the nodes of its inputs and how to turn the gradient of its output into theirs. Inputs that
/// want no gradient have no node: nothing is saved for them and nothing is computed for them.
final class GradientNode: @unchecked Sendable {
    typealias Backward = (_ gradient: Tensor) -> [Tensor?]
    /// The gradient of the only input added to what other ways brought it, in one step.
    typealias BackwardOnto = (_ gradient: Tensor, _ base: Tensor) -> Tensor

    private(set) var inputs: [GradientNode?]
    private(set) var backward: Backward?
    private(set) var onto: BackwardOnto?
    /// One more than the largest of the inputs: later steps have larger orders.
    let order: Int

    init(leafOf count: Int) {
        inputs = []
        backward = nil
        order = 0
    }

    init(inputs: [GradientNode?], backward: @escaping Backward, onto: BackwardOnto? = nil) {
        self.inputs = inputs
        (self.backward, self.onto) = (backward, onto)
        order = 1 + (inputs.lazy.compactMap { $0?.order }.max() ?? 0)
    }

    /// Lets go of everything saved; the node cannot be differentiated again.
    func release() {
        inputs = []
        (backward, onto) = (nil, nil)
    }
}

/// Whether computations on parameters remember how they were made.
private enum Remembering {
    @TaskLocal static var isOn = true
}

/// What `body` computes, with the same numbers, without remembering how: for looks at a model under training, which
/// need a gradient's memory otherwise. Holds for what `body` itself computes, not for threads that it starts.
package func withoutGradients<Result>(_ body: () throws -> Result) rethrows -> Result {
    try Remembering.$isOn.withValue(false, operation: body)
}

extension Tensor {
    /// This value with a past: how to pass a gradient on to `inputs`. Free when none of them wants one.
    func remembering(
        _ inputs: [Tensor], backward: @autoclosure () -> GradientNode.Backward,
        onto: @autoclosure () -> GradientNode.BackwardOnto? = nil
    ) -> Tensor {
        let nodes = inputs.map(\.node)
        guard nodes.contains(where: { $0 != nil }), Remembering.isOn else { return self }
        return Tensor(
            storage: storage, shape: shape, elementType: elementType,
            node: GradientNode(inputs: nodes, backward: backward(), onto: onto()))
    }
}

extension Tensor {
    /// A number whose slopes by some tensors are known already, each of the tensor's shape.
    package static func known(_ value: Float, slopes: [(of: Tensor, Tensor)]) -> Tensor {
        Tensor(value).remembering(
            slopes.map(\.of),
            backward: { g in slopes.map { of, slope in of.wantsGradient ? slope.scaled(by: g.item) : nil } })
    }
}

/// The gradients of a scalar loss for each parameter, in their order; zeros for those it does not depend on.
///
/// The computation is consumed: its saved values are released on the way back.
package func gradients(of loss: Tensor, for parameters: [Tensor]) -> [Tensor] {
    precondition(loss.count == 1, "a loss is one number, not a tensor of shape \(loss.shape)")
    var sums: [ObjectIdentifier: Tensor] = [:]
    var steps: [GradientNode] = []
    if let root = loss.node {
        sums[ObjectIdentifier(root)] = Tensor.full(loss.shape, 1)
        var seen: Set<ObjectIdentifier> = [ObjectIdentifier(root)]
        var waiting = [root]
        while let node = waiting.popLast() {
            if node.backward != nil { steps.append(node) }
            for input in node.inputs {
                if let input, seen.insert(ObjectIdentifier(input)).inserted { waiting.append(input) }
            }
        }
    }
    // A node's consumers all have larger orders, so its sum is complete when its turn comes.
    for node in steps.sorted(by: { $0.order > $1.order }) {
        if let gradient = sums.removeValue(forKey: ObjectIdentifier(node)), let backward = node.backward {
            if let onto = node.onto, let input = node.inputs.first ?? nil, let base = sums[ObjectIdentifier(input)],
                base.elementType == .float32
            {
                sums[ObjectIdentifier(input)] = onto(gradient, base)
                node.release()
                continue
            }
            for (input, part) in zip(node.inputs, backward(gradient)) {
                guard let input, let part else { continue }
                let key = ObjectIdentifier(input)
                sums[key] = sums[key].map { $0.converted(to: .float32).adding(part.converted(to: .float32)) } ?? part
            }
        }
        node.release()
    }
    return parameters.map { parameter in
        guard let node = parameter.node else { preconditionFailure("a gradient was asked for a frozen tensor") }
        return sums[ObjectIdentifier(node)] ?? Tensor.zeros(parameter.shape)
    }
}
