import SynRuns
import Testing

@Suite("Stopping on request")
struct InterruptionTests {
    @Test("nothing is thrown before a wish; afterwards what is said is true of the work", arguments: [true, false])
    func said(_ keeps: Bool) throws {
        let interruption = Interruption(keeps: keeps)
        try interruption.check()
        interruption.request()
        let thrown = #expect(throws: Interrupted.self) { try interruption.check() }
        #expect("\(try #require(thrown))".contains(keeps ? "goes on from there" : "begins anew"))
    }
}
