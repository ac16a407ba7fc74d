import SynTensors

/// Where the training of an adapter begins, if not as its settings say by themselves.
package enum AdapterStart: Sendable {
    /// At a prefix [K, width], the same for every caption.
    case prefix(Tensor)
    /// At the origin of units, in steps of which it goes on.
    case steps(PrefixUnits)

    /// What an adapter that begins here gives every caption: [K, width].
    func constant(_ count: Int, _ width: Int) -> Tensor {
        switch self {
        case .prefix(let prefix): prefix
        case .steps: .zeros([count, width])
        }
    }

    var units: PrefixUnits? {
        if case .steps(let units) = self { units } else { nil }
    }
}

extension ProbeFeatures {
    /// The silent prefix, where the settings begin there, or units of steps away from it; nil where they do not.
    func start(of settings: AdapterSettings) throws -> AdapterStart? {
        guard settings.initial == .silent else { return nil }
        let count = settings.prefixTokens
        let silent = try silentPrefix(count)
        return settings.precondition
            ? .steps(try prefixUnits(at: silent, "prefix-units-\(count)")) : .prefix(silent)
    }
}
