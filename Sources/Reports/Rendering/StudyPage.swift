import Foundation

/// A part of a page under its own heading, with the address that the contents link to.
package struct PageSection: Sendable {
    let id: String
    let heading: String
    /// As the contents call it; nil leaves it out of them.
    let name: String?
    let body: [Markup]

    init(_ id: String, _ heading: String, name: String?, @MarkupBuilder body: () -> [Markup]) {
        (self.id, self.heading, self.name) = (id, heading, name)
        self.body = body()
    }

    init(_ id: String, _ heading: String, @MarkupBuilder body: () -> [Markup]) {
        self.init(id, heading, name: heading, body: body)
    }

    /// - Parameters:
    ///   - prefix: stands before the address where one page has several studies.
    ///   - heading: `h2`, or `h3` below a study's own heading.
    func markup(prefix: String = "", heading level: Tag = .h2) -> Markup {
        Tag.section(["id": prefix + id, "class": level == .h2 ? "part" : "part below"]) {
            level { heading }
            body
        }
    }
}

/// One study as one page.
struct StudyPage {
    /// A link in the contents to a page beside this one.
    struct Link {
        let page: String
        let name: String

        init(page: String, name: String) { (self.page, self.name) = (page, name) }

        /// From a further page of a run.
        init(home: String) { self.init(page: home, name: "Back to the probe") }
    }

    let study: any StudyReport
    /// Where relative picture paths start; nil shows a sentence in each picture's place.
    var folder: URL? = nil
    var before: Link? = nil
    var after: [Link] = []

    /// The file's text.
    var rendered: String {
        let sections = PageParts.sections(of: study, picturesBelow: folder)
        return HTMLPage(title: study.title) {
            Tag.p(["class": "eyebrow"]) { "Synesthesia · \(study.kind)" }
            Tag.h1 { study.title }
            PageParts.opening(study)
            Tag.nav(["aria-label": "Contents"]) {
                if let before { link(before) }
                for section in sections { if let name = section.name { Tag.a(["href": "#\(section.id)"]) { name } } }
                for page in after { link(page) }
            }
        } main: {
            for section in sections { section.markup() }
        } footer: {
            "Made by synesthesia \(study.provenance.toolVersion) on \(study.provenance.date). "
            HTMLPage.footnote
        }.rendered
    }

    private func link(_ link: Link) -> [Markup] {
        HTMLPage.isPlainName(link.page) ? [Tag.a(["href": link.page]) { link.name }] : []
    }
}

/// What the pages of all studies are made of.
enum PageParts {
    /// Subtitle, warning, findings, lead.
    @MarkupBuilder static func opening(_ study: any StudyReport) -> [Markup] {
        Tag.p(["class": "subtitle"]) { study.subtitle }
        if let text = study.warning { warning(text) }
        if let first = study.findings.first { Tag.p(["class": "finding"]) { first } }
        if study.findings.count > 1 { list(Array(study.findings.dropFirst())) }
        Tag.p(["class": "lead"]) { study.lead }
    }

    /// The study's own sections, then what must be known, then the facts.
    static func sections(of study: any StudyReport, picturesBelow folder: URL?) -> [PageSection] {
        var all = study.pageSections(picturesBelow: folder)
        if !study.caveats.isEmpty {
            all.append(PageSection("caveats", "Before quoting a number") { list(study.caveats) })
        }
        return all + [PageSection("settings", "Settings and provenance") { for table in study.facts { folded(table) } }]
    }

    static func list(_ sentences: [String]) -> Markup {
        Tag.ul(["class": "caveats"]) { for sentence in sentences { Tag.li { sentence } } }
    }

    /// A table that opens when its title is chosen.
    static func folded(_ table: TextTable) -> Markup {
        Tag.details {
            Tag.summary { table.title ?? "" }
            table.untitled.markup(kind: "facts")
        }
    }

    static func warning(_ text: String) -> Markup {
        Tag.div(["class": "warning", "role": "note"]) { Tag.p { text } }
    }

    static func terms(_ terms: [ReportSection.Term]) -> Markup {
        Tag.dl {
            for term in terms {
                Tag.dt { term.name }
                Tag.dd { term.text }
            }
        }
    }
}

extension ReportSection {
    /// The section on a page.
    func page(id: String) -> PageSection {
        PageSection(id, heading) {
            for part in parts {
                switch part {
                case .sentence(let text): Tag.p { text }
                case .warning(let text): PageParts.warning(text)
                case .table(let table): Tag.figure { table.markup }
                case .terms(let terms): PageParts.terms(terms)
                }
            }
        }
    }
}
