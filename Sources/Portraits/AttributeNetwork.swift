/// A Bayesian network over the forty attributes: how often each is true, given a few that were drawn before.
///
/// Its figures follow CelebA-HQ (see `Tests/Fixtures/portraits/frequencies.py`); the faces do not.
struct AttributeNetwork: Sendable {
    struct Node: Sendable {
        let attribute: PortraitAttribute
        let parents: [PortraitAttribute]
        /// Probability of "yes" in 1/10000 for each combination of parents, first parent the highest bit.
        let yes: [UInt16]

        init(_ attribute: PortraitAttribute, given parents: [PortraitAttribute], yes: [UInt16]) {
            precondition(yes.count == 1 << parents.count, "A table of \(attribute) has a wrong length.")
            self.attribute = attribute
            self.parents = parents
            self.yes = yes
        }
    }

    /// Parents come before children.
    let nodes: [Node]

    /// Ancestral sampling, then the consistency rules.
    func sample(with stream: inout PortraitStream) -> PortraitAttributes {
        var attributes = PortraitAttributes()
        for node in nodes {
            var row = 0
            for parent in node.parents { row = row << 1 | (attributes[parent] ? 1 : 0) }
            attributes[node.attribute] = stream.chance(Float(node.yes[row]) / 10_000)
        }
        attributes.makeConsistent()
        return attributes
    }
}
