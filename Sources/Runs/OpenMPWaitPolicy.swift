import Foundation

/// How the threads of oneDNN's OpenMP pool wait for work.
package enum OpenMPWaitPolicy {
    /// Makes idle threads spin for some ten microseconds and then sleep, unless the user chose.
    ///
    /// Threads that sleep at once are woken again between any two products of a small network: an adapter's training
    /// step then takes half as long again. Threads that spin on, as the runtime's default lets them for milliseconds,
    /// are no better than asleep on a machine of one's own, and on a busy one they spin through whole time slices
    /// while those they wait for are not running: three trainings side by side take seven times as long. The OpenMP
    /// runtime reads its variables when it is loaded, so the program starts itself once more with the variable set.
    /// Open files stay open. To be called before anything else.
    package static func spinBriefly() {
        guard getenv("OMP_WAIT_POLICY") == nil, getenv("GOMP_SPINCOUNT") == nil else { return }
        setenv("GOMP_SPINCOUNT", "1000", 1)
        var arguments: [UnsafeMutablePointer<CChar>?] = (0..<Int(CommandLine.argc)).map {
            CommandLine.unsafeArgv[$0].flatMap { strdup($0) }
        }
        arguments.append(nil)
        execv("/proc/self/exe", arguments)
        for argument in arguments { free(argument) }   // only where there is no /proc: go on as we are
    }
}
