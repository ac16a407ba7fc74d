// The pointer on the matrix: hovering, pinning, and the window that scrolling changes.

/** @param {import("./matrix.js").MatrixView} view */
export function listenToWindow(view) {
  const { over, state } = view;
  const place = (/** @type {MouseEvent} */ event) => {
    const box = over.getBoundingClientRect();
    const size = 2 * view.items.length;
    const at = (/** @type {number} */ value) => Math.min(Math.max(Math.floor((value / box.width) * size), 0), size - 1);
    return { row: at(event.clientY - box.top), column: at(event.clientX - box.left) };
  };
  const item = (/** @type {number} */ k) => {
    const m = view.items.length;
    return k < m ? view.items[k] : state.pairs + view.items[k - m];
  };
  over.addEventListener("pointermove", (event) => {
    if (!view.items.length) return;
    const { row, column } = place(event);
    const before = view.cell;
    view.cell = { row, column, p: item(row) };
    if (state.hovered !== item(row)) state.hover(item(row));
    else if (!before || before.column !== column) view.drawOver();
  });
  over.addEventListener("pointerleave", () => {
    view.cell = undefined;
    state.hover(-1);
  });
  over.addEventListener("click", (event) => {
    if (view.items.length) state.pin(item(place(event).row));
  });
  over.addEventListener("dblclick", () => {
    view.window = { start: 0, end: state.pairs };
    view.load();
  });
  over.addEventListener("wheel", (event) => {
    event.preventDefault();
    const m = view.items.length;
    if (!m) return;
    const part = (place(event).row % m) / m;
    const length = view.window.end - view.window.start;
    const wanted = Math.min(Math.max(Math.round(length * Math.exp(event.deltaY * 0.002)), Math.min(8, state.pairs)), state.pairs);
    const middle = view.window.start + part * length;
    const start = Math.min(Math.max(Math.round(middle - part * wanted), 0), state.pairs - wanted);
    view.window = { start, end: start + wanted };
    view.load();
  }, { passive: false });
}
