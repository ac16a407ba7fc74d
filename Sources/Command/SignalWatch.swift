import Dispatch
import Foundation
import SynRuns
import Synchronization

/// Turns the first Ctrl-C into a wish to stop after the current item; a second one ends the program at once. SIGTERM
/// and SIGUSR1, by which batch systems tell that time is up, are the same wish.
final class SignalWatch {
    let interruption: Interruption
    private let sources: [any DispatchSourceSignal]
    private static let told = Atomic(false)

    /// Whether a batch system rather than a person wished to stop.
    static var isTold: Bool { told.load(ordering: .relaxed) }

    private static let watched = [SIGINT, SIGTERM, SIGUSR1]

    /// - Parameter keeps: whether the work saves what is finished, so that the same command goes on.
    init(keeps: Bool = true) {
        interruption = Interruption(keeps: keeps)
        sources = Self.watched.map { number in
            signal(number, SIG_IGN)   // the default action would end the program before the source hears of it
            return DispatchSource.makeSignalSource(signal: number, queue: .global())
        }
        for (number, source) in zip(Self.watched, sources) {
            source.setEventHandler { [interruption] in
                if number == SIGINT {
                    signal(SIGINT, SIG_DFL)
                    Exit.say("stopping after the current item; Ctrl-C again stops at once")
                } else if Self.told.exchange(true, ordering: .relaxed) == false {
                    signal(SIGTERM, SIG_DFL)
                    Exit.say("told to stop; stopping after the current item")
                }
                interruption.request()
            }
            source.resume()
        }
    }

    /// Throws ``Interrupted`` once Ctrl-C was pressed; work that keeps what is finished calls it where that is saved.
    func check() throws { try interruption.check() }

    deinit {
        for source in sources { source.cancel() }
        for number in Self.watched { signal(number, SIG_DFL) }
    }
}
