// Curves along the gap with a mark at the slider's place: losses, and searches.
import { signed } from "./numbers.js";
import { svg } from "./svg.js";

/**
 * @typedef {{values: number[], kind: string}} Curve
 * @typedef {{x: (value: number) => number, y: (value: number) => number, stem: Element, dot: Element}} Plot
 */

/** The drawing and the room around its plot. */
const frame = { width: 400, height: 150, left: 34, right: 8, top: 8, bottom: 34 };

/**
 * @param {HTMLElement} holder
 * @param {number[]} lambdas
 * @param {Curve[]} curves
 * @param {{most: number, levels: number[], ticks: number[], digits: number, label: string, words: string}} axis
 * @returns {Plot}
 */
export function drawCurves(holder, lambdas, curves, axis) {
  const { width, height, left, right, top, bottom } = frame;
  const [first, last] = [lambdas[0], lambdas[lambdas.length - 1]];
  const x = (/** @type {number} */ value) => left + ((value - first) / (last - first || 1)) * (width - left - right);
  const y = (/** @type {number} */ value) => height - bottom - (value / axis.most) * (height - top - bottom);
  const ticks = axis.ticks.map((value) =>
    svg("text", { x: x(value), y: height - bottom + 13, class: "tick middle" }, signed(value, axis.digits)));
  const levels = axis.levels.flatMap((value) => [
    svg("line", { x1: left, x2: width - right, y1: y(value), y2: y(value), class: "grid" }),
    svg("text", { x: left - 6, y: y(value) + 3.5, class: "tick end" }, String(value).replace(/^0\./, ".")),
  ]);
  const paths = curves.map(({ values, kind }) => svg("path", {
    d: values.map((value, k) => `${k ? "L" : "M"}${x(lambdas[k]).toFixed(1)} ${y(value).toFixed(1)}`).join(""), class: "curve " + kind,
  }));
  const dot = svg("circle", { r: 4, class: "dot" });
  const stem = svg("line", { y1: top, y2: height - bottom, class: "stem" });
  holder.replaceChildren(svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": axis.label },
    ...levels, ...ticks, ...paths, stem, dot, svg("text", { x: left, y: height - 4, class: "tick" }, axis.words)));
  return { x, y, stem, dot };
}

/**
 * Puts the mark where the slider is; none where the state is not along the gap.
 * @param {Plot} plot
 * @param {number | null} lambda
 * @param {number | null} value none leaves the dot away
 */
export function mark(plot, lambda, value) {
  const { x, y, stem, dot } = plot;
  stem.setAttribute("visibility", lambda === null ? "hidden" : "visible");
  dot.setAttribute("visibility", lambda === null || value === null ? "hidden" : "visible");
  if (lambda === null) return;
  for (const name of ["x1", "x2"]) stem.setAttribute(name, String(x(lambda)));
  dot.setAttribute("cx", String(x(lambda)));
  if (value !== null) dot.setAttribute("cy", String(y(value)));
}
