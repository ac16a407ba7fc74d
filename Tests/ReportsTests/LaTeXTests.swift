import SynReports
import Testing

@Suite("Tables for LaTeX")
struct LaTeXTests {
    @Test("no text brings a command, a comment, a group or a column")
    func escaping() {
        #expect(
            LaTeX.escaped(#"50 % & $x_1$ #{a} ~^ \end"#)
                == ##"50 \% \& \$x\_1\$ \#\{a\} \textasciitilde{}\textasciicircum{} \textbackslash{}end"##)
        #expect(LaTeX.escaped("1 ± 2 × −3 [4] <5>") == #"1 $\pm$ 2 $\times$ $-$3 {[}4{]} \textless{}5\textgreater{}"#)
        #expect(LaTeX.escaped("--limit | \"5\" ≥ 4 → 3") == #"-{}-limit \textbar{} ''5'' $\geq$ 4 $\to$ 3"#)
        #expect(LaTeX.escaped("a\nb\u{1B}[2J").contains("\n") == false)
    }

    @Test("booktabs' rules, one alignment a column, as many cells in each row")
    func structure() {
        let table = TextTable(
            "A & B", columns: [.init("Name"), .init("Score ↑", .right)], rows: [["x_1", "1"], ["y", "2"], ["short"]],
            notes: ["50 %"])
        #expect(
            table.latex == #"""
                \begin{table}
                  \centering
                  \caption{A \& B}
                  \begin{tabular}{lr}
                    \toprule
                    Name & Score $\uparrow$ \\
                    \midrule
                    x\_1 & 1 \\
                    y & \textbf{2} \\
                    short &  \\
                    \bottomrule
                  \end{tabular}

                  \par\smallskip\begin{minipage}{\linewidth}\footnotesize
                    50 \%\par
                  \end{minipage}
                \end{table}

                """#)
        #expect(table.csv == "Name,Score ↑\nx_1,1\ny,2\nshort,\n")
    }

    @Test("more rows than a page are a table that breaks over pages")
    func long() {
        let table = TextTable("T", columns: [.init("A")], rows: (0..<41).map { ["\($0)"] }, notes: ["n"])
        #expect(
            table.latex.hasPrefix(
                "\\begin{longtable}{l}\n  \\caption{T} \\\\\n    \\toprule\n    A \\\\\n    \\midrule\n    \\endhead\n")
        )
        #expect(table.latex.hasSuffix("    40 \\\\\n\\end{longtable}\n{\\footnotesize\n    n\\par\n}\n"))
    }

    @Test("numbers in CSV are numbers")
    func csv() {
        let table = TextTable(
            nil, columns: [.init("A"), .init("B"), .init("C")], rows: [["−1.5", "−1.5 (−2\u{A0}to\u{A0}1)", "–"]])
        #expect(table.csv == "A,B,C\n-1.5,−1.5 (−2 to 1),\n")
    }
}
