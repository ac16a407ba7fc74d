import Statistics

extension SignificanceRecord {
    /// The comparison of the groups in a CSV or TSV file, `-` meaning standard input.
    ///
    /// - Parameter seed: of permutations and bootstrap samples drawn at random.
    public init(groups path: String, seed: UInt64) throws {
        let bytes = try InputFile.bytes(path, purpose: "a CSV file with columns group,score or group,mean,sd,n")
        let file = try GroupsFile(bytes, file: InputFile.name(path))
        self = try SignificanceStudy(file, source: InputFile.name(path), settings: .init(seed: seed)).record()
    }
}
