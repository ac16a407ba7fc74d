import Foundation
import TestSupport
import Testing

/// `Scripts/kill-test` on every long command, `fetch` from a hub on loopback included; with 12 kills, or as many as
/// SYNESTHESIA_KILLS says.
@Suite("Killed at random moments", .enabled(if: CommandRun.program != nil, Comment(rawValue: CommandRun.absent)))
struct KillTests {
    @Test(
        "Killed and begun again: every command ends with what an undisturbed run gives",
        .enabled(
            if: Workplace.has("bert-mini", "clip-mini", "decoder", "inception-mini"),
            Comment(rawValue: Workplace.absent)))
    func killed() throws {
        let place = try Workplace()
        let big = Data((0..<4_000_000).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 11) })
        let file = FakeHub.File(
            "model.safetensors", big, hash: "146a8749a996ecf3000ec60c7c684cfd821336f62eccb47ebcf704e7c8d5d460",
            isLarge: true)
        let hub = try FakeHub("org/model", [FetchCommandTests.files[0], file]) { _, _ in
            nil
        } storeMischief: { request, _ in
            var slow = LoopbackServer.Response.file(big, request)
            slow.delay = 0.2
            return slow
        }
        let kills = ProcessInfo.processInfo.environment["SYNESTHESIA_KILLS"] ?? "12"
        let script = Fixture.package.appending(path: "Scripts/kill-test").path
        let (code, complaints) = try BehaviourTests().shell(
            "KILL_TEST_HUB=\(hub.hub.address.absoluteString) SYNESTHESIA=$synesthesia \(script) \(kills) > table.md",
            folder: place.folder)
        print((try? String(contentsOf: place["table.md"], encoding: .utf8)) ?? "no table")
        #expect(code == 0, "\(complaints)")
    }
}
