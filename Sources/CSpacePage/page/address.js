// The state in the address: kept, brought back, copied.
import { addressOf, readAddress } from "./link.js";
import { place } from "./places.js";

/** @typedef {import("./state.js").State} State */

/**
 * @param {State} state
 * @param {() => void} show
 */
export function addresses(state, show) {
  let timer = 0;
  state.listen((what) => {
    if (what === "hover" || what === "tool") return;
    clearTimeout(timer);
    const isStep = what === "pin" || what === "selection" || what === "map" || what === "beside";
    timer = setTimeout(() => {
      const address = addressOf(state);
      if (address === location.hash) return;
      history[isStep ? "pushState" : "replaceState"](null, "", address);
    }, 150);
  });
  const back = () => {
    readAddress(state, location.hash);
    show();
    for (const what of ["map", "beside", "contours", "gap", "colour", "selection", "pin"]) state.changed(what);
  };
  addEventListener("popstate", back);
  place("link").addEventListener("click", async () => {
    history.replaceState(null, "", addressOf(state));
    const button = place("link");
    try {
      await navigator.clipboard.writeText(location.href);
      button.textContent = "Copied";
    } catch { button.textContent = "It is in the address bar"; }
    setTimeout(() => { button.textContent = "Copy link"; }, 1500);
  });
}
