// Tradewars. View: {prices: [cents, oldest first], history, round, rounds, books: [{seat, cash, position, equity, out}], trades: [[units of each seat]], series, toAct: seats}.
import { el, mark, svg } from "../dom.js";
import { nameOf } from "../match-words.js";

const WIDTH = 640, HEIGHT = 200, LEFT = 8, RIGHT = 66, EDGE = 16;

export function render(view, { players, seats }) {
  const waiting = [].concat(view.toAct ?? []);
  const order = [...(view.books ?? [])].sort((a, b) => b.equity - a.equity);
  const best = order[0]?.equity;
  const last = view.trades?.at(-1);
  const rows = order.map((book) => {
    const player = seats[book.seat];
    return el("li", { class: `av-answer av-p${player}${book.equity === best && view.round > 0 ? " av-best" : ""}` },
      mark(player),
      el("div", { class: "av-answer-body" },
        el("span", { class: "av-answer-name", text: nameOf(players, player) }),
        el("span", { class: "av-answer-text", text: book.out ? "out" : `${money(book.equity)} · ${position(book.position)}` })),
      last ? el("span", { class: "badge", text: traded(last[book.seat]) }) : waiting.includes(book.seat) ? el("span", { class: "badge", text: "is thinking…" }) : null);
  });
  return el("div", { class: "av-board av-trade", role: "group", "aria-label": describe(view) },
    chart(view),
    el("p", { class: "muted", text: `Round ${Math.min(view.round + 1, view.rounds)} of ${view.rounds}${view.series ? `, recorded prices: ${view.series.name}` : ""}` }),
    el("ul", { class: "av-answers", "aria-label": "Traders, richest first" }, ...rows));
}

/** The prices as a line: those from before the game in grey. */
function chart(view) {
  const prices = view.prices ?? [];
  const count = view.history + view.rounds;
  const [low, high] = [Math.min(...prices), Math.max(...prices)];
  const x = (i) => LEFT + (i * (WIDTH - LEFT - RIGHT)) / Math.max(1, count - 1);
  const y = (price) => EDGE + ((high - price) * (HEIGHT - 2 * EDGE)) / Math.max(1, high - low);
  const line = (from, to, name) => svg("polyline", { class: name, points: prices.slice(from, to).map((p, i) => `${x(from + i).toFixed(1)},${y(p).toFixed(1)}`).join(" ") });
  const at = prices.length - 1;
  return svg("svg", { class: "av-prices", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `The price, now ${money(prices[at])}` },
    svg("line", { x1: x(view.history - 1), x2: x(view.history - 1), y1: 0, y2: HEIGHT }),
    line(0, view.history, "av-past-prices"),
    line(view.history - 1, prices.length, "av-new-prices"),
    svg("circle", { cx: x(at), cy: y(prices[at]), r: 4 }),
    svg("text", { x: x(at) + 8, y: y(prices[at]) + 4, text: money(prices[at]) }));
}

/** Cents: 1004250 -> "10,042.50". */
export const money = (cents) => (Number.isFinite(cents) ? (cents / 100).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 }) : "–");

/** "+40 units", "−100 units", "no units". */
export const position = (units) => (units === 0 ? "no units" : `${units > 0 ? "+" : "−"}${Math.abs(units)} units`);

const traded = (units) => (units === 0 ? "held" : units > 0 ? `bought ${units}` : `sold ${-units}`);

export const describe = (view) => `Tradewars, round ${Math.min((view.round ?? 0) + 1, view.rounds)} of ${view.rounds}. The price is ${money(view.prices?.at(-1))}. ${(view.books ?? []).map((b) => `Trader ${b.seat + 1}: ${money(b.equity)}.`).join(" ")}`;
export const move = (turn) => turn.did;
export const games = 5;
