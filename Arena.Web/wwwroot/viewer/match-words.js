// What the viewer says in words. Pure.

/** Milli-Elo as whole points. */
export const elo = (milli) => (Number.isFinite(milli) ? String(Math.round(milli / 1000)) : "");

/** Milli-Elo change, signed, one decimal: "+8.4". */
export function change(before, after) {
  if (!Number.isFinite(before) || !Number.isFinite(after)) return null;
  const points = (after - before) / 1000;
  const text = Math.abs(points).toFixed(1);
  return { text: text === "0.0" ? "±0.0" : `${points > 0 ? "+" : "−"}${text}`, way: text === "0.0" ? "same" : points > 0 ? "up" : "down" };
}

/** Points as people write them: 0, ½, 1, 1½. */
export function points(value) {
  if (!Number.isFinite(value)) return "";
  const whole = Math.floor(value + 1e-9);
  const part = value - whole;
  if (Math.abs(part) < 1e-3) return String(whole);
  if (Math.abs(part - 0.5) < 1e-3) return whole === 0 ? "½" : `${whole}½`;
  return value.toFixed(2);
}

/** Milliseconds: "340 ms", "2.4 s", "1:05". */
export function duration(ms) {
  if (!Number.isFinite(ms)) return "";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;
}

const faults = {
  TimedOut: "out of time",
  Illegal: "illegal move",
  Crashed: "crashed",
  Disconnected: "disconnected",
  OverBudget: "over budget",
  "no-answer": "no answer",
};

export const fault = (kind) => faults[kind] ?? kind;

/** A player's name as the match shows it: a house agent's without its space ("Connect Four · Greedy"), which the page says already. */
export function nameOf(players, player) {
  const info = players[player];
  if (!info?.name) return `Player ${player + 1}`;
  const parts = info.kind === "house" ? info.name.split(" · ") : [];
  return parts.length > 1 ? parts.slice(1).join(" · ") : info.name;
}

/** A turn in one sentence, for people who don't see the board. */
export function sentence(turn, players, did = turn.did) {
  const name = nameOf(players, turn.player);
  if (turn.fault) return `${name}: ${fault(turn.fault)}.`;
  return `${name} plays ${did}.`;
}

/** Who won a game: "A wins game 1", "Game 1 is drawn". */
export function gameResult(game, players) {
  const best = Math.max(...game.ended);
  const winners = game.ended.flatMap((score, seat) => (score === best ? [nameOf(players, game.seats[seat] ?? seat)] : []));
  return winners.length === 1 ? `${winners[0]} wins game ${game.game + 1}` : `Game ${game.game + 1} is drawn`;
}

/** The result of a match: {headline, detail}. `scores` are micro-points per player, `games` the games won (or null). */
export function result(scores, players, games) {
  const best = Math.max(...scores);
  const winners = scores.flatMap((score, player) => (score === best ? [player] : []));
  const tally = (games ?? scores.map((s) => s / 1e6)).map(points).join(" – ");
  const headline = winners.length === 1
    ? `${nameOf(players, winners[0])} wins`
    : winners.length === players.length ? "Drawn" : `${winners.map((w) => nameOf(players, w)).join(" and ")} share first place`;
  return { headline, tally, winners: winners.length === players.length ? [] : winners };
}
