// Chess. View: {board: 8 ranks, rank 8 first, of 8 letters as in FEN or ".", last: [[row, column] left, [row, column] entered]|null, san, check: [row, column]|null, fen, end, toAct}.
import { el, svg, newId } from "../dom.js";

const CELL = 100, SIZE = 8 * CELL, EDGE = 44;

// Drawn in a box of 45 units; the base, in the player's colour, is the same for all.
const SHAPES = {
  p: ["M22.500 8a6 6 0 0 1 3.600 10.800c2.900 4.200 4.700 9.200 5.400 15.200h-18c.7-6 2.500-11 5.400-15.200A6 6 0 0 1 22.500 8z"],
  r: ["M11 8h6v4h3V8h5v4h3V8h6v9l-4 4v9l3 4H12l3-4v-9l-4-4z", "M15 21h15"],
  n: ["M13.500 34c-.5-9 8-11.500 7.500-17-3 .5-4.500 5-8.500 5.500L9 18.500 15.500 10l1-5 5 3.500C31 10 33.500 20 32 34z", "M18.500 13.500h.1"],
  b: ["M22.500 9c6 4.500 9 11 5 17.500l3 7.500h-16l3-7.500c-4-6.500-1-13 5-17.500z", "M22.500 4.200a2.200 2.200 0 1 1-.1 0z", "M22.500 14v7M19 17.500h7"],
  q: ["M7.500 13 15 23l1.500-13.500 6 12 6-12L30 23l7.500-10L33 34H12z", "M12.500 30h20"],
  k: ["M22.500 18c2-5 8-7.500 11.500-3.500 4 5-.5 11-3.500 15.500v4h-16v-4c-3-4.500-7.500-10.500-3.500-15.500 3.500-4 9.500-1.500 11.500 3.500z", "M22.500 18V4M18.500 8h8"],
};

export function render(view, { seats, animate }) {
  const title = newId("chess-title");
  const squares = [], pieces = [], labels = [];
  for (let row = 0; row < 8; row++) {
    labels.push(svg("text", { class: "av-coordinate", x: -EDGE / 2, y: CELL * (row + 0.5) + 10, text: 8 - row }),
      svg("text", { class: "av-coordinate", x: CELL * (row + 0.5), y: SIZE + 32, text: "abcdefgh"[row] }));
    for (let column = 0; column < 8; column++) {
      const at = (place) => place?.[0] === row && place?.[1] === column;
      squares.push(svg("rect", { class: (row + column) % 2 ? "av-square-dark" : "av-square-light", x: CELL * column, y: CELL * row, width: CELL, height: CELL }));
      if (view.last?.some(at)) squares.push(svg("rect", { class: "av-square-last", x: CELL * column, y: CELL * row, width: CELL, height: CELL }));
      if (at(view.check)) squares.push(svg("circle", { class: "av-check", cx: CELL * (column + 0.5), cy: CELL * (row + 0.5), r: 46 }));
      const letter = view.board?.[row]?.[column] ?? ".";
      if (letter !== ".") pieces.push(piece(letter, seats, column, row, animate && at(view.last?.[1])));
    }
  }
  return el("div", { class: "av-board av-chess" },
    svg("svg", { viewBox: `${-EDGE} -8 ${SIZE + EDGE + 8} ${SIZE + EDGE + 8}`, role: "img", "aria-labelledby": title },
      svg("title", { id: title, text: describe(view) }),
      ...squares, ...labels, ...pieces),
    view.end ? el("p", { class: "av-note", text: view.end[0].toUpperCase() + view.end.slice(1) }) : null);
}

/** White and black by light and dark, whose player by the colour of the base. */
function piece(letter, seats, column, row, appears) {
  const seat = letter === letter.toUpperCase() ? 0 : 1;
  const [body, ...lines] = SHAPES[letter.toLowerCase()];
  return svg("g", { class: `av-man ${seat ? "av-man-dark" : "av-man-light"} av-p${seats[seat] ?? seat}${appears ? " av-appear" : ""}` },
    svg("g", { transform: `translate(${CELL * column + 5} ${CELL * row + 5}) scale(2)` },
      svg("path", { d: body }), ...lines.map((d) => svg("path", { class: "av-man-line", d })),
      svg("rect", { class: "av-man-base", x: 9, y: 34, width: 27, height: 6, rx: 2 })));
}

export function describe(view) {
  const state = view.end ? ` ${view.end}.` : view.check ? " Check." : "";
  return `Chess board. ${view.san ? `Last move ${view.san}.` : "The opening position."}${state} Position: ${view.fen ?? ""}`;
}

export const move = (turn) => turn.did;
export const seatName = (seat) => ["White", "Black"][seat] ?? "";
export const games = 2;
