/// The numbers of a CLIP's residual network. No settings file holds them; they are read off the checkpoint.
public struct CLIPResNetConfiguration: Sendable, Equatable {
    /// Channels after the stem; stage i ends in 4·2^i times as many.
    public var width: Int
    /// Blocks of each of the four stages.
    public var blockCounts: [Int]
    /// Height and width of the images; a multiple of 32.
    public var imageSize: Int
    /// Heads of the attention that pools the last map.
    public var headCount: Int
    /// The width of the space that captions and images share.
    public var projectionSize: Int

    public init(width: Int, blockCounts: [Int], imageSize: Int, headCount: Int, projectionSize: Int) {
        self.width = width
        self.blockCounts = blockCounts
        self.imageSize = imageSize
        self.headCount = headCount
        self.projectionSize = projectionSize
    }

    /// Channels of the last map.
    var finalWidth: Int { 32 * width }
}
