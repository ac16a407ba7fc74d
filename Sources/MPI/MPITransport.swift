import Foundation
import SynRuns

/// Messages by MPI, through a plug-in that `Scripts/mpi-plugin` compiles with the MPI at hand.
///
/// The program itself is built without MPI and knows none: a cluster's MPI is a thing of that cluster, and those of
/// different families cannot be exchanged under a program. Who has none never comes here.
package final class MPITransport: RankTransport {
    private let functions: Functions
    package let count: Int
    package let number: Int
    package let neighbours: Int

    static let fileName = "synesthesia-mpi.so"
    static let version: Int32 = 1

    /// The functions of the plug-in, see `plugin/synesthesia-mpi.c`.
    private struct Functions: Sendable {
        let send: @convention(c) (Int32, Int32, UnsafeRawPointer?, Int) -> Int32
        let receive:
            @convention(c) (
                Int32, Int32, UnsafeMutablePointer<Int32>, UnsafeMutablePointer<UnsafeMutableRawPointer?>
            ) -> Int
        let free: @convention(c) (UnsafeMutableRawPointer?) -> Void
        let leave: @convention(c) () -> Void
        let abort: @convention(c) (Int32) -> Void
    }

    /// - Parameters:
    ///   - started: how many ranks the launcher says it has started.
    ///   - path: of the plug-in.
    init(started: Int, path: String) throws {
        // What MPI opens itself has to find MPI's names.
        guard let library = dlopen(path, RTLD_NOW | RTLD_GLOBAL) else {
            throw UserError(
                .failed,
                "\(path) cannot be opened (\(dlerror().map { String(cString: $0) } ?? "no reason given")); make it "
                    + "anew with the MPI that starts the job: Scripts/mpi-plugin")
        }
        func function<Function>(_ name: String) throws -> Function {
            guard let found = dlsym(library, "synesthesia_mpi_" + name) else {
                throw UserError(.failed, "\(path) has no synesthesia_mpi_\(name); make it anew: Scripts/mpi-plugin")
            }
            return unsafeBitCast(found, to: Function.self)
        }
        let found: @convention(c) () -> Int32 = try function("version")
        guard found() == Self.version else {
            throw UserError(
                .failed,
                "\(path) is of version \(found()), this program wants \(Self.version); make it anew: "
                    + "Scripts/mpi-plugin")
        }
        functions = Functions(
            send: try function("send"), receive: try function("receive"), free: try function("free"),
            leave: try function("leave"), abort: try function("abort"))
        let begin:
            @convention(c) (
                UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>
            ) -> Int32 = try function("begin")
        var (count, number, neighbours): (Int32, Int32, Int32) = (1, 0, 1)
        let code = begin(&count, &number, &neighbours)
        guard code == 0 else {
            throw UserError(
                .failed,
                code == 2
                    ? "this MPI allows a process no second thread (MPI_THREAD_SERIALIZED), which handing out work needs"
                    : "MPI cannot be begun")
        }
        (self.count, self.number, self.neighbours) = (Int(count), Int(number), Int(neighbours))
        guard self.count == started else {
            functions.leave()
            throw UserError(
                .settings,
                "the job has \(started) ranks, but the MPI of \(path) sees \(count): it is another one than that which "
                    + "started the job; make the plug-in with that one's mpicc (Scripts/mpi-plugin), or start with its "
                    + "mpirun, or with srun --mpi=pmix")
        }
    }

    package func send(_ bytes: [UInt8], to rank: Int, _ tag: RankTag) {
        let code = bytes.withUnsafeBytes { functions.send(Int32(rank), tag.rawValue, $0.baseAddress, $0.count) }
        if code != 0 { abort(1) }   // never: no message is near two gigabytes
    }

    package func receive(from rank: Int?, _ tag: RankTag) -> (rank: Int, bytes: [UInt8])? {
        var (from, bytes): (Int32, UnsafeMutableRawPointer?) = (0, nil)
        let length = functions.receive(rank.map(Int32.init) ?? -1, tag.rawValue, &from, &bytes)
        guard length >= 0 else { return nil }
        defer { functions.free(bytes) }
        return (Int(from), Array(UnsafeRawBufferPointer(start: bytes, count: length)))
    }

    package func leave() { functions.leave() }

    package func abort(_ code: Int32) { functions.abort(code) }
}
