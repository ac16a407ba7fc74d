import Foundation

/// Sizes for people, in powers of ten as disks are sold.
package enum ByteCount {
    package static func text(_ bytes: Int) -> String {
        let value = Double(bytes)
        switch value {
        case ..<1e3: return "\(bytes) B"
        case ..<1e6: return String(format: "%.0f kB", value / 1e3)
        case ..<1e9: return String(format: value < 1e7 ? "%.1f MB" : "%.0f MB", value / 1e6)
        default: return String(format: "%.2f GB", value / 1e9)
        }
    }
}
