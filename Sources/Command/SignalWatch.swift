import Dispatch
import Foundation
import SynRuns

/// Turns the first Ctrl-C into a wish to stop after the current item; a second one ends the program at once.
final class SignalWatch {
    let interruption = Interruption()
    private let source: any DispatchSourceSignal

    init() {
        signal(SIGINT, SIG_IGN)   // the default action would end the program before the source hears of it
        source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        source.setEventHandler { [interruption] in
            signal(SIGINT, SIG_DFL)
            interruption.request()
            Exit.say("stopping after the current item; Ctrl-C again stops at once")
        }
        source.resume()
    }

    /// Throws ``Interrupted`` once Ctrl-C was pressed; call it where everything finished is saved.
    func check() throws { try interruption.check() }

    deinit {
        source.cancel()
        signal(SIGINT, SIG_DFL)
    }
}
