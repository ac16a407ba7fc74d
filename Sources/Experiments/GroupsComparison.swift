import Statistics

/// The comparison of the groups of scores in one file.
public enum GroupsComparison {
    /// Reads a CSV or TSV file, `-` meaning standard input, and runs every test on it.
    ///
    /// - Parameter seed: of permutations and bootstrap samples drawn at random.
    public static func record(ofGroupsIn path: String, seed: UInt64) throws -> SignificanceRecord {
        let bytes = try InputFile.bytes(path, purpose: "a CSV file with columns group,score or group,mean,sd,n")
        let file = try GroupsFile(bytes, file: InputFile.name(path))
        return try SignificanceStudy(file, source: InputFile.name(path), settings: .init(seed: seed)).record()
    }
}
