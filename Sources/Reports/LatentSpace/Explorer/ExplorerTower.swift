extension ExplorerFacts {
    /// A text tower that runs inside the page; its weights are the block `tower`, in half precision.
    package struct Tower: Encodable, Sendable {
        package var name: String
        package var layers: Int
        package var heads: Int
        package var hidden: Int
        /// Numbers of a caption's vector.
        package var projection: Int
        /// Tokens of a caption, the start and the end among them.
        package var positions: Int
        /// quick_gelu or gelu.
        package var activation: String
        package var epsilon: Float
        package var start: Int32
        package var end: Int32
        package var tensors: [Tensor]
        /// Token by id, and merges in order, a line each.
        package var vocabulary: [String]
        package var merges: [String]

        /// Where a tensor stands in the block, counted in numbers.
        package struct Tensor: Encodable, Sendable {
            package var name: String
            package var first: Int
            package var count: Int

            package init(name: String, first: Int, count: Int) {
                (self.name, self.first, self.count) = (name, first, count)
            }
        }

        package init(
            name: String, layers: Int, heads: Int, hidden: Int, projection: Int, positions: Int, activation: String,
            epsilon: Float, start: Int32, end: Int32, tensors: [Tensor], vocabulary: [String], merges: [String]
        ) {
            (self.name, self.layers, self.heads, self.hidden) = (name, layers, heads, hidden)
            (self.projection, self.positions, self.activation) = (projection, positions, activation)
            (self.epsilon, self.start, self.end, self.tensors) = (epsilon, start, end, tensors)
            (self.vocabulary, self.merges) = (vocabulary, merges)
        }
    }
}
