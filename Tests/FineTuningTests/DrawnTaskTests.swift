import SynFineTuning
import SynPortraits
import Testing

@Suite struct DrawnTaskTests {
    @Test(arguments: DrawnTask.allCases)
    func asManyOfEitherAnswer(task: DrawnTask) throws {
        let data = try task.data(train: 200, development: 100)
        #expect(data.train.count == 200 && data.development[0].examples.count == 100)
        #expect(data.train.count { $0.answer == 1 } == 100)
        #expect(data.train.allSatisfy { ($0.second != nil) == (task == .samePortrait) })
        // The seed alone decides.
        #expect(try task.data(train: 200, development: 100).train == data.train)
        #expect(try task.data(train: 200, development: 100, seed: 1).train != data.train)
        #expect(Set(data.train.map(\.first)).count > 100)
    }

    @Test func smilingIsSaid() throws {
        for example in try DrawnTask.smiling.data(train: 200, development: 2).train {
            #expect(example.first.contains("smiling") == (example.answer == 1))
        }
    }

    /// A bag of words tells nothing: the words of scrambled captions are captions' words.
    @Test func wordOrderKeepsTheWords() throws {
        let data = try DrawnTask.wordOrder.data(train: 400, development: 2)
        let words = Set(data.train.filter { $0.answer == 1 }.flatMap { $0.first.split(separator: " ") })
        let mixed = data.train.filter { $0.answer == 0 }
        let strange = mixed.flatMap { $0.first.split(separator: " ") }.count { !words.contains($0) }
        #expect(strange < 5, "\(strange) words of scrambled captions stand in no whole one")
        #expect(!mixed.contains { $0.first.hasPrefix("this person has") })
    }

    /// Exactly one verb is exchanged, missing or doubled.
    @Test func grammarBreaksOneVerb() throws {
        let verbs: Set<Substring> = ["has", "is", "wears", "wearing"]
        var kinds: Set<String> = []
        for example in try DrawnTask.grammar.data(train: 300, development: 2).train where example.answer == 0 {
            let words = example.first.split(separator: " ")
            let doubled = zip(words, words.dropFirst()).contains { $0 == $1 && verbs.contains($0) }
            kinds.insert(doubled ? "doubled" : "other")
            #expect(words.count >= 4)
        }
        #expect(kinds == ["doubled", "other"])
    }
}
