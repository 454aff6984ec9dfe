// Leduc poker. View: {hand, hands: [{cards: [two]|null, board|null, opener, actions: [words of each round], chips: [two], won: [two]|null}], balance: [two], toAct}.
// Cards stay null until both were shown or the session is over, the board until it is out.
import { el, mark } from "../dom.js";
import { nameOf } from "../match-words.js";
import { card, signed } from "../cards.js";

const FACE = { jack: "J", queen: "Q", king: "K" };

export function render(view, { players, seats }) {
  const hand = view.hands?.[view.hand] ?? { opener: 0, actions: [], chips: [] };
  const rows = seats.map((player, seat) => el("li", { class: `av-answer av-p${player}` },
    mark(player),
    el("div", { class: "av-answer-body" },
      el("span", { class: "av-answer-name", text: nameOf(players, player) }),
      el("span", { class: "av-answer-text", text: said(hand, seat) || (view.toAct === seat ? "is thinking…" : "–") })),
    el("span", { class: "badge", text: `${hand.chips[seat] ?? 0} in` }),
    el("span", { class: "badge", text: `${signed(view.balance?.[seat] ?? 0)} chips` }),
    card(FACE[hand.cards?.[seat]])));
  const past = (view.hands ?? []).map((h, i) => [h, i]).filter(([h]) => h.won).map(([h, i]) => el("li", { text: told(h, i, players, seats) }));
  return el("div", { class: "av-board av-poker", role: "group", "aria-label": describe(view) },
    el("div", { class: "av-table" }, el("span", { class: "av-table-word", text: `Hand ${(view.hand ?? 0) + 1}` }), card(FACE[hand.board])),
    el("ul", { class: "av-answers", "aria-label": "Players" }, ...rows),
    el("ul", { class: "muted av-past", "aria-label": "Hands played" }, ...past.reverse().slice(0, 5)));
}

const said = (hand, seat) => hand.actions.map((round) => round.filter((_, i) => (hand.opener + i) % 2 === seat).join(", ")).filter(Boolean).join(" · ");

function told(hand, i, players, seats) {
  const shown = hand.cards ? ` (${hand.cards.map((c) => FACE[c]).join(" against ")}${hand.board ? `, board ${FACE[hand.board]}` : ""})` : "";
  const end = hand.won[0] === 0 ? "shared" : `${nameOf(players, seats[hand.won[0] > 0 ? 0 : 1])} ${signed(Math.abs(hand.won[0]))}`;
  return `Hand ${i + 1}: ${hand.actions.map((round) => round.join(", ")).filter(Boolean).join(" · ")}${shown}: ${end}`;
}

export const describe = (view) => `Leduc poker, hand ${(view.hand ?? 0) + 1}. Balance ${signed(view.balance?.[0] ?? 0)} to ${signed(view.balance?.[1] ?? 0)}.`;
export const move = (turn) => turn.did;
export const games = 2;
