/// Holm's step-down correction (1979) for asking several questions at once.
///
/// The smallest of k p values is multiplied by k, the next by k − 1 and so on, never falling below the one before and
/// never above 1. The chance of one false alarm in the whole family stays at the level, whatever the
/// dependence between the tests; never less powerful than Bonferroni.
///
/// - Parameters:
///   - p: of the tests that could be computed.
///   - asked: how many questions were asked, at least as many as `p`. A test that could not be computed was asked
///     too: it counts as p = 1, so that a family does not shrink by what happened to be undefined in it.
package func holmCorrected(_ p: [Double], of asked: Int? = nil) -> [Double] {
    let family = max(asked ?? p.count, p.count)
    var corrected = p
    var floor = 0.0
    for (place, index) in p.indices.sorted(by: { p[$0] < p[$1] }).enumerated() {
        floor = max(floor, min(1, p[index] * Double(family - place)))
        corrected[index] = floor
    }
    return corrected
}
