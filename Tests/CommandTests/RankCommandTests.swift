import Foundation
import TestSupport
import Testing

/// A probe on several ranks by mpirun, held against the same on one process: `Scripts/rank-test`.
@Suite("Several ranks", .enabled(if: CommandRun.program != nil, Comment(rawValue: CommandRun.absent)))
struct RankCommandTests {
    private static let tools = ["/usr/bin/mpirun", "/usr/bin/mpicc"]
    private static let hasMPI = tools.allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }

    @Test(
        "Two ranks, one adapter on three, and kills: everything is as one process makes it, to the bit",
        .enabled(if: hasMPI, "mpirun and mpicc are not here; on Debian: apt-get install openmpi-bin libopenmpi-dev"),
        .enabled(
            if: Workplace.has("bert-mini", "clip-mini", "decoder", "inception-mini"),
            Comment(rawValue: Workplace.absent)))
    func ranks() throws {
        let place = try Workplace()
        let script = Fixture.package.appending(path: "Scripts/rank-test").path
        let (code, complaints) = try BehaviourTests().shell(
            "SYNESTHESIA=$synesthesia \(script) --quick > table.md", folder: place.folder)
        print((try? String(contentsOf: place["table.md"], encoding: .utf8)) ?? "no table")
        #expect(code == 0, "\(complaints)")
    }

    /// Text studies, fine-tunings and ablations take their work from the same list: the record says what one process's
    /// says but for times, each piece is done by one rank, and a killed job is gone on with.
    @Test(
        "Studies on two ranks end as on one",
        .enabled(if: hasMPI, "mpirun and mpicc are not here; on Debian: apt-get install openmpi-bin libopenmpi-dev"),
        .enabled(if: Workplace.has("bert-mini", "clip-mini"), Comment(rawValue: Workplace.absent)))
    func studies() throws {
        let place = try Workplace()
        let scripts = Fixture.package.appending(path: "Scripts").path
        let text = TextStudyCommandTests.self
        let (code, complaints) = try BehaviourTests().shell(
            """
            \(scripts)/mpi-plugin . > log || exit 9
            export SYNESTHESIA_MPI=$PWD/synesthesia-mpi.so OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive
            export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_mpi_yield_when_idle=1
            ranks() { timeout 200 mpirun --oversubscribe --bind-to none -n 2 $synesthesia "$@"; }
            text="study text --sample 20 --data \(text.data) --encoder \(text.encoder("bert")) \(text.encoder("gpt2"))"
            glue="study glue --task smiling grammar --seeds 1,2 --limit 64 --encoder \(Workplace.weights("bert-mini"))"
            space="space ablation --seeds 1 --steps 3 --batch 4 --pairs 20 --factors-only"
            pairs="study space --model \(Workplace.weights("clip-mini")) --data portraits --sample 300"
            for what in text glue space pairs; do
                [ $what = space ] && threads="--threads 1" || threads=
                $synesthesia ${!what} $threads --out $what-alone -q > $what-alone.txt || exit 1
                ranks ${!what} $threads --out $what-ranks > $what-ranks.txt 2> $what-ranks.log || { cat $what-ranks.log; exit 2; }
            done
            for pair in text/text glue/glue space/ablation pairs/space; do
                what=${pair%/*}; file=${pair#*/}.json
                plain() { sed -E '/"(seconds|date|cpu|threads)"/d; s/'$what'-(alone|ranks)//g' $1; }
                diff <(plain $what-alone/$file) <(plain $what-ranks/$file) > differences || { head -20 differences; exit 3; }
            done
            grep -q "2 ranks" glue-ranks.log || { cat glue-ranks.log; exit 4; }
            ranks ${glue/1,2/1,2,3,4} --out killed > log 2>&1 & job=$!
            for ((i = 0; i < 400; i++)); do compgen -G "killed/*/*/seed-*/result.json" > names && break; sleep 0.05; done
            kill -KILL $(pgrep -P $(pgrep -P $(pgrep -P $job)) | head -n 1)   # one rank of mpirun of timeout
            wait $job && exit 5
            ranks ${glue/1,2/1,2,3,4} --out killed -q > log 2>&1 || { cat log; exit 6; }
            $synesthesia ${glue/1,2/1,2,3,4} --out whole -q > log
            timeless() { sed -E '/"stages"/,/]/d; /"(seconds|date)"/d' $1/glue.json; }
            diff <(timeless whole) <(timeless killed) || exit 7
            """, folder: place.folder)
        #expect(code == 0, "\(complaints)")
    }

    /// Settings whose models nobody has.
    private static let settings = """
        name: plan
        seeds: [1, 2]
        decoder: no/such-decoder
        encoders:
          - {name: a, path: no/such-encoder, style: bert}
          - {name: random, style: random, size: 16}
        data: {train: 640, validation: 70}
        adapter: {steps: 10, batch: 8}
        sampling: {captions: 64, batch: 8}
        scores: {clip: no/such-clip, inception: no/such-inception}

        """

    /// A rank without the plug-in must not do all the work by itself, once for every rank.
    @Test func ranksWithoutAPluginComplain() throws {
        let place = try Workplace()
        let settings = try place.file("plan.yaml", Self.settings)
        let run = try CommandRun(
            ["probe", settings],
            environment: ["OMPI_COMM_WORLD_SIZE": "2", "SYNESTHESIA_MPI": "/nonexistent/synesthesia-mpi.so"])
        #expect(run.exitCode == 1 && run.output.isEmpty)
        #expect(run.complaints.contains("/nonexistent/synesthesia-mpi.so cannot be opened"), "\(run.complaints)")
    }

    @Test func planNeedsNoModel() throws {
        let place = try Workplace()
        let settings = try place.file("plan.yaml", Self.settings)
        let run = try CommandRun(["plan", settings, "--ranks", "4", "--json", "--set", "output=\(place.path("run"))"])
        #expect(run.exitCode == 0, "\(run.complaints)")
        let record = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        let stages = try #require(record["stages"] as? [[String: Any]])
        // 10 shards of 64 and the join, 2 and the join; two encoders with two seeds; 8 batches each, judged in one
        // piece and scored in another, beside the references and the real pictures.
        #expect(stages.map { $0["pieces"] as? Int } == [14, stages[1]["pieces"] as? Int, 4, 32, 10])
        #expect(stages.allSatisfy { $0["measured"] as? Bool == false && $0["done"] as? Int == 0 })
        let forecasts = try #require(record["forecasts"] as? [[String: Any]])
        let seconds = forecasts.compactMap { $0["seconds"] as? Double }
        #expect(forecasts.compactMap { $0["ranks"] as? Int } == [1, 2, 4, 8, 16, 32, 64, 128, 256])
        #expect(zip(seconds, seconds.dropFirst()).allSatisfy { $0 >= $1 } && seconds[0] > 2 * seconds[2])
        #expect(!FileManager.default.fileExists(atPath: place.path("run")))
        let wrong = try CommandRun(["plan", settings, "--ranks", "0"])
        #expect(wrong.exitCode == 64)
        let nowhere = try CommandRun(["plan", settings, "--from", place.path("nowhere")])
        #expect(nowhere.exitCode == 66)
    }
}
