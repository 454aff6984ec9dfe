// Making elements. Text only ever becomes a text node: what agents say is never markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "text") node.textContent = value;
    else if (name === "vars") for (const [key, v] of Object.entries(value)) node.style.setProperty(key, v);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** An HTML element. `text` sets its text, `vars` its custom properties, `onclick` and the like add listeners. */
export const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);

/** An SVG element, likewise. */
export const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

let ids = 0;

/** A new id for aria references and SVG masks. */
export const newId = (name) => `${name}-${++ids}`;

/** A player's mark: colour and shape, as everywhere on the site. */
export const mark = (player) => el("i", { class: "seat", "data-seat": player, "aria-hidden": "true" });

const shapes = {
  first: "M6 5v14M19 5 9 12l10 7z",
  back: "M16 5 7 12l9 7z",
  play: "M7 4.500 19.500 12 7 19.500z",
  pause: "M8 5v14M16 5v14",
  next: "m8 5 9 7-9 7z",
  last: "M18 5v14M5 5l10 7-10 7z",
};

/** One of the player's signs, drawn in the text's colour. */
export const icon = (name) => svg("svg", { viewBox: "0 0 24 24", class: `av-icon av-icon-${name}`, "aria-hidden": "true" }, svg("path", { d: shapes[name] }));

/** Loads the viewer's style sheet once; resolves when it applies (or failed: an unstyled viewer still works). */
export function styles() {
  const href = new URL("./viewer.css", import.meta.url).href;
  styles.ready ??= new Promise((resolve) => {
    if (document.querySelector("link[data-viewer-css]")) return resolve();
    const link = el("link", { rel: "stylesheet", href, "data-viewer-css": true, onload: resolve, onerror: resolve });
    document.head.append(link);
  });
  return styles.ready;
}
