/// Holm's step-down correction (1979) for asking several questions at once.
///
/// The smallest of k p values is multiplied by k, the next by k − 1 and so on, never falling below the one before and
/// never above 1. The chance of one false alarm in the whole family stays at the level, whatever the
/// dependence between the tests; never less powerful than Bonferroni.
package func holmCorrected(_ p: [Double]) -> [Double] {
    var corrected = p
    var floor = 0.0
    for (place, index) in p.indices.sorted(by: { p[$0] < p[$1] }).enumerated() {
        floor = max(floor, min(1, p[index] * Double(p.count - place)))
        corrected[index] = floor
    }
    return corrected
}
