extension Double {
    /// The shortest text that reads back as the same number; whole numbers without a point.
    package var shortest: String { description.hasSuffix(".0") ? String(description.dropLast(2)) : description }
}
