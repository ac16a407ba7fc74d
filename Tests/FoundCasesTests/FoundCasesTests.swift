import Foundation
import FuzzTargets
import TestSupport
import Testing

/// The fuzzer's seeds, and the inputs that once made a reader trap, are read again. Any outcome will do but a trap.
@Suite struct FoundCases {
    @Test(arguments: FuzzTarget.allCases) func nothingTraps(target: FuzzTarget) throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        var replayed = 0
        for place in ["fuzz/seeds/", "fuzz/found/"] {
            let cases = Fixture.url(place + target.rawValue)
            let names = (try? FileManager.default.contentsOfDirectory(atPath: cases.path)) ?? []
            for name in names.sorted() where !name.hasPrefix(".") {
                target.run(try Data(contentsOf: cases.appending(path: name)), in: folder)
                replayed += 1
            }
        }
        print("\(target.rawValue): \(replayed) cases replayed")
        #expect(replayed > 0, "\(target.rawValue) has no seeds")
    }
}
