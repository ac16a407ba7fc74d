import Foundation
import SynTensors

/// An image decoder as it draws: its transformer ready to write tokens one by one, its VQGAN to turn them into pixels.
package struct CachedDecoder: Sendable {
    package let configuration: ImageDecoderConfiguration
    package let transformer: CachedTransformer
    package let vqgan: VQGAN
    /// Where it was read from; nil for one built of parts.
    package let folder: URL?

    /// - Parameter rounding: whether the transformer's weights become whole numbers of eight bits.
    package init(_ decoder: consuming ImageDecoder, roundingToInt8 rounding: Bool = false) {
        configuration = decoder.configuration
        vqgan = decoder.vqgan
        folder = decoder.folder
        let given = decoder.transformer
        _ = consume decoder
        transformer = CachedTransformer(consume given, roundingToInt8: rounding)
    }

    /// Images [batch, height, width, channels] in about -1...1 from tokens [batch, tokensPerImage], in CPU memory.
    ///
    /// - Throws: what a device complained of.
    package func images(fromTokens tokens: Tensor) throws -> Tensor { try vqgan.pictures(fromTokens: tokens) }
}
