// Kuhn poker. View: {hand, hands: [{cards: [two]|null, opener, actions: [words], won: [two]|null}], balance: [two], toAct}.
// Cards stay null until both were shown or the session is over.
import { el, mark } from "../dom.js";
import { nameOf } from "../match-words.js";

const FACE = { jack: "J", queen: "Q", king: "K" };
const signed = (chips) => (chips > 0 ? `+${chips}` : `${chips}`);

export function render(view, { players, seats }) {
  const hand = view.hands?.[view.hand] ?? { opener: 0, actions: [] };
  const rows = seats.map((player, seat) => el("li", { class: `av-answer av-p${player}` },
    mark(player),
    el("div", { class: "av-answer-body" },
      el("span", { class: "av-answer-name", text: nameOf(players, player) }),
      el("span", { class: "av-answer-text", text: said(hand, seat) || (view.toAct === seat ? "is thinking…" : "–") })),
    el("span", { class: "badge", text: hand.cards ? FACE[hand.cards[seat]] : "hidden" }),
    el("span", { class: "badge", text: `${signed(view.balance?.[seat] ?? 0)} chips` })));
  const past = (view.hands ?? []).filter((h) => h.won).map((h, i) =>
    el("li", { text: `Hand ${i + 1}: ${h.actions.join(", ")}${h.cards ? ` (${h.cards.map((c) => FACE[c]).join(" against ")})` : ""}: ${nameOf(players, seats[h.won[0] > 0 ? 0 : 1])} ${signed(Math.abs(h.won[0]))}` }));
  return el("div", { class: "av-board av-kuhn-poker", role: "group", "aria-label": describe(view) },
    el("div", { class: "av-target" }, el("span", { text: "Hand" }), el("b", { text: (view.hand ?? 0) + 1 })),
    el("ul", { class: "av-answers", "aria-label": "Players" }, ...rows),
    el("ul", { class: "muted", "aria-label": "Hands played" }, ...past.reverse().slice(0, 5)));
}

const said = (hand, seat) => hand.actions.filter((_, i) => (hand.opener + i) % 2 === seat).join(", ");

export const describe = (view) => `Kuhn poker, hand ${(view.hand ?? 0) + 1}. Balance ${signed(view.balance?.[0] ?? 0)} to ${signed(view.balance?.[1] ?? 0)}.`;
export const move = (turn) => turn.did;
export const games = 2;
