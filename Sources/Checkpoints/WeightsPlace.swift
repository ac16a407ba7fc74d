import SynFiles

extension Weights {
    /// A tensor that a model cannot be without: its name, and its shape where the settings tell it.
    package struct Needed: Sendable {
        let name: String
        let shape: [Int]?

        package init(_ name: String, _ shape: [Int]? = nil) { (self.name, self.shape) = (name, shape) }
    }

    /// Where a model stands in the checkpoint: the one place below which all that it needs is stored.
    ///
    /// Training programs put a model below any key and beside anything, and put any words in front of its names
    /// (`model_state_dict`, `module.`, `0.auto_model.`); nothing but the names that are needed tells it from the rest.
    /// Of several places, those with the right shapes count. A place that is not one of the usual ones is remarked.
    ///
    /// Where nothing fits, the whole model's place is given, so that reading complains of what is missing. Throws when
    /// several places fit and hold different numbers.
    package func scope(holding needed: [Needed], usually: [String] = [""]) throws -> WeightScope {
        guard !isFresh, let first = needed.first else { return scope }
        let places = storedNames.compactMap { name -> String? in
            guard name.hasSuffix(first.name) else { return nil }
            let before = String(name.dropLast(first.name.count))
            return before.isEmpty || before.hasSuffix(".") ? before : nil
        }
        func fitting(_ fits: (Needed, [Int]) -> Bool) -> [String] {
            places.filter { place in
                needed.allSatisfy { tensor in storedShape(of: place + tensor.name).map { fits(tensor, $0) } ?? false }
            }
        }
        var found = fitting { $0.shape == nil || $0.shape == $1 }
        if found.isEmpty { found = fitting { _, _ in true } }
        if found.isEmpty { found = places }
        let base = scope.path.isEmpty ? "" : scope.path + "."
        guard let place = found.first(where: { $0.hasPrefix(base) }) ?? found.first else { return scope }
        let others = found.filter { other in
            guard other != place, let a = stored(place + first.name), let b = stored(other + first.name) else {
                return other != place
            }
            return !a.isSame(as: b)   // two names of one model
        }
        guard others.isEmpty else { throw ambiguous([place] + others) }
        settle(at: place)
        var around = base
        for wrapper in NamedTensors.wrappers where around.hasSuffix(wrapper) { around.removeLast(wrapper.count) }
        let prefix = place.hasPrefix(around) ? String(place.dropFirst(around.count)) : place
        if !usually.contains(prefix), !place.isEmpty {
            Remarks.tell("\(self.place): the model is read below \(printable(prefix.isEmpty ? place : prefix))")
        }
        return WeightScope(weights: self, path: String(place.dropLast()))
    }

    private func ambiguous(_ places: [String]) -> CheckpointError {
        let choices = places.prefix(10).map { place in
            let count = storedNames.count { $0.hasPrefix(place) }
            return "\(place.isEmpty ? "the top" : printable(String(place.dropLast()))) (\(count) tensors)"
        }
        return CheckpointError(
            "\(place) holds several models that fit: "
                + "\(choices.joined(separator: ", "))\(places.count > 10 ? ", …" : ""). "
                + "Save the one that you mean in a file of its own.")
    }
}

extension WeightScope {
    /// One step up; the whole checkpoint's top stays where it is.
    package var parent: WeightScope {
        guard let end = path.lastIndex(of: ".") else { return WeightScope(weights: weights, path: "") }
        return WeightScope(weights: weights, path: String(path[..<end]))
    }

    /// Says that the model stands here, so that ``Weights/finish(ignoring:)`` refuses what is unread in this place.
    package func settle() { weights.settle(at: path.isEmpty ? "" : path + ".") }

    /// The last word of the path; empty at the top.
    package var lastWord: Substring { path.split(separator: ".").last ?? "" }
}
