// Breakthrough. View: {board: 8 rows, rank 8 first, of 8 cells 0|1|2 (1 = seat 0, white), last: [[row, column] left, [row, column] entered]|null, winner, toAct}.
import { el, svg, newId } from "../dom.js";

const CELL = 100, SIZE = 8 * CELL, EDGE = 44;

export function render(view, { seats, animate }) {
  const title = newId("breakthrough-title");
  const squares = [], pieces = [], labels = [];
  for (let row = 0; row < 8; row++) {
    labels.push(svg("text", { class: "av-coordinate", x: -EDGE / 2, y: CELL * (row + 0.5) + 10, text: 8 - row }),
      svg("text", { class: "av-coordinate", x: CELL * (row + 0.5), y: SIZE + 32, text: "abcdefgh"[row] }));
    for (let column = 0; column < 8; column++) {
      if ((row + column) % 2) squares.push(svg("rect", { x: CELL * column, y: CELL * row, width: CELL, height: CELL, fill: "var(--line)", opacity: 0.45 }));
      if (view.last?.some(([r, c]) => r === row && c === column)) squares.push(svg("rect", { class: "av-last-cell", x: CELL * column, y: CELL * row, width: CELL, height: CELL }));
      const owner = view.board?.[row]?.[column] ?? 0;
      if (owner) pieces.push(pawn(owner, seats[owner - 1] ?? owner - 1, column, row, animate && view.last?.[1]?.[0] === row && view.last?.[1]?.[1] === column));
    }
  }
  return el("div", { class: "av-board av-breakthrough" },
    svg("svg", { viewBox: `${-EDGE} -8 ${SIZE + EDGE + 8} ${SIZE + EDGE + 8}`, role: "img", "aria-labelledby": title },
      svg("title", { id: title, text: describe(view) }),
      svg("rect", { class: "av-paper", width: SIZE, height: SIZE, rx: 6 }),
      ...squares, ...labels, ...pieces));
}

/** A pawn in its player's colour; it points the way it moves, so that shape tells the sides apart too. */
function pawn(owner, player, column, row, appears) {
  const x = CELL * (column + 0.5), y = CELL * (row + 0.5), up = owner === 1 ? -1 : 1;
  return svg("g", { class: `av-p${player}${appears ? " av-appear" : ""}` },
    svg("path", { d: `M${x} ${y + 34 * up}L${x + 32} ${y - 24 * up}H${x - 32}Z`, fill: "var(--p)", stroke: "var(--p-ink)", "stroke-width": 4, "stroke-linejoin": "round" }));
}

export function describe(view) {
  const count = (seat) => (view.board ?? []).flat().filter((cell) => cell === seat + 1).length;
  return `Breakthrough board. White has ${count(0)} pieces, black ${count(1)}.${Number.isInteger(view.winner) ? ` ${["White", "Black"][view.winner]} broke through.` : ""}`;
}

export const move = (turn) => turn.did;
export const seatName = (seat) => ["White", "Black"][seat] ?? "";
export const games = 2;
