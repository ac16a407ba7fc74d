/// Which departure from "no difference" a test looks for; spelled as in `scipy.stats`.
package enum Alternative: String, Codable, Sendable, CaseIterable {
    /// The first group differs from the second, in either direction.
    case twoSided = "two-sided"
    /// The first group is smaller than the second.
    case less
    /// The first group is larger than the second.
    case greater
}
