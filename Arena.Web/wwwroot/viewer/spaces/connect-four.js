// Connect Four. View: {board: 6 rows, top first, of 7 cells 0|1|2 (1 = seat 0), last: [row, column]|null, line: four [row, column]|null, toAct}.
import { el, svg, newId } from "../dom.js";

const CELL = 100, PAD = 16, WIDTH = 7 * CELL + 2 * PAD, HEIGHT = 6 * CELL + 2 * PAD, RADIUS = 41;
const x = (column) => PAD + CELL * (column + 0.5);
const y = (row) => PAD + CELL * (row + 0.5);

export function render(view, { seats, animate }) {
  const title = newId("c4-title"), holes = newId("c4-holes");
  const discs = svg("g"), mask = svg("mask", { id: holes }, svg("rect", { width: WIDTH, height: HEIGHT, fill: "#fff" }));
  const marks = svg("g");
  for (let row = 0; row < 6; row++) {
    for (let column = 0; column < 7; column++) {
      mask.append(svg("circle", { cx: x(column), cy: y(row), r: RADIUS, fill: "#000" }));
      const owner = view.board?.[row]?.[column] ?? 0;
      if (!owner) continue;
      const isLast = view.last?.[0] === row && view.last?.[1] === column;
      const disc = piece(seats[owner - 1] ?? owner - 1, x(column), y(row));
      if (isLast && animate) {
        disc.classList.add("av-drop");
        disc.style.setProperty("--drop", `${-(row + 1) * CELL}px`);
        disc.style.setProperty("--drop-time", `${150 + 50 * row}ms`);
      }
      discs.append(disc);
      if (isLast && !view.line) marks.append(svg("circle", { class: `av-last${animate ? " av-after-drop" : ""}`, cx: x(column), cy: y(row), r: RADIUS + 2 }));
    }
  }
  if (view.line?.length) marks.append(...winning(view.line));
  const numbers = Array.from({ length: 7 }, (_, column) => svg("text", { class: "av-coordinate", x: x(column), y: HEIGHT + 30, text: column + 1 }));
  return el("div", { class: "av-board av-connect-four" },
    svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT + 40}`, role: "img", "aria-labelledby": title },
      svg("title", { id: title, text: describe(view) }),
      svg("defs", {}, mask),
      svg("rect", { class: "av-board-back", width: WIDTH, height: HEIGHT, rx: 26 }),
      discs,
      svg("rect", { class: "av-board-face", width: WIDTH, height: HEIGHT, rx: 26, mask: `url(#${holes})` }),
      svg("g", { class: "av-hole-rims" }, ...Array.from({ length: 42 }, (_, i) => svg("circle", { cx: x(i % 7), cy: y(Math.floor(i / 7)), r: RADIUS }))),
      marks,
      ...numbers));
}

/** A disc: the player's colour, with the player's shape stamped on it. */
function piece(player, cx, cy) {
  const stamp = player % 2 === 0
    ? svg("circle", { class: "av-stamp", cx, cy, r: 20 })
    : svg("rect", { class: "av-stamp", x: cx - 17, y: cy - 17, width: 34, height: 34, rx: 3 });
  return svg("g", { class: `av-piece av-p${player}` }, svg("circle", { cx, cy, r: RADIUS + 3 }), stamp);
}

function winning(line) {
  const cells = [...line].sort((a, b) => a[1] - b[1] || a[0] - b[0]);
  const [from, to] = [cells[0], cells.at(-1)];
  return [
    ...cells.map(([row, column]) => svg("circle", { class: "av-won-cell", cx: x(column), cy: y(row), r: RADIUS + 1 })),
    svg("line", { class: "av-won-line", x1: x(from[1]), y1: y(from[0]), x2: x(to[1]), y2: y(to[0]), pathLength: 1 }),
  ];
}

export function describe(view) {
  const rows = (view.board ?? []).map((row) => row.map((cell) => ".XO"[cell]).join(" "));
  const state = view.line ? "Four in a row. " : "";
  return `Connect Four board. ${state}Rows from the top, X is the first player: ${rows.join(", ")}.`;
}

export const move = (turn) => (turn.did ? `column ${turn.did}` : null);
export const seatName = (seat) => (seat === 0 ? "first" : "second");
export const games = 2;
