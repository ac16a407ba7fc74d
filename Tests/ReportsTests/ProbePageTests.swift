import Foundation
import SynReports
import TestSupport
import Testing

@Suite struct ProbePageTests {
    @Test func isOneWellFormedFileThatAsksForNothing() throws {
        let page = ProbePage(MadeUpReport.whole()).rendered
        let read = WellFormed(page)
        #expect(read.problem == nil)
        #expect(read.elements["script"] == 1)
        // The policy lets no other script run, not even one in an address.
        #expect(page.contains("script-src &#39;sha256-") && page.contains("default-src &#39;none&#39;"))
        #expect(read.elements["link"] == nil)
        for match in page.matches(of: /(?:src|href)="([^"]*)"/) {
            #expect(match.1.hasPrefix("data:image/png;base64,") || match.1.hasPrefix("#"))
        }
        #expect(!page.contains("url("))
    }

    @Test func captionsStayWords() {
        let page = ProbePage(MadeUpReport.whole()).rendered
        #expect(page.contains("&lt;script&gt;alert(&#39;no&#39;)&lt;/script&gt;"))
        #expect(WellFormed(page).words.contains("<script>alert('no')</script>"))
        #expect(page.contains("slightly open 🙂."))
    }

    /// A drawing for phones beside one for wide screens: the style must know both classes, or both are shown.
    @Test func oneOfTwoDrawingsIsShown() {
        let page = ProbePage(MadeUpReport.whole()).rendered
        #expect(page.contains("narrow-only\"") && page.contains(".narrow-only { display: none; }"))
        #expect(page.contains("wide-only\"") && page.contains(".wide-only { display: none; }"))
    }

    @Test func hasEveryPart() {
        let words = WellFormed(ProbePage(MadeUpReport.whole()).rendered).words
        for part in [
            "Scores", "Training", "Do the groups differ?", "A note on the judge", "Pictures", "Stronger steering",
            "Before quoting a number", "Settings and provenance", "Seeds of one encoder are not independent encoders",
            "Paired t: The groups share no encoder and seed.", "adapter.learning-rate",
            "A Processor That Does Not Exist",
            "K = 4, W = 3", "mentions wavy hair · brown hair", "images/not-there.png",
        ] {
            #expect(words.contains(part), "the page lacks “\(part)”")
        }
    }

    @Test func picturesComeFromBelowTheFolderOnly() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let run = folder.appending(path: "run")
        try FileManager.default.createDirectory(
            at: run.appending(path: "images"), withIntermediateDirectories: true)
        try MadeUpReport.face(1, 2).write(to: run.appending(path: "images/a.png"))
        try MadeUpReport.face(1, 2).write(to: folder.appending(path: "outside.png"))
        try Data("root:x:0:0".utf8).write(to: run.appending(path: "secret.png"))

        #expect(try ImageSource.path("images/a.png").dataURI(below: run).get().hasPrefix("data:image/png;base64,iVBOR"))
        func sentence(_ path: String) -> String {
            if case .failure(let missing) = ImageSource.path(path).dataURI(below: run) {
                missing.description
            } else {
                ""
            }
        }
        #expect(sentence("../outside.png") == "../outside.png lies outside the report's folder")
        #expect(sentence("/etc/hostname") == "/etc/hostname lies outside the report's folder")
        try FileManager.default.createSymbolicLink(
            at: run.appending(path: "images/link.png"), withDestinationURL: folder.appending(path: "outside.png"))
        #expect(sentence("images/link.png") == "images/link.png lies outside the report's folder")
        #expect(mkfifo(run.appending(path: "images/pipe.png").path, 0o600) == 0)
        #expect(sentence("images/pipe.png") == "images/pipe.png is missing")
        #expect(sentence("images") == "images is missing")
        #expect(sentence("images/a.png\u{0}/../../outside.png").hasSuffix("lies outside the report's folder"))
        #expect(sentence("secret.png") == "secret.png is neither PNG nor JPEG")
        #expect(sentence("images/b.png") == "images/b.png is missing")
    }

    @Test func everyPictureSaysWhoseItIs() {
        var report = MadeUpReport.whole()
        report.galleryChoice = "Captions: the first three."
        let page = ProbePage(report).rendered
        #expect(page.contains("alt=\"real picture, CLIP-Score "))
        #expect(page.firstMatch(of: /alt="clip-small, seed 0, CLIP-Score 2\d\.\d: The woman has wavy hair/) != nil)
        #expect(page.firstMatch(of: /alt="bert-small, K = 4, W = 3, CLIP-Score 2\d\.\d: The woman/) != nil)
        let alternatives = page.matches(of: /alt="([^"]*)"/).map { String($0.1) }
        let gallery = alternatives.filter { $0.contains(", seed ") }
        #expect(Set(gallery).count == gallery.count && gallery.count == 14)
        #expect(WellFormed(page).words.contains("All are drawn with seed 0. Captions: the first three."))
    }

    @Test func secondPagesAreFilesBesideThePage() {
        var report = MadeUpReport.whole()
        report.secondPage = "text.html"
        report.thirdPage = "glue.html"
        for page in ["text", "glue"] { #expect(ProbePage(report).rendered.contains("href=\"\(page).html\"")) }
        for hostile in [
            "javascript:alert(1)", "https://example.org/x.html", "../text.html", "a/b.html", "//x.html", "text.html?x",
        ] {
            report.secondPage = hostile
            #expect(!ProbePage(report).rendered.contains("Second page"), "\(hostile)")
        }
    }

    @Test func tablesMarkTheBestAndSort() throws {
        let table = TextTable(
            columns: [.init("Encoder"), .init("Score ↑", .right), .init("FID ↓", .right), .init("Pairs", .right)],
            rows: [
                ["a", "−1.00 ± 0.50", "9.1", "10"], ["b", "4.98 ± 2.28", "7.0", "20"],
                ["real pairs", "57.40", "0.0", "30"],
                ["their reconstructions", "54.55", "0.1", "30"],
                ["c", "undefined", "", "40"],
            ])
        #expect(
            table.markdown.contains("| b                     | **4.98 ± 2.28** | **7.0** |    20 |"),
            "\(table.markdown)")
        #expect(!table.terminal.contains("*"))
        let page = ProbePage(MadeUpReport.whole()).rendered
        #expect(page.contains("<table class=\"sortable\">") && page.contains("<strong>"))
    }

    @Test func absurdNumbersStayShort() {
        var report = MadeUpReport.whole()
        for place in report.scores.indices {
            report.scores[place].clipScore = place % 2 == 0 ? 1e300 : -1e300
            report.scores[place].fid = .infinity
            report.scores[place].n = .max
            report.scores[place].seconds = -1e300
        }
        report.groundTruth?.clipScore = .nan
        let page = ProbePage(report).rendered
        #expect(WellFormed(page).problem == nil)
        #expect(!page.contains(">nan") && !page.contains("00000000000000000"))
        #expect(report.terminal.split(separator: "\n").allSatisfy { $0.count < 300 })
    }

    @Test func anEmptyReportIsStillAPage() {
        var report = MadeUpReport.whole()
        report.scores = []
        report.curves = []
        report.gallery = []
        report.sections = []
        report.significance = nil
        report.ablation = nil
        report.caveats = []
        report.settings = []
        let read = WellFormed(ProbePage(report).rendered)
        #expect(read.problem == nil)
        #expect(read.elements["svg"] == nil && read.elements["img"] == nil)
        #expect(!read.words.contains("Pictures") && !read.words.contains("Highest"))
        #expect(report.terminal.hasPrefix("Made-up numbers"))
        #expect(report.markdown.contains("## Provenance"))
    }

    @Test func galleryRowsMayLackEncoders() {
        var report = MadeUpReport.whole()
        report.gallery[0].pictures.removeFirst(3)
        report.gallery[0].original = nil
        report.gallery.append(GalleryRow(caption: "nobody drew this"))
        let read = WellFormed(ProbePage(report).rendered)
        #expect(read.problem == nil)
        #expect(read.words.contains("nobody drew this"))
    }

    @Test func seedsAreNamedWhenThereAreSeveral() {
        var report = MadeUpReport.whole()
        #expect(!WellFormed(ProbePage(report).rendered).words.contains("seed 41"))
        report.gallery[0].pictures.append(
            GalleryPicture(encoder: "bert-mini", seed: 41, picture: Picture(.data(MadeUpReport.face(3, 4)))))
        #expect(WellFormed(ProbePage(report).rendered).words.contains("seed 41"))
    }

    @Test func aPartialRunSaysSo() {
        var report = MadeUpReport.whole()
        report.partial = true
        for text in [ProbePage(report).rendered, report.markdown, report.terminal] {
            #expect(text.contains("Only part of the captions was used"))
        }
    }
}
