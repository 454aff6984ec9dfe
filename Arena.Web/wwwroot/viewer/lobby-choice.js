// Which running match a lobby shows. Pure.

/** A match as the hub's notices and the API's list give it, in one form: {id, space, players: [name], shown: true | null}. */
export function lobbyMatch(match) {
  return {
    id: match.match ?? match.id,
    space: match.space,
    shown: match.shown ?? null,
    players: (match.players ?? []).map((p) => ({ name: p.agent ?? p.name ?? "?", kind: p.kind })),
  };
}

/** The matches that run now: notices keep it true between two readings of the list. */
export class Lobby {
  #matches = new Map();

  /** Replaces everything by a fresh list; what was known to be shown stays so. */
  load(matches) {
    const before = this.#matches;
    this.#matches = new Map(matches.map(lobbyMatch).map((m) => [m.id, { ...m, shown: m.shown ?? before.get(m.id)?.shown ?? null }]));
  }

  /** A notice of the hub. Matches at full speed are over before anyone could watch: left out. */
  notice(notice) {
    const match = lobbyMatch(notice);
    if (notice.type === "closed") this.#matches.delete(match.id);
    else if (notice.type === "started" && notice.shown !== false) this.#matches.set(match.id, match);
  }

  has(id) {
    return this.#matches.has(id);
  }

  /** Newest first (ids ascend with time). */
  list(space) {
    return [...this.#matches.values()].filter((m) => !space || m.space === space).sort((a, b) => (a.id < b.id ? 1 : -1));
  }

  /** The match to show after `current`: one that is shown at watching speed, then one of a preferred space, then the newest; null when none runs. */
  next(current, { space, prefer = [] } = {}) {
    const rank = (m) => (m.shown ? 0 : 100) + (prefer.includes(m.space) ? prefer.indexOf(m.space) : prefer.length);
    const others = this.list(space).filter((m) => m.id !== current);
    return others.sort((a, b) => rank(a) - rank(b))[0] ?? null;
  }
}

/** The name of a space: as `names` ({slug: name}) has it, else its slug's words: "connect-four" -> "Connect four". */
export function spaceName(slug, names = {}) {
  if (Object.hasOwn(names, slug ?? "")) return names[slug];
  const words = (slug ?? "").replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
