import Foundation
import SynMPI
import SynRuns
import SynTensors

/// A command's work on all ranks that it was started on: on one, where neither mpirun nor srun has a part in it.
enum Company {
    /// Ends all ranks together: in good order where their work is done or all have stopped, with everything saved; and
    /// at once, with this rank's complaint and its code, where one of them fails.
    static func together(_ work: (Ranks) throws -> Void) throws {
        let ranks = try Ranks.ofThisProcess(ProcessInfo.processInfo.environment)
        guard !ranks.isAlone else { return try work(ranks) }
        if ranks.neighbours > 1 { CommonMemory.begin() }
        do {
            try work(ranks)
            ranks.everyone.meet()   // without keeping cores busy while the first writes the report
            ranks.leave()
        } catch {
            guard error is Interrupted else {
                if !ranks.isFirst { Exit.say("rank \(ranks.number) of \(ranks.count) fails:") }
                ranks.abort(Exit.code(saying: error))
                throw error
            }
            if ranks.isFirst { Exit.say("\(error)") }
            if ranks.haveAgreedToStop {
                ranks.everyone.meet()
                ranks.leave()
            } else {
                ranks.abort(Exit.stopped.rawValue)   // the others wait, with nothing of theirs unsaved
            }
            exit(Exit.stopped.rawValue)
        }
    }
}
