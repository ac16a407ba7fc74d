extension ProbeSettings {
    /// These settings and those of another run together: the encoders, seeds and ablation of both. Nil where the two
    /// differ in anything that results depend on; the difference is what a message tells.
    func joined(with other: ProbeSettings) throws -> (settings: ProbeSettings?, difference: String) {
        var whole = self
        for encoder in other.encoders {
            if let known = encoders.first(where: { $0.name == encoder.name }), known != encoder {
                return (nil, "the encoder \(encoder.name) is not the same")
            }
        }
        func union<Item: Equatable>(_ a: [Item], _ b: [Item]) -> [Item] { a + b.filter { !a.contains($0) } }
        whole.encoders = union(encoders, other.encoders)
        whole.seeds = union(seeds, other.seeds)
        if ablation.encoders.isEmpty {
            whole.ablation = other.ablation
        } else if !other.ablation.encoders.isEmpty {
            whole.ablation.encoders = union(ablation.encoders, other.ablation.encoders)
            whole.ablation.prefixTokens = union(ablation.prefixTokens, other.ablation.prefixTokens)
            whole.ablation.guidance = union(ablation.guidance, other.ablation.guidance)
        }
        (whole.textStudy, whole.glueStudy) = (textStudy || other.textStudy, union(glueStudy, other.glueStudy))
        var same = other
        (same.encoders, same.seeds, same.ablation) = (whole.encoders, whole.seeds, whole.ablation)
        (same.textStudy, same.glueStudy) = (whole.textStudy, whole.glueStudy)
        (same.name, same.output, same.threads, same.sampling.batch) = (name, output, threads, sampling.batch)
        guard same == whole else {
            let changed = try whole.difference(from: same) ?? same.difference(from: whole)
            return (nil, changed.map { "\"\($0.earlier)\" and \"\($0.now)\"" } ?? "other settings")
        }
        return (whole, "")
    }
}
