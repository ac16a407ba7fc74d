// All by keys alone.

/** What the keys do, for the help as well. */
export const keyTexts = [
  ["/", "find in captions"], ["← →", "the pair before, the next (in the order of the clusters)"],
  ["↑ ↓", "from a pair's picture to its caption and back"], ["Enter", "keep the pair looked at"],
  ["[ ]", "open, close the gap a little"], ["g", "as trained, closed, centred, in turn"], ["m", "the next layout"],
  ["c", "the next colouring"], ["b", "another map beside, or none"], ["d", "lines of density"],
  ["l r", "lasso, box; with Shift added to the selection, with Alt taken out"],
  ["i u x", "invert the selection, undo, show only it"], ["+ − 0", "zoom, and all in view"],
  ["Esc", "let go: the search, the pin, the selection"], ["?", "this help"],
];

/**
 * @param {import("./state.js").State} state
 * @param {{map: any, gap: any, order: Uint32Array, find: HTMLInputElement, help: () => void,
 *   forget: () => boolean, nextMap: () => void, nextColour: () => void, nextBeside: () => void}} page
 */
export function listenToKeys(state, page) {
  const { order } = page;
  const placeOf = new Map(Array.from(order, (pair, place) => [pair, place]));
  const step = (/** @type {number} */ by) => {
    const from = state.pinned < 0 ? (by > 0 ? -1 : 0) : placeOf.get(state.pinned % state.pairs) ?? 0;
    const pair = order[(from + by + order.length) % order.length];
    state.pin(state.pinned >= state.pairs ? pair + state.pairs : pair);
  };
  const part = 0.05 * (state.distance || 0.1);
  /** @type {{[key: string]: () => void}} */
  const actions = {
    "/": () => page.find.focus(), ArrowRight: () => step(1), ArrowLeft: () => step(-1),
    ArrowUp: () => { if (state.pinned >= 0) state.pin(state.partner(state.pinned)); },
    ArrowDown: () => { if (state.pinned >= 0) state.pin(state.partner(state.pinned)); },
    Enter: () => { if (state.focus >= 0) state.pin(state.focus); },
    "[": () => page.gap.move(state.lambda - part), "]": () => page.gap.move(state.lambda + part),
    g: () => page.gap.go(state.isCentred ? "trained" : state.lambda === 0 ? "closed" : "centred"),
    m: page.nextMap, c: page.nextColour, b: page.nextBeside,
    d: () => { state.contours = !state.contours; state.changed("contours"); },
    l: () => { state.tool = state.tool === "lasso" ? "pan" : "lasso"; state.changed("tool"); },
    r: () => { state.tool = state.tool === "box" ? "pan" : "box"; state.changed("tool"); },
    i: () => state.invert(), u: () => state.undo(),
    x: () => { if (state.selectedCount) { state.isolated = !state.isolated; state.changed("selection"); } },
    "+": () => page.map.zoom(1.25), "-": () => page.map.zoom(0.8),
    0: () => { page.map.frameAll(); page.map.redraw(); }, "?": page.help,
    Escape: () => {
      if (state.search) { page.find.value = ""; page.find.dispatchEvent(new Event("input")); }
      else if (state.tool !== "pan") { state.tool = "pan"; state.changed("tool"); }
      else if (state.pinned >= 0) state.pin(-1);
      else if (page.forget()) return;
      else if (state.selectedCount) state.select(new Uint8Array(2 * state.pairs));
    },
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const place = /** @type {HTMLElement} */ (event.target);
    const isTyping = place.matches("input:not([type=range]):not([type=checkbox]), select, textarea");
    if (isTyping && event.key !== "Escape") return;
    if (isTyping) place.blur();
    if (place.matches("button") && event.key === "Enter") return;
    if (place.matches("input[type=range]") && event.key.startsWith("Arrow")) return;
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
