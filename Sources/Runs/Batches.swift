/// Consecutive parts of at most `size` elements.
package func batches<Element>(_ all: [Element], of size: Int) -> [[Element]] {
    stride(from: 0, to: all.count, by: size).map { Array(all[$0..<min($0 + size, all.count)]) }
}
