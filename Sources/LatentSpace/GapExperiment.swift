/// The experiments on why pictures and texts lie apart (Liang et al. 2022 and later), by name.
package enum GapExperiment: String, CaseIterable, Sendable {
    case cone, initial, start, temperature, minimum, sphere, batch, closing

    /// Whether miniature towers are trained for it.
    package var trains: Bool { self == .start || self == .temperature || self == .batch }
}
