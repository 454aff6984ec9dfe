// <arena-chart kind="line" src="/api/..." series="loss|Loss" heading="Loss" x="step" y="nats">: a line chart that grows while its source does.
//
//   src      JSON {"points": [{"step": n, "loss": x, ...}], "done": bool}; asked again with ?after=<last step> until done
//   data     the same JSON in the attribute, instead of src
//   series   "key|Name, key|Name"; without it every number in the points
//   heading, x, y   the chart's title and what its axes show;  y-min, y-max   ends that the axis includes
//   empty    words while there is nothing to show;  height   in pixels
// Left and right move through the points when the chart has the focus; "Values" opens them as a table.

import { el, styles, svg, newId } from "./dom.js";
import { format, merge, nearest, range, seriesOf, thin, ticks } from "./chart-math.js";

const PATTERNS = ["", "7 4", "2 4", "9 3 2 3"]; // Lines differ in pattern too, not in colour alone.
const EVERY = 2000;
const sources = new Map();

/** Charts of one page that show one source ask for it once. */
function source(address) {
  if (!sources.has(address)) sources.set(address, new Source(address));
  return sources.get(address);
}

class Source {
  points = [];
  done = false;
  error = null;
  #charts = new Set();
  #timer = 0;

  constructor(address) {
    this.address = address;
  }

  join(chart) {
    this.#charts.add(chart);
    if (this.#charts.size === 1 && !this.done) this.#ask();
    else chart.update(this.points, this);
  }

  leave(chart) {
    this.#charts.delete(chart);
    if (!this.#charts.size) clearTimeout(this.#timer);
  }

  async #ask() {
    try {
      const address = new URL(this.address, location.href);
      if (this.points.length) address.searchParams.set("after", this.points.at(-1).step);
      const response = await fetch(address, { headers: { accept: "application/json" } });
      if (!response.ok) throw new Error(`The site answered ${response.status}.`);
      const answer = await response.json();
      this.points = merge(this.points, answer.points ?? []);
      this.done = answer.done !== false;
      this.error = null;
    } catch (error) {
      this.error = error instanceof TypeError ? "The site can't be reached; trying again." : error.message;
    }
    for (const chart of this.#charts) chart.update(this.points, this);
    if (!this.done && this.#charts.size) this.#timer = setTimeout(() => this.#ask(), document.hidden ? EVERY * 5 : EVERY);
  }
}

class ArenaChart extends HTMLElement {
  static observedAttributes = ["src", "data", "series"];

  #points = [];
  #state = { done: true, error: null };
  #source = null;
  #sizes = null;
  #width = 0;
  #picked = -1;
  #drawing = false;

  connectedCallback() {
    styles();
    this.#build();
    this.#sizes = new ResizeObserver(([entry]) => {
      const width = Math.floor(entry.contentRect.width);
      if (width !== this.#width) {
        this.#width = width;
        this.#draw();
      }
    });
    this.#sizes.observe(this.stage);
    this.#load();
  }

  disconnectedCallback() {
    this.#sizes?.disconnect();
    this.#source?.leave(this);
    this.#source = null;
  }

  attributeChangedCallback(_name, before, now) {
    if (this.isConnected && this.stage && before !== now) this.#load();
  }

  /** Points to show, for pages that have them at hand: [{step, key: number, ...}]. */
  set points(points) {
    this.update(points, { done: true, error: null });
  }

  get points() {
    return this.#points;
  }

  #load() {
    this.#source?.leave(this);
    this.#source = null;
    if (this.hasAttribute("data")) {
      try {
        const data = JSON.parse(this.getAttribute("data"));
        this.update(Array.isArray(data) ? data : data.points ?? [], { done: true, error: null });
      } catch {
        this.update([], { done: true, error: "These values can't be read." });
      }
    } else if (this.getAttribute("src")) {
      this.#source = source(this.getAttribute("src"));
      this.#source.join(this);
    }
  }

  update(points, state) {
    this.#points = points;
    this.#state = { done: state.done, error: state.error };
    this.#draw();
  }

  #build() {
    this.heading = el("span", { class: "ac-title", id: newId("ac-title"), text: this.getAttribute("heading") ?? "" });
    this.live = el("span", { class: "ac-live", text: "running", hidden: true });
    this.legend = el("ul", { class: "ac-legend" });
    this.stage = el("div", {
      class: "ac-stage", tabindex: "0", role: "group", "aria-labelledby": this.heading.id,
      onpointermove: (event) => this.#point(event), onpointerleave: () => this.#pick(-1), onblur: () => this.#pick(-1), onkeydown: (event) => this.#key(event),
    });
    this.tip = el("div", { class: "ac-tip", hidden: true, role: "status" });
    this.table = el("details", { class: "ac-values", ontoggle: () => this.#tabulate() }, el("summary", { text: "Values" }));
    this.replaceChildren(el("div", { class: "ac-head" }, this.heading, this.live, this.legend), this.stage, this.table);
  }

  /** One drawing per frame, however many updates. */
  #draw() {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      if (this.isConnected) this.#paint();
    });
  }

  #paint() {
    const width = this.#width || this.stage.clientWidth;
    if (!width) return;
    const height = Number(this.getAttribute("height")) || 220;
    const series = seriesOf(this.#points, this.getAttribute("series")).map((s, i) => ({
      ...s, className: `ac-s${i % 4}`, pattern: PATTERNS[i % 4],
      points: this.#points.filter((p) => Number.isFinite(p[s.key])).map((p) => ({ x: p.step, y: p[s.key], label: p.label })),
    })).filter((s) => s.points.length);
    this.live.hidden = this.#state.done;
    this.table.hidden = !series.length;
    if (!series.length) {
      this.legend.replaceChildren();
      this.geometry = null;
      const words = this.#state.error ?? (this.#state.done ? this.getAttribute("empty") ?? "Nothing to show yet." : this.getAttribute("empty") ?? "Waiting for the first values…");
      this.stage.replaceChildren(el("div", { class: "ac-empty", text: words }));
      return;
    }
    const all = series.flatMap((s) => s.points);
    const number = (name) => (this.hasAttribute(name) ? Number(this.getAttribute(name)) : undefined);
    const [y0, y1] = range(all.map((p) => p.y), { min: number("y-min"), max: number("y-max") });
    let [x0, x1] = [Math.min(...series.map((s) => s.points[0].x)), Math.max(...series.map((s) => s.points.at(-1).x))];
    if (x0 === x1) [x0, x1] = [x0 - 1, x1 + 1];
    const rows = ticks(y0, y1, Math.max(2, Math.round(height / 50)));
    const left = Math.max(...rows.map((t) => format(t).length)) * 7.2 + 12;
    const box = { left, right: width - 12, top: 10, bottom: height - 42 };
    const x = (v) => box.left + (v - x0) / (x1 - x0) * (box.right - box.left);
    const y = (v) => box.bottom - (v - y0) / (y1 - y0) * (box.bottom - box.top);
    const columns = ticks(x0, x1, Math.max(2, Math.round(width / 110))).filter((t) => Number.isInteger(t) || x1 - x0 < 3);

    const last = series.map((s) => `${s.name} ${format(s.points.at(-1).y)}`).join(", ");
    const chart = svg("svg", { class: "ac-svg", width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${this.getAttribute("heading") ?? "Line chart"}: ${last} at ${this.getAttribute("x") ?? "step"} ${format(x1)}` },
      svg("g", { class: "ac-grid" }, ...rows.map((t) => svg("line", { x1: box.left, x2: box.right, y1: y(t), y2: y(t) }))),
      svg("g", { class: "ac-labels ac-labels-y" }, ...rows.map((t) => svg("text", { x: box.left - 7, y: y(t) + 4, text: format(t) }))),
      svg("g", { class: "ac-labels ac-labels-x" }, ...columns.map((t) => svg("text", { x: x(t), y: height - 24, text: format(t) }))),
      svg("line", { class: "ac-axis", x1: box.left, x2: box.right, y1: box.bottom, y2: box.bottom }),
      ...series.map((s) => {
        const kept = thin(s.points, Math.max(50, box.right - box.left));
        const path = kept.map((p, i) => `${i ? "L" : "M"}${x(p.x).toFixed(1)} ${y(p.y).toFixed(1)}`).join("");
        const end = kept.at(-1);
        return svg("g", { class: s.className },
          svg("path", { class: "ac-line", d: path, "stroke-dasharray": s.pattern || null }),
          s.points.length <= 40 ? svg("g", {}, ...s.points.map((p) => svg("circle", { class: "ac-dot", cx: x(p.x), cy: y(p.y), r: 3 }))) : svg("circle", { class: "ac-dot", cx: x(end.x), cy: y(end.y), r: 3.5 }));
      }),
      svg("text", { class: "ac-axis-name ac-axis-name-x", x: (box.left + box.right) / 2, y: height - 6, text: this.getAttribute("x") ?? "step" }),
      this.getAttribute("y") ? svg("text", { class: "ac-axis-name", x: box.left + 4, y: box.top + 8, text: this.getAttribute("y") }) : null);
    this.cross = svg("g", { class: "ac-cross" });
    chart.append(this.cross);
    this.stage.replaceChildren(chart, this.tip);
    this.legend.replaceChildren(...series.map((s) => el("li", { class: s.className },
      svg("svg", { width: 22, height: 10, "aria-hidden": "true" }, svg("line", { class: "ac-line", x1: 0, x2: 22, y1: 5, y2: 5, "stroke-dasharray": s.pattern || null })),
      s.name, el("b", { class: "num", text: format(s.points.at(-1).y) }))));
    this.geometry = { series, box, x, y, x0, x1, width, steps: [...new Set(all.map((p) => p.x))].sort((a, b) => a - b) };
    if (this.#picked >= 0) this.#pick(Math.min(this.#picked, this.geometry.steps.length - 1));
    if (this.table.open) this.#tabulate();
  }

  #point(event) {
    if (!this.geometry) return;
    const { box, x0, x1, steps } = this.geometry;
    const at = event.clientX - this.stage.getBoundingClientRect().left;
    const value = x0 + (at - box.left) / (box.right - box.left) * (x1 - x0);
    this.#pick(nearest(steps.map((s) => ({ x: s })), value));
  }

  #key(event) {
    if (!this.geometry) return;
    const last = this.geometry.steps.length - 1;
    const from = this.#picked < 0 ? last : this.#picked;
    const to = { ArrowLeft: Math.max(0, from - 1), ArrowRight: Math.min(last, from + 1), Home: 0, End: last, Escape: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.#pick(this.#picked < 0 && event.key === "ArrowLeft" ? last : to);
  }

  #pick(index) {
    this.#picked = index;
    this.tip.hidden = index < 0 || !this.geometry;
    this.cross?.replaceChildren();
    if (this.tip.hidden) return;
    const { series, box, x, y, steps, width } = this.geometry;
    const step = steps[index];
    const here = series.map((s) => ({ s, p: s.points[nearest(s.points, step)] })).filter(({ p }) => p.x === step);
    this.cross.append(svg("line", { class: "ac-hair", x1: x(step), x2: x(step), y1: box.top, y2: box.bottom }),
      ...here.map(({ s, p }) => svg("circle", { class: `ac-dot ac-picked ${s.className}`, cx: x(p.x), cy: y(p.y), r: 5 })));
    this.tip.replaceChildren(el("b", { text: here[0]?.p.label ?? `${this.getAttribute("x") ?? "step"} ${format(step)}` }),
      ...here.map(({ s, p }) => el("span", { class: s.className }, el("i", { class: "ac-swatch" }), `${s.name} `, el("b", { class: "num", text: format(p.y) }))));
    const onLeft = x(step) > width / 2;
    this.tip.style.left = onLeft ? "auto" : `${x(step) + 12}px`;
    this.tip.style.right = onLeft ? `${width - x(step) + 12}px` : "auto";
  }

  #tabulate() {
    this.table.querySelector(".scroll")?.remove();
    if (!this.table.open || !this.geometry) return;
    const { series, steps } = this.geometry;
    const every = Math.ceil(steps.length / 200);
    const shown = steps.filter((_, i) => i % every === 0 || i === steps.length - 1);
    this.table.append(el("div", { class: "scroll ac-table", tabindex: "0", role: "region", "aria-label": "Values" }, el("table", {},
      el("thead", {}, el("tr", {}, el("th", { class: "num", text: this.getAttribute("x") ?? "step" }), ...series.map((s) => el("th", { class: "num", text: s.name })))),
      el("tbody", {}, ...shown.map((step) => el("tr", {}, el("td", { class: "num", text: format(step) }),
        ...series.map((s) => {
          const point = s.points[nearest(s.points, step)];
          return el("td", { class: "num", text: point.x === step ? format(point.y) : "" });
        })))))));
  }
}

if (!customElements.get("arena-chart")) customElements.define("arena-chart", ArenaChart);
