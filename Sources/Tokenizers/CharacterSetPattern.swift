/// A regular expression that is one set of characters written one by one, such as `[!"\-\.]`: what
/// SigLIP's normalizer drops punctuation by.
struct CharacterSetPattern {
    let scalars: Set<Unicode.Scalar>

    /// Nil for an expression of another kind: with ranges, classes, a negation or anything behind the set.
    init?(_ pattern: String) {
        var rest = Array(pattern.unicodeScalars)[...]
        guard rest.popFirst() == "[", rest.popLast() == "]", !rest.isEmpty, rest.first != "^" else { return nil }
        var found: Set<Unicode.Scalar> = []
        var (isFirst, isEscaped) = (true, false)
        for scalar in rest {
            if isEscaped {
                // What is no letter or digit means itself.
                guard scalar.value < 0x80, !scalar.properties.isAlphabetic, !("0"..."9").contains(scalar) else {
                    return nil
                }
                found.insert(scalar)
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else {
                // A bracket, a range, or the && that joins sets.
                if scalar == "[" || scalar == "]" || (scalar == "-" && !isFirst) || scalar == "&" { return nil }
                found.insert(scalar)
            }
            isFirst = false
        }
        guard !isEscaped else { return nil }
        scalars = found
    }
}
