extension WorkList {
    /// How a list would go on so many ranks, each of them as fast as the costs say.
    package struct Forecast: Sendable {
        /// From beginning to end.
        package let seconds: Double
        /// Share of the ranks' time in which they work.
        package let used: Double
        /// Pieces in the order in which they are begun.
        package let order: [Int]
    }

    /// Plays the list through: whoever is free takes what ``take(for:)`` gives it.
    package func forecast(ranks: Int) -> Forecast {
        var list = self
        var order: [Int] = []
        var (now, busy) = (0.0, 0.0)
        var idle = Set(0..<ranks)
        var running = PriorityQueue()   // by time of ending, the earliest first
        var work: [Int: (piece: Int, ranks: [Int], end: Double)] = [:]
        var gathering: [Int: [Int]] = [:]
        var ticket = 0
        func start(_ piece: Int, _ ranks: [Int]) {
            order.append(piece)
            busy += pieces[piece].cost * Double(ranks.count)
            work[ticket] = (piece, ranks, now + pieces[piece].cost)
            running.insert(ticket, -(now + pieces[piece].cost))
            ticket += 1
        }
        while true {
            for rank in list.offers ? idle.sorted() : [] {
                guard list.offers else { break }
                guard let piece = list.take(for: rank) else { continue }
                idle.remove(rank)
                guard let crew = pieces[piece].crew else {
                    start(piece, [rank])
                    continue
                }
                gathering[piece, default: []].append(rank)
                if gathering[piece]?.count == crew.count { start(piece, gathering.removeValue(forKey: piece) ?? []) }
            }
            guard let next = running.removeFirst(), let ended = work.removeValue(forKey: next) else { break }
            now = ended.end
            for rank in ended.ranks { list.finish(ended.piece, by: rank) }
            idle.formUnion(ended.ranks)
        }
        return Forecast(
            seconds: now, used: now > 0 ? busy / (now * Double(max(ranks, 1))) : 1, order: order)
    }
}
