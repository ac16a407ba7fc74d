import Foundation

/// How the threads of oneDNN's OpenMP pool wait for work.
enum ThreadManners {
    /// Makes idle threads sleep instead of spin, unless the user chose.
    ///
    /// Spinning saves microseconds on a machine of one's own; on a busy one, threads spin through whole time slices
    /// while those they wait for are not running, and everything takes many times as long. The OpenMP runtime reads
    /// its variables when it is loaded, so the program starts itself once more with the variable set.
    static func letIdleThreadsSleep() {
        guard getenv("OMP_WAIT_POLICY") == nil, getenv("GOMP_SPINCOUNT") == nil else { return }
        setenv("OMP_WAIT_POLICY", "passive", 1)
        var arguments: [UnsafeMutablePointer<CChar>?] = CommandLine.arguments.map { strdup($0) }
        arguments.append(nil)
        execv("/proc/self/exe", arguments)
        for argument in arguments { free(argument) }   // only where there is no /proc: go on as we are
    }
}
