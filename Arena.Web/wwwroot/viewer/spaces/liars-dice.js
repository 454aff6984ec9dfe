// Liar's dice. View: {left: [dice of each seat], bids: [{seat, count, face}], rounds: [{dice: [faces of each seat], bids, challenger, loser}], winner, toAct}.
// Dice of the present round stay hidden until the challenge; until its first bid, the last round is shown.
import { el, mark, svg } from "../dom.js";
import { nameOf } from "../match-words.js";

const PIPS = { 1: [[1, 1]], 2: [[0, 0], [2, 2]], 3: [[0, 0], [1, 1], [2, 2]], 4: [[0, 0], [0, 2], [2, 0], [2, 2]], 5: [[0, 0], [0, 2], [1, 1], [2, 0], [2, 2]], 6: [[0, 0], [0, 1], [0, 2], [2, 0], [2, 1], [2, 2]] };

export function render(view, { players, seats }) {
  const last = view.rounds?.at(-1);
  const shown = last && !view.bids?.length ? last : null;
  const bids = shown ? shown.bids : view.bids ?? [];
  const bid = bids.at(-1);
  const rows = seats.map((player, seat) => {
    const own = bids.filter((b) => b.seat === seat).map(words).join(", ");
    const called = shown?.challenger === seat ? `${own ? `${own}, ` : ""}liar!` : own;
    return el("li", { class: `av-answer av-p${player}${view.winner === seat ? " av-best" : ""}` },
      mark(player),
      el("div", { class: "av-answer-body" },
        el("span", { class: "av-answer-name", text: nameOf(players, player) }),
        el("span", { class: "av-answer-text", text: called || (view.left?.[seat] === 0 ? "out" : view.toAct === seat ? "is thinking…" : "–") })),
      shown?.loser === seat ? el("span", { class: "badge", text: "lost a die" }) : null,
      el("span", { class: "av-hand" }, ...(shown ? shown.dice[seat].map((face) => die(face, counts(face, bid))) : Array.from({ length: view.left?.[seat] ?? 0 }, () => die(0, false)))));
  });
  const past = (view.rounds ?? []).map((r, i) => el("li", {
    text: `Round ${i + 1}: ${words(r.bids.at(-1))}, called by ${nameOf(players, seats[r.challenger])}; ${nameOf(players, seats[r.loser])} lost a die`,
  }));
  return el("div", { class: "av-board av-dice", role: "group", "aria-label": describe(view) },
    el("div", { class: "av-table" }, el("span", { class: "av-table-word", text: bid ? `Bid: ${words(bid)}` : "No bid yet" }), bid ? die(bid.face, true) : null),
    el("ul", { class: "av-answers", "aria-label": "Players" }, ...rows),
    el("ul", { class: "muted av-past", "aria-label": "Rounds played" }, ...past.reverse().slice(0, 4)));
}

const counts = (face, bid) => Boolean(bid) && (face === 1 || face === bid.face);
const words = (bid) => (bid ? `${bid.count} × ${bid.face}` : "no bid");

/** A die with its face, or hidden (0); lit where it counts for the bid. */
function die(face, lit) {
  return svg("svg", { class: `av-die${lit ? " av-die-lit" : ""}${face ? "" : " av-die-hidden"}`, viewBox: "0 0 40 40", role: "img", "aria-label": face ? `a ${face}` : "a hidden die" },
    svg("rect", { x: 2, y: 2, width: 36, height: 36, rx: 8 }),
    ...(PIPS[face] ?? []).map(([column, row]) => svg("circle", { cx: 10 + 10 * column, cy: 10 + 10 * row, r: 4 })));
}

export function describe(view) {
  const bid = view.bids?.at(-1);
  return `Liar's dice. Dice left: ${(view.left ?? []).join(", ")}. ${bid ? `The bid is ${bid.count} dice of ${bid.face}.` : "No bid yet."}`;
}

export const move = (turn) => (turn.did === "liar" ? "liar!" : turn.did ? turn.did.replace(" ", " × ") : null);
