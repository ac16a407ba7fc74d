/// The numbers of a CLIP's residual network. No settings file holds them; they are read off the checkpoint.
package struct CLIPResNetConfiguration: Sendable, Equatable {
    /// Channels after the stem; stage i ends in 4·2^i times as many.
    package var width: Int
    /// Blocks of each of the four stages.
    package var blockCounts: [Int]
    /// Height and width of the images; a multiple of 32.
    package var imageSize: Int
    /// Heads of the attention that pools the last map.
    package var headCount: Int
    /// The width of the space that captions and images share.
    package var projectionSize: Int

    package init(width: Int, blockCounts: [Int], imageSize: Int, headCount: Int, projectionSize: Int) {
        self.width = width
        self.blockCounts = blockCounts
        self.imageSize = imageSize
        self.headCount = headCount
        self.projectionSize = projectionSize
    }

    /// Channels of the last map.
    var finalWidth: Int { 32 * width }
}
