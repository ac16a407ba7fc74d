import ArgumentParser

/// A seed on the command line.
enum SeedArgument {
    static func read(_ text: String) throws -> UInt64 {
        guard let seed = UInt64(text) else { throw ValidationError("a seed is a whole number from 0 to \(UInt64.max)") }
        return seed
    }
}
