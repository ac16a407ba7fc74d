import Foundation

/// The most memory this process ever had in use: preparing the weights and warming up count too.
public enum PeakMemory {
    /// Until now.
    public static var bytes: Int {
        var usage = rusage()
        guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
        return usage.ru_maxrss << 10   // Linux counts in units of 1024 bytes
    }
}
