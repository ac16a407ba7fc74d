import Foundation
import SynLatentSpace
import SynReports
import SynTensors
import TestSupport
import Testing

/// The interactive page's parts without a browser.
@Suite("The parts of the latent space's page")
struct ExplorerPageTests {
    private func pairs(_ n: Int, _ width: Int) throws -> PairedVectors {
        var stream = RandomStream(seed: 9, purpose: "page")
        let images = (0..<n * width).map { _ in Double(stream.normal()) }
        let texts = images.map { $0 + Double(stream.normal()) + 0.3 }
        return try PairedVectors(
            images: DoubleMatrix(images, rows: n, columns: width),
            texts: DoubleMatrix(texts, rows: n, columns: width), source: "made up")
    }

    @Test("modules read only what stands above them, and no name is declared twice")
    func modules() throws {
        var exported: [String: Set<String>] = [:]
        var declared: [String: String] = [:]
        #expect(ExplorerScript.modules.count > 10)
        for module in ExplorerScript.modules {
            for line in module.text.split(separator: "\n") {
                if let found = line.wholeMatch(of: /import \{ (.+) \} from "\.\/(.+)";/) {
                    let from = try #require(
                        exported[String(found.2)], "\(module.name) reads \(found.2), which is not above")
                    for name in found.1.split(separator: ", ") {
                        #expect(from.contains(String(name)), "\(found.2) has no \(name)")
                    }
                } else {
                    #expect(!line.hasPrefix("import "), "\(module.name): \(line)")
                }
                guard let found = line.prefixMatch(of: /(export )?(?:async )?(?:function|class|const|let) (\w+)/) else {
                    continue
                }
                let name = String(found.2)
                #expect(declared[name] == nil, "\(module.name) and \(declared[name] ?? "") both declare \(name)")
                declared[name] = module.name
                if found.1 != nil { exported[module.name, default: []].insert(name) }
            }
            exported[module.name, default: []].formUnion([])
        }
        let joined = ExplorerScript.joined(ExplorerScript.modules)
        #expect(!joined.contains("\nimport ") && !joined.contains("\nexport "))
    }

    @Test(
        "stored vectors: cosines of bytes and of 16 bits", arguments: [(StoredVectors.Form.int8, 3e-3), (.int16, 1e-5)])
    func stored(_ form: StoredVectors.Form, _ tolerance: Double) throws {
        let pairs = try pairs(40, 512)
        let stored = StoredVectors(pairs, form: form)
        let width = stored.columns
        let numbers: [Double] = stored.bytes.withUnsafeBytes { bytes in
            form == .int8
                ? bytes.bindMemory(to: Int8.self).map(Double.init) : bytes.bindMemory(to: Int16.self).map(Double.init)
        }
        var worst = 0.0
        let exact = pairs.stacked
        for i in 0..<80 {
            for j in 0..<i {
                var (told, kept) = (0.0, 0.0)
                for k in 0..<512 { told += exact[i, k] * exact[j, k] }
                for k in 0..<width { kept += numbers[i * width + k] * numbers[j * width + k] }
                worst = max(worst, abs(told - kept * Double(stored.steps[i]) * Double(stored.steps[j])))
            }
        }
        print("\(form): cosines within \(worst)")
        #expect(worst < tolerance && worst > 0)
    }

    @Test("a turned and mirrored map is laid back onto itself")
    func procrustes() throws {
        var stream = RandomStream(seed: 4, purpose: "map")
        let map = DoubleMatrix((0..<40).map { _ in Double(stream.normal()) }, rows: 20, columns: 2)
        let (c, s) = (cos(0.7), sin(0.7))
        for mirror in [1.0, -1.0] {
            let turned = DoubleMatrix(
                (0..<20).flatMap { i in
                    let (x, y) = (2 * map[i, 0], 2 * mirror * map[i, 1])
                    return [c * x - s * y + 5, s * x + c * y - 3]
                }, rows: 20, columns: 2)
            let back = Procrustes.aligned(turned, onto: map, scales: true)
            #expect(zip(back.values, map.values).allSatisfy { abs($0 - $1) < 1e-12 })
        }
    }

    @Test("captions with markup stay text; the policy forbids every request; tables without scripts")
    func page() throws {
        var captions = (0..<12).map { "a dog number \($0)" }
        captions[3] = "</script><script>alert(1)</script><!-- a <b>cat</b> & 'mouse'"
        let input = try LatentSpaceInput(pairs: pairs(12, 8), captions: captions)
        let page = try SpaceExploration(input).page { _, _, _ in }
        let text = String(decoding: try page.rendered(), as: UTF8.self)
        #expect(!text.contains("alert(1)</script>") && text.contains("\\u003c/script>"))
        #expect(text.ranges(of: "<script").count == text.ranges(of: "</script>").count)
        #expect(text.contains("default-src 'none'") && !text.contains("connect-src"))
        let plain = try #require(text.firstRange(of: "<noscript>").map { text[$0.upperBound...] })
        #expect(plain.contains("<table") && plain.contains("<svg"))
        #expect(page.facts.searches.count == 26 && page.facts.searches[5].lambda == 0)
        #expect(page.facts.searches[5].imageToText[0] == page.facts.gap.retrieval.asTrained.imageToText.r1)
        #expect(page.facts.maps.count == 12 && page.facts.clusters.sizes.reduce(0, +) == 12)
    }
}
