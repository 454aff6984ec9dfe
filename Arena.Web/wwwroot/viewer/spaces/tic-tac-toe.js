// Tic-tac-toe. View: {board: 9 cells 0|1|2 (1 = seat 0, X), last: cell|null, line: three cells|null, toAct}.
import { el, svg, newId } from "../dom.js";

const CELL = 100, SIZE = 3 * CELL;
const centre = (cell) => [CELL * (cell % 3 + 0.5), CELL * (Math.floor(cell / 3) + 0.5)];

export function render(view, { seats, animate }) {
  const title = newId("ttt-title");
  const cells = (view.board ?? Array(9).fill(0)).flatMap((owner, cell) => {
    const [cx, cy] = centre(cell);
    const isLast = view.last === cell;
    const ground = isLast ? [svg("rect", { class: "av-last-cell", x: cx - 46, y: cy - 46, width: 92, height: 92, rx: 8 })] : [];
    if (!owner) return [...ground, svg("text", { class: "av-cell-number", x: cx, y: cy + 8, text: cell + 1 })];
    const fade = view.line && !view.line.includes(cell) ? " av-faded" : "";
    return [...ground, sign(owner, seats[owner - 1] ?? owner - 1, cx, cy, `${isLast && animate ? " av-draw" : ""}${fade}`)];
  });
  const grid = [1, 2].flatMap((i) => [
    svg("line", { x1: i * CELL, y1: 10, x2: i * CELL, y2: SIZE - 10 }),
    svg("line", { x1: 10, y1: i * CELL, x2: SIZE - 10, y2: i * CELL }),
  ]);
  return el("div", { class: "av-board av-tic-tac-toe" },
    svg("svg", { viewBox: `-8 -8 ${SIZE + 16} ${SIZE + 16}`, role: "img", "aria-labelledby": title },
      svg("title", { id: title, text: describe(view) }),
      svg("rect", { class: "av-paper", x: -8, y: -8, width: SIZE + 16, height: SIZE + 16, rx: 12 }),
      svg("g", { class: "av-grid" }, ...grid),
      ...cells,
      view.line?.length ? strike(view.line) : null));
}

/** X for the first seat, O for the second, each in its player's colour. */
function sign(owner, player, cx, cy, more) {
  const shape = owner === 1
    ? [svg("path", { d: `M${cx - 26} ${cy - 26}L${cx + 26} ${cy + 26}`, pathLength: 1 }), svg("path", { d: `M${cx + 26} ${cy - 26}L${cx - 26} ${cy + 26}`, pathLength: 1 })]
    : [svg("circle", { cx, cy, r: 28, pathLength: 1 })];
  return svg("g", { class: `av-sign av-p${player}${more}` }, ...shape);
}

function strike(line) {
  const [x1, y1] = centre(line[0]);
  const [x2, y2] = centre(line.at(-1));
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  const [dx, dy] = [(x2 - x1) / length * 38, (y2 - y1) / length * 38];
  return svg("line", { class: "av-won-line", x1: x1 - dx, y1: y1 - dy, x2: x2 + dx, y2: y2 + dy, pathLength: 1 });
}

export function describe(view) {
  const board = view.board ?? [];
  const rows = [0, 3, 6].map((i) => board.slice(i, i + 3).map((cell) => [".", "X", "O"][cell]).join(" "));
  return `Tic-tac-toe board. ${view.line ? "Three in a row. " : ""}Rows from the top: ${rows.join(", ")}.`;
}

export const move = (turn) => (turn.did ? `cell ${turn.did}` : null);
export const seatName = (seat) => "XO"[seat] ?? "";
export const games = 2;
