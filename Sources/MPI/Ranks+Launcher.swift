import Foundation
import SynRuns

extension Ranks {
    /// The ranks that this process was started with by `mpirun` or `srun`; itself alone where it was started by hand.
    ///
    /// - Parameter environment: of the process; launchers tell there how many there are.
    /// - Throws where there are several, but nothing that they could reach each other by: each would do all the work.
    package static func ofThisProcess(_ environment: [String: String]) throws -> Ranks {
        guard let started = started(environment), started > 1 else { return .alone }
        guard let plugin = plugin(environment) else {
            throw UserError(
                .missing,
                "this is one of \(started) ranks, but \(MPITransport.fileName) is not beside the program; make it with "
                    + "Scripts/mpi-plugin, or name it in SYNESTHESIA_MPI")
        }
        return Ranks(try MPITransport(started: started, path: plugin))
    }

    /// How many ranks the launcher has started; nil where there is none. Open MPI, MPICH (Hydra) and Intel MPI, Slurm.
    static func started(_ environment: [String: String]) -> Int? {
        for name in ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MPI_LOCALNRANKS", "SLURM_STEP_NUM_TASKS"] {
            if let count = environment[name].flatMap({ Int($0) }) { return count }
        }
        return nil
    }

    /// Where the plug-in stands: what SYNESTHESIA_MPI names, or beside the program, or in `lib` beside its folder.
    private static func plugin(_ environment: [String: String]) -> String? {
        if let named = environment["SYNESTHESIA_MPI"], !named.isEmpty { return named }
        let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        return [program, program.deletingLastPathComponent().appending(path: "lib")]
            .map { $0.appending(path: MPITransport.fileName).path }
            .first { FileManager.default.fileExists(atPath: $0) }
    }
}
