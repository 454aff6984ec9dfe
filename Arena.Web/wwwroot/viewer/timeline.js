// A match as a list of positions, made from its events. Pure: the same for live, replay and tests.

/** Events in, positions out. Live events and the stored replay have one shape, so one timeline serves both. */
export class Timeline {
  /** @type {object|null} as in GET /api/v1/matches/{id}/frames: id, space, kind, status, ... */
  match = null;
  /** By player index: name, agentId, kind, version, ownerName, ratingBefore, ratingAfter (milli-Elo), score (micro-points). */
  players = [];
  /** {game, seats: player per seat, frames: indices into frames, ended: scores per seat or null} */
  games = [];
  /** {index, game, n: 0 for the opening or the number of the turn in its game, turn: the event's data or null, view} */
  frames = [];
  /** {scores, ratings, verdict} once closed. */
  result = null;
  judging = false;
  /** Why it is void, or null. */
  voidReason = null;
  lastId = 0;
  /** Set where nothing more will come although no result did: a dry run. */
  sealed = false;

  /** Takes a whole frames document; events that are known already are left alone, so it can be loaded again at any time. */
  load(document) {
    this.match = { ...this.match, ...document.match };
    if (document.players?.length) this.players = document.players;
    for (const event of document.events ?? []) this.add(event);
    if (this.match.status?.toLowerCase() === "void") this.voidReason ??= this.match.voidReason ?? "";
    if (!this.result && this.match.status?.toLowerCase() === "closed" && this.players.every((p) => p.score !== null && p.score !== undefined)) {
      this.result = { scores: this.players.map((p) => p.score), ratings: [], verdict: null };
    }
    return this;
  }

  /** @returns "added", "known", or "gap" when events before this one are missing (load the frames again). */
  add(event) {
    if (event.id <= this.lastId) return "known";
    if (event.id > this.lastId + 1) return "gap";
    this.lastId = event.id;
    const data = event.data ?? {};
    switch (event.type) {
      case "started":
        if (!this.players.length) this.players = data.players ?? [];
        this.match = { space: data.space, ...this.match };
        if (this.match.status?.toLowerCase() === "scheduled") this.match.status = "running";
        break;
      case "game":
        this.games[data.game] = { game: data.game, seats: data.seats ?? [], frames: [], ended: null };
        this.#push(data.game, null, data.view);
        break;
      case "turn":
        this.games[data.game] ??= { game: data.game, seats: [], frames: [], ended: null };
        this.#push(data.game, data, data.view);
        if (data.ended) this.games[data.game].ended = data.ended;
        break;
      case "judging":
        this.judging = true;
        break;
      case "closed":
        this.judging = false;
        this.result = data;
        this.match = { ...this.match, status: "closed" };
        this.players = this.players.map((p, i) => {
          const rating = data.ratings?.find((r) => r.player === i);
          return { ...p, score: data.scores?.[i] ?? p.score, ratingBefore: rating?.before ?? p.ratingBefore, ratingAfter: rating?.after ?? p.ratingAfter };
        });
        break;
      case "void":
        this.judging = false;
        this.voidReason = data.reason ?? "";
        this.match = { ...this.match, status: "void" };
        break;
    }
    return "added";
  }

  #push(game, turn, view) {
    const frame = { index: this.frames.length, game, n: this.games[game].frames.length, turn, view: view ?? {} };
    this.games[game].frames.push(frame.index);
    this.frames.push(frame);
  }

  /** Whether nothing more can happen. */
  get over() {
    return this.sealed || this.result !== null || this.voidReason !== null;
  }

  get last() {
    return this.frames.length - 1;
  }

  /** Player indices that are thinking at the newest position. */
  get thinking() {
    if (this.over || this.judging || !this.frames.length) return [];
    const frame = this.frames[this.last];
    return seatsToAct(frame.view).map((seat) => this.games[frame.game].seats[seat] ?? seat);
  }

  /** Milliseconds that a player had used in a game when a position stood on the board; null where no turn was timed. */
  used(player, frame) {
    let sum = null;
    for (const i of this.games[frame.game]?.frames ?? []) {
      const turn = this.frames[i].turn;
      if (i <= frame.index && turn?.player === player && Number.isFinite(turn.ms)) sum = (sum ?? 0) + turn.ms;
    }
    return sum;
  }

  /** Points of each player over the games that ended at or before a position, in games; null before the first has. */
  score(upTo = this.last) {
    const sums = this.players.map(() => 0);
    let any = false;
    for (const game of this.games) {
      if (!game?.ended || game.frames.at(-1) > upTo) continue;
      any = true;
      game.ended.forEach((points, seat) => { sums[game.seats[seat] ?? seat] += points / 1e6; });
    }
    return any ? sums : null;
  }

  /** "#2.14" -> the index of game 2's position after 14 turns (0 = its opening), or -1. */
  find(hash) {
    const parts = /^#(\d{1,3})\.(\d{1,4})$/.exec(hash ?? "");
    return parts ? this.games[parts[1] - 1]?.frames[+parts[2]] ?? -1 : -1;
  }

  /** The address of a position within the page. */
  hash(index) {
    const frame = this.frames[index];
    return frame ? `#${frame.game + 1}.${frame.n}` : "";
  }
}

/** The seats that must act in a view, whatever form the space gives them. */
export function seatsToAct(view) {
  const toAct = view?.toAct;
  if (Array.isArray(toAct)) return toAct;
  return Number.isInteger(toAct) ? [toAct] : [];
}

/**
 * How long a position stays before the next one is shown, in milliseconds. The end of a game stays longer; a live
 * match that has run ahead catches up.
 */
export function hold(frame, { speed = 1, backlog = 0, live = false, ended = false } = {}) {
  if (live) return ended ? 1600 : backlog > 4 ? 90 : 260;
  return (ended ? 2200 : frame?.turn ? 850 : 1100) / speed;
}
