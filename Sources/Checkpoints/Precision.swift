/// In which precision the weights of linear and convolution layers are kept while a model is used.
///
/// Norms, embeddings and biases always stay Float32, and so do the values that travel between layers.
package enum Precision: String, Sendable, Equatable, CaseIterable {
    case float32
    case bfloat16
}
