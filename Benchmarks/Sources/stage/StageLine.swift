import BenchmarkStages

/// What is told about one stage.
struct StageLine: Encodable {
    let stage: String
    let way = "synesthesia"
    let size: Stage.Size
    let precision: String
    let batch: Int
    /// Of `sample`, when only some were timed.
    let steps: Int?
    let unit: Stage.Unit
    /// Per unit, one number for each repeat.
    let seconds: [Double]
    let peakBytes: Int
    let threads: Int
    let versions: [String: String]
    /// The class of processors whose instructions were used.
    let isa = Machine.kernels

    /// What one unit needs.
    private(set) var operationsPerUnit: Double?
    private(set) var weightBytesPerUnit: Double?
    /// The ceilings measured after the stage: operations and bytes per second.
    private(set) var ceiling: String?
    private(set) var ceilingOperations: Double?
    private(set) var ceilingBytes: Double?
    /// The least time that a unit can take under the ceilings, divided by the time of the fastest repeat.
    private(set) var shareOfCeiling: Double?

    init(_ stage: Stage, _ setting: Stage.Setting, seconds: [Double], peakBytes: Int) {
        self.stage = stage.name
        size = setting.size
        precision = setting.precisionName
        batch = setting.batch
        steps = setting.steps
        unit = stage.unit
        self.seconds = seconds
        self.peakBytes = peakBytes
        threads = Machine.threads
        versions = Machine.versions
    }

    /// Measures the ceilings and tells how near to them the stage came.
    mutating func compare(_ work: Work, _ arithmetic: Ceilings.Arithmetic) throws {
        let rate = try Ceilings.rate(arithmetic, precision)
        let bandwidth = work.weightBytes > 0 ? Ceilings.bandwidth() : .infinity
        operationsPerUnit = work.operations
        ceiling = "\(arithmetic.rawValue) \(precision)"
        ceilingOperations = rate
        if work.weightBytes > 0 {
            weightBytesPerUnit = work.weightBytes
            ceilingBytes = bandwidth
        }
        if let fastest = seconds.min() {
            shareOfCeiling = work.leastSeconds(rate: rate, bandwidth: bandwidth) / fastest
        }
    }
}

/// What the machine can do at best.
struct CeilingsLine: Encodable {
    let stage = "ceilings"
    let way = "synesthesia"
    let threads = Machine.threads
    let versions = Machine.versions
    let isa = Machine.kernels
    /// Operations per second, by kind of arithmetic and precision: `product bf16`.
    let operationsPerSecond: [String: Double]
    /// Bytes read from memory per second, by all threads together.
    let bytesPerSecond: Double
    let hasNativeBf16 = Machine.hasNativeBF16

    init() throws {
        var rates: [String: Double] = [:]
        for arithmetic in Ceilings.Arithmetic.allCases {
            for precision in Machine.precisionNames {
                rates["\(arithmetic.rawValue) \(precision)"] = try Ceilings.rate(arithmetic, precision)
            }
        }
        operationsPerSecond = rates
        bytesPerSecond = Ceilings.bandwidth()
    }
}
