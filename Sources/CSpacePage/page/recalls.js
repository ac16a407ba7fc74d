// How often searches find the partner, as bars.
import { short } from "./numbers.js";
import { svg } from "./svg.js";

/**
 * @param {HTMLElement} holder
 * @param {any} gap what `space gap` says
 * @param {import("./space.js").Figures | null} figures of the state
 */
export function showRecalls(holder, gap, figures) {
  const { retrieval, mixed } = gap;
  const before = retrieval.as_trained;
  const rows = [1, 5, 10].flatMap((k, slot) => [
    [`picture → caption, first ${k}`, figures ? figures.imageToText[slot] : 0, before.image_to_text["r" + k], "image"],
    [`caption → picture, first ${k}`, figures ? figures.textToImage[slot] : 0, before.text_to_image["r" + k], "text"],
  ]).concat([["among both kinds, first 10", figures ? figures.mixed : 0, mixed.as_trained.r10, "both"]]);
  const [width, left, line] = [400, 196, 19];
  const bar = (/** @type {number} */ share) => share * (width - left - 40);
  holder.replaceChildren(svg("svg", { viewBox: `0 0 ${width} 150`, role: "img",
    "aria-label": "Share of searches that find the partner; ticks: as trained" },
    ...rows.flatMap(([title, share, was, kind], k) => [
      svg("text", { x: left - 8, y: k * line + 16, class: "tick end" }, String(title)),
      svg("rect", { x: left, y: k * line + 7, width: bar(1), height: 11, class: "bed" }),
      svg("rect", { x: left, y: k * line + 7, width: Math.max(bar(Number(share)), 0), height: 11, class: "bar " + kind }),
      svg("line", { x1: left + bar(Number(was)), x2: left + bar(Number(was)), y1: k * line + 4, y2: k * line + 21, class: "was" }),
      svg("text", { x: width - 34, y: k * line + 16, class: "tick" }, short(Number(share), 2)),
    ]), svg("text", { x: left, y: 148, class: "tick" }, "upright lines: as trained")));
}
