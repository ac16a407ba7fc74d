// How the four kinds of cosines are spread.
import { short } from "./numbers.js";
import { bins } from "./searches.js";
import { svg } from "./svg.js";

/** The lowest cosine of the axis, chosen once, so that the axis stays; 0 until then. */
let lowest = 0;

/**
 * @param {HTMLElement} holder
 * @param {import("./space.js").Figures | null} figures of the state
 */
export function showSpread(holder, figures) {
  const [width, height, bottom] = [400, 150, 34];
  const names = ["picture–picture", "caption–caption", "partners", "other pairs"];
  const kinds = ["image", "text", "partner", "other"];
  if (figures && !lowest) {
    const all = figures.histograms.flat().reduce((sum, one) => sum + one, 0);
    const below = figures.histograms.reduce((sum, one) => sum + one.slice(0, 28).reduce((part, k) => part + k, 0), 0);
    lowest = below > 0.002 * all ? -1 : -0.3;
  }
  const low = lowest || -0.3;
  const x = (/** @type {number} */ value) => 6 + ((value - low) / (bins.high - low)) * (width - 12);
  const curves = (figures ? figures.histograms : []).map((counts, kind) => {
    const total = counts.reduce((sum, one) => sum + one, 0) || 1;
    const step = (bins.high - bins.low) / bins.count;
    const d = counts.map((one, k) => ({ one, value: bins.low + (k + 0.5) * step })).filter(({ value }) => value > low)
      .map(({ one, value }, k) => `${k ? "L" : "M"}${x(value).toFixed(1)} `
        + (height - bottom - Math.min(one / total / 0.3, 1) * (height - bottom - 6)).toFixed(1)).join("");
    return svg("path", { d, class: "curve spread " + kinds[kind] });
  });
  const ticks = (low < -0.5 ? [-1, -0.5, 0, 0.5, 1] : [0, 0.25, 0.5, 0.75, 1]).map((value) => svg("text", {
    x: Math.min(Math.max(x(value), 14), width - 14), y: height - bottom + 13, class: "tick middle",
  }, short(value, 2)));
  let at = 6;
  const key = names.flatMap((name, kind) => {
    const parts = [svg("line", { x1: at, x2: at + 14, y1: height - 7, y2: height - 7, class: "curve spread " + kinds[kind] }),
      svg("text", { x: at + 18, y: height - 4, class: "tick" }, name)];
    at += 28 + name.length * 5.6;
    return parts;
  });
  holder.replaceChildren(svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img",
    "aria-label": "Shares of cosines by kind of pair" },
    svg("line", { x1: 6, x2: width - 6, y1: height - bottom, y2: height - bottom, class: "grid" }), ...curves, ...ticks, ...key));
}
