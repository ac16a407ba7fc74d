import SynRuns

extension MemoryNeed {
    /// A step of a miniature model's training.
    package static func pretraining(_ model: MiniatureModel, batch: Int) -> MemoryNeed {
        MemoryNeed([
            Share(
                what: "the way back of \(batch) portraits together", key: "--batch",
                bytes: Double(batch) * model.leastBytesPerPortrait)
        ])
    }
}
