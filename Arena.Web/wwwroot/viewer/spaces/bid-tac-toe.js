// Bid-tac-toe. View: tic-tac-toe's board, last and line, and coins: [seat 0, seat 1], bids: both|null, rounds: [{bids, mover, cell}], toAct: seats.
import { el, mark } from "../dom.js";
import { nameOf } from "../match-words.js";
import { render as board, describe as cells } from "./tic-tac-toe.js";

export function render(view, about) {
  const { players, seats } = about;
  const last = view.bids ?? view.rounds?.at(-1)?.bids ?? null;
  const purses = seats.map((player, seat) => el("li", { class: `av-answer av-p${player}` },
    mark(player),
    el("div", { class: "av-answer-body" },
      el("span", { class: "av-answer-name", text: `${nameOf(players, player)} (${"XO"[seat]})` }),
      el("span", { class: "av-answer-text", text: `${view.coins?.[seat] ?? 0} coins` })),
    last ? el("span", { class: "badge", text: `bid ${last[seat]}` }) : null));
  return el("div", { class: "av-board av-bid-tac-toe", role: "group", "aria-label": describe(view) },
    board(view, about),
    el("ul", { class: "av-answers", "aria-label": "Coins" }, ...purses));
}

export const describe = (view) => `${cells(view)} X has ${view.coins?.[0]} coins, O ${view.coins?.[1]}.`;
export const move = (turn) => turn.did;
export const seatName = (seat) => "XO"[seat] ?? "";
export const games = 2;
