// Any space that has no board yet: its view as a tree of names and values.
import { el } from "../dom.js";

export function render(view) {
  return el("div", { class: "av-board av-generic" }, tree(view, 0));
}

function tree(value, depth) {
  if (value === null || value === undefined) return el("span", { class: "muted", text: "none" });
  if (Array.isArray(value)) {
    if (!value.length) return el("span", { class: "muted", text: "none" });
    const flat = value.every((item) => item === null || typeof item !== "object");
    if (flat) return el("span", { class: "av-values", text: value.map((item) => item ?? "–").join("  ") });
    if (value.every((row) => Array.isArray(row) && row.every((cell) => cell === null || typeof cell !== "object"))) {
      return el("table", { class: "av-cells" }, el("tbody", {}, ...value.map((row) => el("tr", {}, ...row.map((cell) => el("td", { text: cell ?? "–" }))))));
    }
    return el("ol", {}, ...value.slice(0, 200).map((item) => el("li", {}, depth > 6 ? "…" : tree(item, depth + 1))));
  }
  if (typeof value === "object") {
    return el("dl", {}, ...Object.entries(value).flatMap(([name, item]) => [el("dt", { text: words(name) }), el("dd", {}, depth > 6 ? "…" : tree(item, depth + 1))]));
  }
  return el("span", { class: "av-value", text: typeof value === "boolean" ? (value ? "yes" : "no") : value });
}

/** "toAct" -> "To act". */
const words = (name) => {
  const text = name.replace(/[_-]+/g, " ").replace(/([a-z0-9])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`).trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
};

export const describe = (view) => `Position: ${JSON.stringify(view).slice(0, 400)}`;
