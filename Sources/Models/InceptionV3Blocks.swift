import SynCheckpoints
import SynTensors

// The blocks of Inception v3 (Szegedy et al. 2015) in the variant of the published scores: average pools do not
// count padding, and the very last block pools by maximum. Channels are given as in the standard network; a
// smaller channel unit scales them all.

/// Where blocks get their convolutions from: a place in the checkpoint and the scale of all widths.
struct InceptionV3Source {
    let scope: WeightScope
    let unit: Int

    subscript(_ name: String) -> InceptionV3Source { InceptionV3Source(scope: scope[name], unit: unit) }

    func scaled(_ channels: Int) -> Int { channels / 16 * unit }

    func callAsFunction(
        _ name: String, _ inputs: Int, _ outputs: Int, _ height: Int = 1, _ width: Int? = nil, stride: Int = 1,
        valid: Bool = false
    ) throws -> InceptionV3Convolution {
        try InceptionV3Convolution(
            scope[name], from: inputs == 3 ? 3 : scaled(inputs), to: scaled(outputs), height: height,
            width: width ?? height, stride: stride, valid: valid)
    }
}

/// Convolutions one after another.
struct InceptionV3Branch: Sendable {
    let steps: [InceptionV3Convolution]

    init(_ steps: InceptionV3Convolution...) { self.steps = steps }

    func callAsFunction(_ x: Tensor, _ statistics: BatchStatistics?) -> Tensor {
        steps.reduce(x) { $1($0, noting: statistics) }
    }
}

/// What a block's last branch does before its convolution, if it has one.
enum InceptionV3Pool: Sendable {
    case averageOfNeighbours, largestOfNeighbours, halving

    func callAsFunction(_ x: Tensor) -> Tensor {
        switch self {
        case .averageOfNeighbours: x.averagePooled(size: 3, stride: 1, padding: 1, countsPadding: false)
        case .largestOfNeighbours: x.maxPooled(size: 3, stride: 1, padding: 1)
        case .halving: x.maxPooled(size: 3, stride: 2)
        }
    }
}

/// Branches side by side, then a pooled one; their channels one after another.
struct InceptionV3Block: Sendable {
    let branches: [InceptionV3Branch]
    /// Ends of branches that part again: both see what the branch before them gave.
    let forks: [Fork]
    let pool: InceptionV3Pool
    let pooled: InceptionV3Branch

    struct Fork: Sendable {
        let stem: InceptionV3Branch
        let ends: [InceptionV3Convolution]
    }

    private init(
        _ branches: [InceptionV3Branch], forks: [Fork] = [], _ pool: InceptionV3Pool,
        pooled: InceptionV3Branch = InceptionV3Branch()
    ) {
        self.branches = branches
        self.forks = forks
        self.pool = pool
        self.pooled = pooled
    }

    func callAsFunction(_ x: Tensor, _ statistics: BatchStatistics?) -> Tensor {
        var parts = branches.map { $0(x, statistics) }   // [batch, height, width, part]
        for fork in forks {
            let stem = fork.stem(x, statistics)
            parts += fork.ends.map { $0(stem, noting: statistics) }
        }
        parts.append(pooled(pool(x), statistics))
        return concatenated(parts, axis: 3)   // [batch, height, width, channels]
    }
}

extension InceptionV3Block {
    /// At 35×35: one 1×1, a 5×5, two 3×3.
    static func a(_ make: InceptionV3Source, from inputs: Int, pooledTo pooled: Int) throws -> Self {
        try Self(
            [
                InceptionV3Branch(make("branch1x1", inputs, 64)),
                InceptionV3Branch(make("branch5x5_1", inputs, 48), make("branch5x5_2", 48, 64, 5)),
                InceptionV3Branch(
                    make("branch3x3dbl_1", inputs, 64), make("branch3x3dbl_2", 64, 96, 3),
                    make("branch3x3dbl_3", 96, 96, 3)),
            ], .averageOfNeighbours, pooled: InceptionV3Branch(make("branch_pool", inputs, pooled)))
    }

    /// From 35×35 to 17×17.
    static func b(_ make: InceptionV3Source, from inputs: Int) throws -> Self {
        try Self(
            [
                InceptionV3Branch(make("branch3x3", inputs, 384, 3, stride: 2)),
                InceptionV3Branch(
                    make("branch3x3dbl_1", inputs, 64), make("branch3x3dbl_2", 64, 96, 3),
                    make("branch3x3dbl_3", 96, 96, 3, stride: 2)),
            ], .halving)
    }

    /// At 17×17: 7×7 convolutions as rows and columns.
    static func c(_ make: InceptionV3Source, from inputs: Int, inner: Int) throws -> Self {
        try Self(
            [
                InceptionV3Branch(make("branch1x1", inputs, 192)),
                InceptionV3Branch(
                    make("branch7x7_1", inputs, inner), make("branch7x7_2", inner, inner, 1, 7),
                    make("branch7x7_3", inner, 192, 7, 1)),
                InceptionV3Branch(
                    make("branch7x7dbl_1", inputs, inner), make("branch7x7dbl_2", inner, inner, 7, 1),
                    make("branch7x7dbl_3", inner, inner, 1, 7), make("branch7x7dbl_4", inner, inner, 7, 1),
                    make("branch7x7dbl_5", inner, 192, 1, 7)),
            ], .averageOfNeighbours, pooled: InceptionV3Branch(make("branch_pool", inputs, 192)))
    }

    /// From 17×17 to 8×8.
    static func d(_ make: InceptionV3Source, from inputs: Int) throws -> Self {
        try Self(
            [
                InceptionV3Branch(make("branch3x3_1", inputs, 192), make("branch3x3_2", 192, 320, 3, stride: 2)),
                InceptionV3Branch(
                    make("branch7x7x3_1", inputs, 192), make("branch7x7x3_2", 192, 192, 1, 7),
                    make("branch7x7x3_3", 192, 192, 7, 1), make("branch7x7x3_4", 192, 192, 3, stride: 2)),
            ], .halving)
    }

    /// At 8×8: 3×3 convolutions that part into a row and a column.
    static func e(_ make: InceptionV3Source, from inputs: Int, _ pool: InceptionV3Pool) throws -> Self {
        try Self(
            [InceptionV3Branch(make("branch1x1", inputs, 320))],
            forks: [
                Fork(
                    stem: InceptionV3Branch(make("branch3x3_1", inputs, 384)),
                    ends: [make("branch3x3_2a", 384, 384, 1, 3), make("branch3x3_2b", 384, 384, 3, 1)]),
                Fork(
                    stem: InceptionV3Branch(make("branch3x3dbl_1", inputs, 448), make("branch3x3dbl_2", 448, 384, 3)),
                    ends: [make("branch3x3dbl_3a", 384, 384, 1, 3), make("branch3x3dbl_3b", 384, 384, 3, 1)]),
            ], pool, pooled: InceptionV3Branch(make("branch_pool", inputs, 192)))
    }
}
