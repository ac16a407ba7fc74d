import SynRuns

extension MemoryNeed {
    /// A step of a miniature model's training.
    package static func pretraining(_ model: MiniatureModel, batch: Int) -> MemoryNeed {
        let together = min(batch, model.part ?? batch)
        return MemoryNeed([
            Share(
                what: "the way back of \(together) portraits together", key: together < batch ? "--part" : "--batch",
                bytes: Double(together) * model.leastBytesPerPortrait)
        ])
    }
}
