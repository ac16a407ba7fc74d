extension AdapterSettings {
    /// How many steps a training on so many pictures takes.
    func steps(for pictures: Int) -> Int { steps ?? epochs * max(1, pictures / batch) }

    /// What to try when the loss is no number: only what can be the reason.
    func advice(onLossOfStep step: Int) -> String {
        if step == 1 {
            return "it was none from the start, so weights of the decoder or vectors of the encoder are damaged"
        }
        let published = AdapterSettings()
        let unusual = [
            (learningRate > published.learningRate, "lower adapter.learning-rate (\(learningRate))"),
            (betas != published.betas, "bring adapter.betas \(betas) nearer to \(published.betas)"),
            (weightDecay > published.weightDecay, "lower adapter.weight-decay (\(weightDecay))"),
            (dropout > published.dropout, "lower adapter.dropout (\(dropout))"),
        ].compactMap { $0 ? $1 : nil }
        return unusual.isEmpty
            ? "vectors of the encoder may be damaged or very large" : unusual.joined(separator: " or ")
    }
}
