/// Pieces of work that need each other, and which of them may be begun: those first that the most work still hangs on,
/// so that the end is not one process working alone.
///
/// It decides nothing but the order. Who hands it out to processes is ``WorkServer``; how long it would take so many of
/// them is ``forecast(ranks:)``.
package struct WorkList: Sendable {
    package struct Piece: Sendable {
        package let name: String
        /// Seconds that it takes, about; only compared.
        package let cost: Double
        /// Pieces before this one in the list that must be finished first.
        package let needs: [Int]
        /// The ranks that do it together; nil where any one does.
        package let crew: Range<Int>?

        package init(_ name: String, cost: Double, needs: [Int] = [], crew: Range<Int>? = nil) {
            (self.name, self.cost, self.needs, self.crew) = (name, cost, needs, crew)
        }
    }

    package let pieces: [Piece]
    /// Seconds from a piece's beginning to the end of the longest chain that follows from it.
    package let urgency: [Double]
    private var followers: [[Int]]
    private var missing: [Int]
    private var isDone: [Bool]
    private var ready: PriorityQueue
    /// Of pieces for crews that may be begun, the members that have not come for them yet.
    private var crews: [(piece: Int, absent: Set<Int>)] = []
    /// Of pieces that crews do, the members that are not done with them, where some are.
    private var atWork: [Int: Set<Int>] = [:]
    package private(set) var doneCount = 0

    /// - Parameter done: pieces that need not be done again.
    package init(_ pieces: [Piece], done: Set<Int> = []) {
        self.pieces = pieces
        var followers = [[Int]](repeating: [], count: pieces.count)
        for (number, piece) in pieces.enumerated() {
            for need in piece.needs where need < number { followers[need].append(number) }
        }
        var urgency = pieces.map(\.cost)
        for number in pieces.indices.reversed() {
            urgency[number] += followers[number].map { urgency[$0] }.max() ?? 0
        }
        (self.followers, self.urgency) = (followers, urgency)
        missing = pieces.enumerated().map { number, piece in piece.needs.count { $0 < number && !done.contains($0) } }
        isDone = pieces.indices.map(done.contains)
        doneCount = done.count { pieces.indices.contains($0) }
        ready = PriorityQueue()
        for number in pieces.indices where !isDone[number] && missing[number] == 0 { open(number) }
    }

    package var isFinished: Bool { doneCount == pieces.count }

    /// Seconds of work that are left, about.
    package var left: Double { zip(pieces, isDone).reduce(0) { $1.1 ? $0 : $0 + $1.0.cost } }

    package func isDone(_ number: Int) -> Bool { isDone[number] }

    /// Whether there is a piece that somebody may begin now.
    var offers: Bool { !ready.isEmpty || !crews.isEmpty }

    /// The piece that a rank should begin now; nil where it has to wait for others, or where all are done.
    package mutating func take(for rank: Int) -> Int? {
        if let place = crews.firstIndex(where: { $0.absent.contains(rank) }) {
            let piece = crews[place].piece
            crews[place].absent.remove(rank)
            if crews[place].absent.isEmpty { crews.remove(at: place) }
            return piece
        }
        return ready.removeFirst()
    }

    /// A rank has finished its part of a piece. What a crew does together is done when all of its members have: the one
    /// that writes the result may be the last.
    package mutating func finish(_ number: Int, by rank: Int) {
        guard pieces.indices.contains(number), !isDone[number] else { return }
        if let crew = pieces[number].crew {
            atWork[number, default: Set(crew)].remove(rank)
            guard atWork[number]?.isEmpty == true else { return }
            atWork[number] = nil
        }
        isDone[number] = true
        doneCount += 1
        for follower in followers[number] {
            missing[follower] -= 1
            if missing[follower] == 0, !isDone[follower] { open(follower) }
        }
    }

    private mutating func open(_ number: Int) {
        if let crew = pieces[number].crew {
            crews.append((number, Set(crew)))
        } else {
            ready.insert(number, urgency[number])
        }
    }
}

/// Numbers by urgency, the highest first; of equally urgent ones the lower number: a binary heap.
struct PriorityQueue: Sendable {
    private var heap: [(number: Int, urgency: Double)] = []

    private func isBefore(_ a: Int, _ b: Int) -> Bool {
        (heap[a].urgency, -heap[a].number) > (heap[b].urgency, -heap[b].number)
    }

    var isEmpty: Bool { heap.isEmpty }

    mutating func insert(_ number: Int, _ urgency: Double) {
        heap.append((number, urgency))
        var place = heap.count - 1
        while place > 0, isBefore(place, (place - 1) / 2) {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    mutating func removeFirst() -> Int? {
        guard let first = heap.first else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var place = 0
        while true {
            let children = [2 * place + 1, 2 * place + 2].filter { $0 < heap.count }
            guard let child = children.min(by: { isBefore($0, $1) }), isBefore(child, place) else {
                return first.number
            }
            heap.swapAt(place, child)
            place = child
        }
    }
}
