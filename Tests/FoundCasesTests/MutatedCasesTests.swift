import Foundation
import FuzzTargets
import TestSupport
import Testing

/// The fuzzer's seeds, damaged at random but the same way each time: bytes changed, removed, repeated, numbers
/// exchanged for extreme ones. What a coverage-guided fuzzer finds needs `Scripts/fuzz`; this needs no build of its
/// own. `SYNESTHESIA_MUTATIONS=seconds` goes on for so long with each target.
@Suite struct MutatedCases {
    @Test(arguments: FuzzTarget.allCases) func nothingTraps(target: FuzzTarget) throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let place = Fixture.url("fuzz/seeds/\(target.rawValue)")
        let seeds = try FileManager.default.contentsOfDirectory(atPath: place.path).sorted()
            .filter { !$0.hasPrefix(".") }.map { try Data(contentsOf: place.appending(path: $0)) }
            .filter { $0.count < 100_000 }
        #expect(!seeds.isEmpty)
        var generator = Generator(state: UInt64(target.rawValue.utf8.reduce(7) { $0 &* 31 &+ Int($1) }))
        let seconds = ProcessInfo.processInfo.environment["SYNESTHESIA_MUTATIONS"].flatMap(Double.init)
        let start = ProcessInfo.processInfo.systemUptime
        var count = 0
        while seconds.map({ ProcessInfo.processInfo.systemUptime - start < $0 }) ?? (count < 40) {
            guard let seed = seeds.randomElement(using: &generator) else { return }
            let input = generator.damaged(seed)
            // what trapped, if it does
            if seconds != nil { try? input.write(to: folder.appending(path: "last-input")) }
            target.run(input, in: folder)
            count += 1
        }
        print("\(target.rawValue): \(count) damaged inputs in \(Int(ProcessInfo.processInfo.systemUptime - start)) s")
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    private static let extremes = [
        "-1", "0", "1", "2147483648", "9223372036854775807", "-9223372036854775808", "18446744073709551616", "1e308",
        "1e-320", "NaN",
        "Infinity", "null", "true", "[]", "{}", "\"\"", "\"\u{202E}\"",
    ].map { Data($0.utf8) }

    mutating func damaged(_ seed: Data) -> Data {
        var bytes = seed
        for _ in 0..<Int.random(in: 1...4, using: &self) {
            guard !bytes.isEmpty else { return Data(seed.prefix(3)) }
            let place = Int.random(in: 0..<bytes.count, using: &self)
            let length = min(bytes.count - place, 1 << Int.random(in: 0...8, using: &self))
            switch Int.random(in: 0..<7, using: &self) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &self)
            case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
            case 2: bytes.removeSubrange(place..<(place + length))
            case 3: bytes.insert(contentsOf: bytes[place..<(place + length)], at: place)
            case 4: bytes = Data(bytes.prefix(place))
            case 5: bytes.insert(contentsOf: Self.extremes.randomElement(using: &self) ?? Data(), at: place)
            default: exchangeNumber(&bytes, from: place)
            }
            bytes = Data(bytes)
        }
        return bytes
    }

    /// Puts something extreme in the place of the next number.
    private mutating func exchangeNumber(_ bytes: inout Data, from place: Int) {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let start = bytes[place...].firstIndex(where: digits.contains) else { return }
        let end = bytes[start...].firstIndex { !digits.contains($0) } ?? bytes.endIndex
        bytes.replaceSubrange(start..<end, with: Self.extremes.randomElement(using: &self) ?? Data())
    }
}
