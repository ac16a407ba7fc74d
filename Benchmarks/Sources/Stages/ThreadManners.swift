import Foundation
import Tensors

/// How the threads of oneDNN's OpenMP pool wait for work: the same as in the `synesthesia` command, so that what is
/// measured is what the command does.
public enum ThreadManners {
    /// Makes idle threads spin for some ten microseconds and then sleep, unless the user chose.
    ///
    /// The OpenMP runtime reads its variables when it is loaded, which is before `main`; so the program starts itself
    /// once more with the variable set. Open files stay open. To be called before anything else.
    public static func spinBriefly() {
        guard getenv("OMP_WAIT_POLICY") == nil, getenv("GOMP_SPINCOUNT") == nil else { return }
        setenv("GOMP_SPINCOUNT", "1000", 1)
        var arguments: [UnsafeMutablePointer<CChar>?] = CommandLine.arguments.map { strdup($0) }
        arguments.append(nil)
        execv("/proc/self/exe", arguments)
        for argument in arguments { free(argument) }   // only where there is no /proc: go on as we are
    }

    /// Computes with so many threads from now on; with as many as the library chose where nothing is said.
    public static func use(threads: Int?) {
        if let threads { Threads.count = threads }
    }
}
