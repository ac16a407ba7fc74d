import Foundation
import SynFiles

/// The page's one script. It is plain XML text (no angle bracket, no ampersand), so that pages stay well-formed.
enum PageScript {
    /// A button in each heading of a sortable table: numbers by size, the largest first, then words; empty cells last.
    static let text: StaticString = """

        (function () {
          function number(cell) {
            var time = cell.textContent.match(/^([0-9]+) (h|min) ([0-9]+) /);
            if (time) { return (time[2] === "h" ? 3600 : 60) * time[1] + (time[2] === "h" ? 60 : 1) * time[3]; }
            var found = cell.textContent.replace(/−/g, "-").match(/^[^0-9a-z-]*(-?[0-9.]+(?:e-?[0-9]+)?)/i);
            return found ? parseFloat(found[1]) : NaN;
          }
          function compare(a, b, sign) {
            var x = number(a), y = number(b);
            if (isNaN(x) ? isNaN(y) : false) { return sign * a.textContent.localeCompare(b.textContent); }
            if (isNaN(x)) { return 1; }
            if (isNaN(y)) { return -1; }
            return sign * (x - y);
          }
          function sort(table, head, place) {
            var down = head.getAttribute("aria-sort") !== "descending";
            table.querySelectorAll("thead th").forEach(function (th) { th.removeAttribute("aria-sort"); });
            head.setAttribute("aria-sort", down ? "descending" : "ascending");
            var body = table.tBodies[0];
            Array.from(body.rows).sort(function (a, b) {
              return compare(a.cells[place], b.cells[place], down ? -1 : 1);
            }).forEach(function (row) { body.appendChild(row); });
          }
          document.querySelectorAll("table.sortable").forEach(function (table) {
            table.querySelectorAll("thead th").forEach(function (head, place) {
              var button = document.createElement("button");
              button.type = "button";
              button.title = "sort by this column";
              while (head.firstChild) { button.appendChild(head.firstChild); }
              head.appendChild(button);
              button.addEventListener("click", function () { sort(table, head, place); });
            });
          });
          window.addEventListener("beforeprint", function () {
            document.querySelectorAll("details").forEach(function (one) { one.open = true; });
          });
        })();

        """

    /// What the page's content policy allows: this script and no other.
    static var hash: String {
        var digest = Digest<SHA256>()
        digest.add("\(text)")
        let digits = Array(digest.hexadecimal)
        let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(digits[$0...($0 + 1)]), radix: 16)
        }
        return Data(bytes).base64EncodedString()
    }
}
