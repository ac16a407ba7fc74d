import Foundation

/// What sizes a model's settings may have: generous to any published model, and so bounded that no product of theirs
/// leaves 64 bits.
enum SettingRanges {
    /// By their names in files; the others' largest is 2^20.
    private static let largest: [String: Int] = [
        "vocab_size": 1 << 24, "type_vocab_size": 1 << 16, "hidden_size": 1 << 16, "n_embd": 1 << 16,
        "num_hidden_layers": 1 << 12,
        "n_layer": 1 << 12, "num_attention_heads": 1 << 14, "n_head": 1 << 14, "intermediate_size": 1 << 20,
        "n_inner": 1 << 20,
        "max_position_embeddings": 1 << 22, "n_positions": 1 << 22, "projection_dim": 1 << 16,
        "projection_size": 1 << 16, "num_channels": 1 << 10,
        "image_size": 1 << 14, "patch_size": 1 << 14,
        // In taming's files.
        "block_size": 1 << 22, "resolution": 1 << 14, "in_channels": 1 << 10, "out_ch": 1 << 10, "ch": 1 << 13,
        "z_channels": 1 << 16, "embed_dim": 1 << 16, "n_embed": 1 << 24, "num_res_blocks": 1 << 8,
    ]

    /// Why no model can have this number, as a sentence; nil when one can.
    static func problem(_ name: String, _ value: Int) -> String? {
        let limit = largest[name] ?? 1 << 20
        return (1...limit).contains(value) ? nil : "\(name) is \(value); it must be a number from 1 to \(limit)."
    }

    /// Why so many numbers of four bytes cannot be in this machine's memory, as a sentence; nil when they can.
    static func roomProblem(forNumbers count: Int, in what: String) -> String? {
        let (bytes, isTooMuch) = count.multipliedReportingOverflow(by: 4)
        let memory = ProcessInfo.processInfo.physicalMemory
        guard isTooMuch || UInt64(bytes) > memory else { return nil }
        return
            "\(what) would need \(text(isTooMuch ? .max : bytes)) of memory, and this machine has "
            + "\(text(Int(clamping: memory)))."
    }

    /// "5.2 TB".
    private static func text(_ bytes: Int) -> String {
        let units = [("EB", 1e18), ("PB", 1e15), ("TB", 1e12), ("GB", 1e9)]
        let (unit, size) = units.first { Double(bytes) >= $0.1 } ?? ("MB", 1e6)
        return String(format: "%.1f ", Double(bytes) / size) + unit
    }
}

/// Throws unless every number is one that a model can have.
func requirePositive(_ settings: [(name: String, value: Int)]) throws {
    for (name, value) in settings {
        if let problem = SettingRanges.problem(name, value) { throw ModelError(problem) }
    }
}

/// Throws unless a norm's smallest variance is one.
func requireEpsilon(_ name: String, _ value: Float) throws {
    guard (0...1).contains(value) else { throw ModelError("\(name) is \(value); it must be from 0 to 1.") }
}

/// Throws when a model of so many numbers, four bytes each, could not be in this machine's memory.
func requireRoom(forNumbers count: Int, in what: String) throws {
    if let problem = SettingRanges.roomProblem(forNumbers: count, in: what) { throw ModelError(problem) }
}
