// The pointer on the map: hovering, pinning, moving, lasso and box, scrolling.

/** @param {import("./map.js").MapView} map */
export function listenToPointer(map) {
  const { over, state } = map;
  const place = (/** @type {MouseEvent} */ event) => {
    const box = over.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  /** @type {{x: number, y: number, camera: {x: number, y: number}, moved: boolean} | null} */
  let drag = null;
  over.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    map.canvas.focus({ preventScroll: true });
    over.setPointerCapture(event.pointerId);
    drag = { ...place(event), camera: { x: map.camera.x, y: map.camera.y }, moved: false };
    if (state.tool !== "pan") map.path = [[drag.x, drag.y]];
  });
  over.addEventListener("pointermove", (event) => {
    const at = place(event);
    if (!drag) return state.hover(map.at(at.x, at.y));
    const [dx, dy] = [at.x - drag.x, at.y - drag.y];
    drag.moved = drag.moved || Math.abs(dx) + Math.abs(dy) > 4;
    if (state.tool === "pan") {
      if (drag.moved) {
        map.camera.x = drag.camera.x - dx / map.camera.scale;
        map.camera.y = drag.camera.y + dy / map.camera.scale;
      }
    } else if (state.tool === "lasso") {
      const [x, y] = map.path[map.path.length - 1];
      if (Math.abs(at.x - x) + Math.abs(at.y - y) > 3) map.path.push([at.x, at.y]);
    } else map.path = [[drag.x, drag.y], [at.x, drag.y], [at.x, at.y], [drag.x, at.y]];
    map.redraw();
  });
  over.addEventListener("pointerup", (event) => {
    const at = place(event);
    const [was, path] = [drag, map.path];
    drag = null;
    if (!was) return;
    if (!was.moved) {
      map.path = [];
      const item = map.at(at.x, at.y);
      state.pin(item === state.pinned ? -1 : item);
    } else if (path.length > 2) {
      const mask = map.caught();
      map.path = [];
      if (event.shiftKey) state.select(state.selected.map((one, i) => one | mask[i]));
      else if (event.altKey) state.select(state.selected.map((one, i) => one & ~mask[i] & 1));
      else state.select(mask);
    }
    map.redraw();
  });
  over.addEventListener("pointerleave", () => { if (!drag) state.hover(-1); });
  over.addEventListener("dblclick", () => { map.frameAll(); map.redraw(); });
  over.addEventListener("wheel", (event) => {
    event.preventDefault();
    const at = place(event);
    map.zoom(Math.exp(-event.deltaY * 0.0015), at.x, at.y);
  }, { passive: false });
}
