/// Pieces and their ids, by UTF-8 bytes.
struct Vocabulary: Sendable {
    private var table: ByteTable
    private var idOfEntry: [Int32] = []
    private var entryOfID: [Int32] = []   // -1 where an id has no piece

    /// Ids at or above this are taken for a damaged file.
    static let largestID = 1 << 24

    init(expecting count: Int = 0) { table = ByteTable(expecting: count) }

    /// One more than the largest id.
    var size: Int { entryOfID.count }
    /// Pieces, each counted once.
    var count: Int { idOfEntry.count }
    var longestPiece: Int { table.longest }

    /// Gives a piece its id; a piece given twice keeps the later id.
    mutating func add(_ piece: ArraySlice<UInt8>, id: Int32) {
        precondition(id >= 0 && id < Self.largestID)
        let entry = table.insert(piece)
        if entry == idOfEntry.count {
            idOfEntry.append(id)
        } else {
            let old = Int(idOfEntry[entry])
            if entryOfID[old] == entry { entryOfID[old] = -1 }
            idOfEntry[entry] = id
        }
        while entryOfID.count <= id { entryOfID.append(-1) }
        entryOfID[Int(id)] = Int32(entry)
    }

    func id(of piece: ArraySlice<UInt8>) -> Int32? { table.entry(of: piece).map { idOfEntry[$0] } }

    func id(of piece: String) -> Int32? { id(of: Array(piece.utf8)[...]) }

    /// The longest piece that begins these bytes and has more than `least`: its id and how many bytes it has.
    func longestPiece(of bytes: ArraySlice<UInt8>, longerThan least: Int) -> (id: Int32, count: Int)? {
        table.longestPrefix(of: bytes, longerThan: least).map { (idOfEntry[$0], table[$0].count) }
    }

    /// Every piece that begins these bytes, the shortest first: its id and how many bytes it has.
    func forEachPiece(beginning bytes: ArraySlice<UInt8>, _ body: (_ id: Int32, _ count: Int) -> Void) {
        table.forEachPrefix(of: bytes) { body(idOfEntry[$0], table[$0].count) }
    }

    func bytes(of id: Int32) -> ArraySlice<UInt8>? {
        guard id >= 0, id < entryOfID.count, entryOfID[Int(id)] >= 0 else { return nil }
        return table[Int(entryOfID[Int(id)])]
    }
}
