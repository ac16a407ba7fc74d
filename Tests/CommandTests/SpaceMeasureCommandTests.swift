import Foundation
import Testing

/// What is measured on pictures and texts, as commands: forms that scripts rely on, and refusals.
@Suite(
    "Measures of the latent space as commands",
    .enabled(if: CommandRun.program != nil, Comment(rawValue: CommandRun.absent)))
struct SpaceMeasureCommandTests {
    private func refuse(_ code: Int32, _ piece: String, _ arguments: [String]) throws {
        let run = try CommandRun(["space"] + arguments + ["-q"])
        #expect(run.exitCode == code, "\(arguments): \(run.complaints)")
        #expect(run.complaints.split(separator: "\n").count == 1 && run.output.isEmpty, "\(run.complaints)")
        #expect(run.complaints.contains(piece), "\(run.complaints) does not say: \(piece)")
    }

    @Test("experiments without pairs", arguments: ["cone", "sphere"])
    func experiments(_ name: String) throws {
        let run = try CommandRun(["space", "gap", "--experiment", name, "--json", "-q"])
        let record = try #require(run.object, "\(run.complaints)")
        #expect(record["passes"] as? Bool == true && record["experiment"] as? String == name, "\(run.output)")
        #expect((record["rows"] as? [Any])?.count == (name == "cone" ? 10 : 5))
    }

    @Test(
        "every verb on a model and the drawn world",
        .enabled(if: Workplace.has("clip-mini"), Comment(rawValue: Workplace.absent)))
    func verbs() throws {
        let model = Workplace.weights("clip-mini")
        func object(_ verb: String, _ more: [String] = []) throws -> [String: Any] {
            let run = try CommandRun(["space", verb, "--model", model, "--json", "-q"] + more)
            return try #require(run.object, "\(verb): \(run.complaints)")
        }
        let classes = try object("classify", ["--sample", "60", "--task", "sex"])
        #expect((classes["readings"] as? [Any])?.count == 3 && classes["recall_by_class"] != nil)
        let own = try object("classify", ["--sample", "80", "--classes", "black hair", "blond hair"])
        #expect(own["task"] as? String == "named")
        let way = try object("interpolate", ["--sample", "60", "--from", "She is smiling.", "--to", "She has bangs."])
        #expect((way["paths"] as? [Any])?.count == 2)
        let sums = try object(
            "arithmetic",
            [
                "--sample", "60", "--attribute", "Eyeglasses", "--plus", "She has eyeglasses.", "--minus",
                "She smiles.",
            ])
        #expect((sums["changes"] as? [Any])?.count == 1 && (sums["additivity"] as? [Any])?.count == 3)
        let scenes = try object("compose", ["--items", "4"])
        #expect((scenes["parts"] as? [Any])?.count == 2)
        let tokens = try object("tokens", ["--sample", "40"])
        #expect(tokens["places"] != nil && tokens["sentences_behind"] != nil && tokens["printed"] != nil)
        let changes = try object("augment", ["--steps", "8", "--change", "rotate", "noise"])
        #expect((changes["changes"] as? [Any])?.count == 2)
        let initial = try object("gap", ["--experiment", "initial", "--data", "portraits", "--sample", "20"])
        #expect((initial["rows"] as? [Any])?.count == 5)
        let start = try object(
            "gap", ["--experiment", "start", "--data", "portraits", "--sample", "20", "--steps", "1"])
        #expect((start["rows"] as? [Any])?.count == 2)
    }

    @Test(
        "Ctrl-C ends a training with 130, and the same command goes on to what an undisturbed one says",
        .enabled(if: Workplace.has("clip-mini"), Comment(rawValue: Workplace.absent)))
    func stopped() throws {
        let place = try Workplace()
        let line = "$synesthesia space compose --model \(Workplace.weights("clip-mini")) --items 20 --train 20"
        let (code, complaints) = try BehaviourTests().shell(
            """
            \(line) & child=$!
            until [ -e runs/compose-seed-0/states/clip ]; do sleep 0.02; done
            kill -INT $child; wait $child
            """, folder: place.folder)
        #expect(code == 130 && complaints.hasSuffix("the same command goes on from there\n"), "\(complaints)")
        let rest = try BehaviourTests().shell(
            """
            set -e
            \(line) -q --json > again
            [ ! -e runs/compose-seed-0 ]
            \(line) -q --json --work elsewhere > undisturbed
            cmp again undisturbed
            """, folder: place.folder)
        #expect(rest.code == 0 && rest.complaints == "", "\(rest.complaints)")
    }

    @Test("what cannot be is told in a sentence, with its code")
    func refusals() throws {
        let place = try Workplace()
        try refuse(64, "one class alone", ["classify", "--model", "x", "--classes", "dog"])
        try refuse(64, "is named twice", ["classify", "--model", "x", "--classes", "dog", "dog"])
        try refuse(64, "mentions no attribute", ["classify", "--model", "x", "--classes", "dog", "cat"])
        try refuse(64, "exclude each other", ["classify", "--model", "x", "--task", "hair", "--classes", "a", "b"])
        let bare = try place.file("t.txt", "a photo\n")
        try refuse(
            65, "has no {}", ["classify", "--model", "x", "--classes", "black hair", "bangs", "--templates", bare])
        try refuse(64, "belong together", ["interpolate", "--model", "x", "--from", "She is smiling."])
        try refuse(
            64, "no drawn attribute",
            [
                "arithmetic", "--model", "x", "--attribute", "Eyeglass", "--plus", "a", "--minus", "b",
            ])
        try refuse(64, "leave --data out", ["arithmetic", "--model", "x", "--data", "t.csv"])
        try refuse(64, "leave --data out", ["tokens", "--model", "x", "--data", "t.csv"])
        try refuse(64, "must be from 2", ["compose", "--model", "x", "--items", "1"])
        try refuse(64, "must be from 2", ["augment", "--model", "x", "--steps", "1"])
        try refuse(66, "does not exist", ["augment", "--model", "x", "--picture", "none.png"])
        try refuse(64, "nothing to look at", ["gap", "--experiment", "closing"])
        try refuse(64, "give --model with --data", ["gap", "--experiment", "initial"])
        let table = try place.file("t.csv", "image,caption\nnone.png,a dog\nnone2.png,a cat\n")
        let classes = ["--classes", "dog", "cat"]
        let run = try CommandRun(["space", "classify", "--model", "x", "--data", table, "-q"] + classes)
        #expect(run.exitCode == 65 && run.output.isEmpty, "\(run.complaints)")
        #expect(
            run.complaints.contains("t.csv cannot be used as it is")
                && run.complaints.contains("pictures that are not there: 2 (none.png, none2.png)"),
            "\(run.complaints)")
    }

    @Test(
        "a model without a picture tower", .enabled(if: Workplace.has("bert-mini"), Comment(rawValue: Workplace.absent))
    )
    func noTower() throws {
        let run = try CommandRun(["space", "compose", "--model", Workplace.weights("bert-mini"), "-q"])
        #expect(run.exitCode == 65 && run.complaints.split(separator: "\n").count == 1, "\(run.complaints)")
    }
}
