// Hold'em. View: {hand, stack, hands: [{cards: [two of two]|null, board: [names], button, chips: [two], actions: [{street, seat, action}], won: [two]|null}], balance: [two], toAct}.
// Cards stay null until both were shown or the session is over.
import { el, mark } from "../dom.js";
import { nameOf } from "../match-words.js";
import { cards, signed } from "../cards.js";

export function render(view, { players, seats }) {
  const hand = view.hands?.[view.hand] ?? { button: 0, chips: [0, 0], actions: [], board: [] };
  const pot = hand.chips[0] + hand.chips[1];
  const rows = seats.map((player, seat) => el("li", { class: `av-answer av-p${player}` },
    mark(player),
    el("div", { class: "av-answer-body" },
      el("span", { class: "av-answer-name", text: `${nameOf(players, player)}${hand.button === seat ? " (button)" : ""}` }),
      el("span", { class: "av-answer-text", text: said(hand, seat) || (view.toAct === seat ? "is thinking…" : "–") })),
    el("span", { class: "badge", text: `${(view.stack ?? 0) - hand.chips[seat]} left` }),
    el("span", { class: "badge", text: `${signed(view.balance?.[seat] ?? 0)} chips` }),
    cards(hand.cards?.[seat], 2)));
  const past = (view.hands ?? []).map((h, i) => [h, i]).filter(([h]) => h.won).map(([h, i]) => el("li", { text: told(h, i, players, seats) }));
  return el("div", { class: "av-board av-poker", role: "group", "aria-label": describe(view) },
    el("div", { class: "av-table" },
      el("span", { class: "av-table-word", text: `Hand ${(view.hand ?? 0) + 1}` }),
      cards(hand.board, 5),
      el("span", { class: "av-table-word", text: `Pot ${pot}` })),
    el("ul", { class: "av-answers", "aria-label": "Players" }, ...rows),
    el("ul", { class: "muted av-past", "aria-label": "Hands played" }, ...past.reverse().slice(0, 5)));
}

/** What a seat has done on the present street. */
function said(hand, seat) {
  const street = hand.actions.at(-1)?.street;
  return hand.actions.filter((a) => a.street === street && a.seat === seat).map((a) => a.action).join(", ");
}

function told(hand, i, players, seats) {
  const shown = hand.cards ? ` (${hand.cards.map((c) => c.join(" ")).join(" against ")})` : "";
  const end = hand.won[0] === 0 ? "shared" : `${nameOf(players, seats[hand.won[0] > 0 ? 0 : 1])} ${signed(Math.abs(hand.won[0]))}`;
  return `Hand ${i + 1}: ${hand.board.length ? hand.board.join(" ") : "no flop"}${shown}: ${end}`;
}

export function describe(view) {
  const hand = view.hands?.[view.hand];
  return `Hold'em, hand ${(view.hand ?? 0) + 1}. Board: ${hand?.board?.join(" ") || "none"}. Pot ${(hand?.chips?.[0] ?? 0) + (hand?.chips?.[1] ?? 0)}. Balance ${signed(view.balance?.[0] ?? 0)} to ${signed(view.balance?.[1] ?? 0)}.`;
}

export const move = (turn) => turn.did;
export const games = 2;
