// What lies above the points of the map: pictures, names, rings, a typed caption, the path of a lasso.
import { groupColour, kindColours } from "./colours.js";
import { drawContours } from "./contours.js";
import { drawThumbnail, shortened, star } from "./sketch.js";

/** @param {import("./map.js").MapView} map */
export function drawOverlay(map) {
  const { over, state, data, camera } = map;
  const context = /** @type {CanvasRenderingContext2D} */ (over.getContext("2d"));
  const ratio = devicePixelRatio || 1;
  const [width, height] = [over.clientWidth, over.clientHeight];
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  const { ink, paper, quiet } = map.paints;
  if (!map.origin) drawContours(context, map);
  const inView = [];
  for (const i of map.order) {
    const x = (map.positions[2 * i] - camera.x) * camera.scale;
    const y = (map.positions[2 * i + 1] - camera.y) * camera.scale;
    if (Math.abs(x) < width / 2 + 20 && Math.abs(y) < height / 2 + 20) inView.push(i);
    if (inView.length > 400) break;
  }
  const images = inView.filter((i) => i < state.pairs);
  const zoom = camera.scale / camera.fitted;
  if (data.sheets.length && images.length <= 90 && (zoom > 1.3 || state.pairs <= 60)) {
    const side = Math.min(44, 24 * zoom);
    for (const i of images) {
      const at = map.screen(i);
      context.globalAlpha = state.isLit(i) ? 1 : 0.3;
      context.fillStyle = kindColours()[0];
      context.fillRect(at.x - side / 2 - 1.5, at.y - side / 2 - 1.5, side + 3, side + 3);
      drawThumbnail(context, data, i, at.x - side / 2, at.y - side / 2, side);
    }
    context.globalAlpha = 1;
  }
  context.textBaseline = "middle";
  const halo = (/** @type {string} */ text, /** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ colour) => {
    context.lineWidth = 4;
    context.lineJoin = "round";
    context.strokeStyle = paper;
    context.strokeText(text, x, y);
    context.fillStyle = colour;
    context.fillText(text, x, y);
  };
  /** @type {number[][]} boxes that are taken */
  const taken = [];
  const isFree = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ w) => {
    if (taken.some((box) => x < box[2] && x + w > box[0] && y - 9 < box[3] && y + 9 > box[1])) return false;
    taken.push([x, y - 9, x + w, y + 9]);
    return true;
  };
  let markLeft = 0;
  if (map.mark) {   // its words take their place first
    context.font = "700 12px system-ui, sans-serif";
    const at = map.screenOf(map.mark.x, map.mark.y);
    const w = context.measureText(shortened(map.mark.text, 48)).width;
    markLeft = at.x + 14 + w < width - 4 ? at.x + 14 : Math.max(at.x - 14 - w, 4);
    isFree(Math.min(markLeft, at.x - 10), at.y, w + 24);
  }
  const labels = data.facts.clusters.labels;
  const texts = inView.filter((i) => i >= state.pairs);
  if (texts.length <= 24 && data.captions.length && zoom > 2) {
    context.font = "11.5px system-ui, sans-serif";
    for (const i of texts) {
      const at = map.screen(i);
      const text = shortened(data.captions[i - state.pairs], 46);
      if (isFree(at.x + 8, at.y, context.measureText(text).width)) halo(text, at.x + 8, at.y, ink);
    }
  } else if (labels.length) {
    context.font = "600 12px system-ui, sans-serif";
    const order = map.centres.map((_, k) => k).sort((p, q) => data.facts.clusters.sizes[q] - data.facts.clusters.sizes[p]);
    for (const group of order) {
      if (!labels[group] || (data.facts.clusters.sizes[group] <= 5 && zoom < 2)) continue;
      const at = map.screenOf(map.centres[group].x, map.centres[group].y);
      const text = shortened(labels[group], 34);
      const w = context.measureText(text).width;
      if (at.x < 0 || at.y < 0 || at.x > width || at.y > height) continue;
      const left = Math.min(Math.max(at.x - w / 2, 6), width - w - 6);
      if (isFree(left, at.y, w)) halo(text, left, at.y, state.colour === "group" ? groupColour(group) : ink);
    }
  }
  const focus = state.focus;
  for (const item of new Set([state.pinned, focus])) {
    if (item < 0) continue;
    const [at, to] = [map.screen(item), map.screen(state.partner(item))];
    context.strokeStyle = ink;
    context.lineWidth = item === focus ? 1.6 : 1;
    if (map.count === 2 * state.pairs) {
      context.beginPath();
      context.moveTo(at.x, at.y);
      context.lineTo(to.x, to.y);
      context.stroke();
    }
    for (const [place, radius] of /** @type {[{x: number, y: number}, number][]} */ ([[at, 8], [to, 6]])) {
      context.beginPath();
      context.arc(place.x, place.y, radius, 0, 7);
      context.stroke();
    }
  }
  context.font = "700 12px system-ui, sans-serif";
  for (const slot of ["a", "b", "c"]) {
    const item = state.slots[slot];
    if (item >= 0) halo(slot.toUpperCase(), map.screen(item).x + 9, map.screen(item).y - 9, ink);
  }
  if (map.mark) {
    const at = map.screenOf(map.mark.x, map.mark.y);
    star(context, at.x, at.y, 10, kindColours()[1], paper);
    halo(shortened(map.mark.text, 48), markLeft, at.y, ink);
  }
  if (map.path.length > 1) {
    context.beginPath();
    map.path.forEach(([x, y], k) => (k ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.closePath();
    context.globalAlpha = 0.12;
    context.fillStyle = quiet;
    context.fill();
    context.globalAlpha = 1;
    context.setLineDash([4, 3]);
    context.lineWidth = 1.2;
    context.strokeStyle = ink;
    context.stroke();
    context.setLineDash([]);
  }
}
