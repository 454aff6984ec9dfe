// The live line to a match: the hub /hubs/match, and server-sent events where the hub can't be reached.
// Both start after the last event that the viewer has, so a broken line resumes without a hole.

let shared = null;

/** One hub connection for the page, however many matches it shows. */
export function hub() {
  shared ??= new Hub();
  return shared;
}

class Hub {
  #connection = null;
  #watchers = new Map();
  #lobby = new Set();
  #starting = null;
  state = "connecting";

  /** Follows a match. `watcher`: {lastId(), event(e), state(s)}. Rejects when there is no hub to reach. */
  async watch(matchId, watcher) {
    if (!this.#watchers.has(matchId)) this.#watchers.set(matchId, new Set());
    this.#watchers.get(matchId).add(watcher);
    try {
      await this.#start();
      await this.#connection.invoke("Watch", matchId, watcher.lastId());
      watcher.state("live");
    } catch (error) {
      this.unwatch(matchId, watcher);
      throw error;
    }
  }

  unwatch(matchId, watcher) {
    const watchers = this.#watchers.get(matchId);
    if (!watchers?.delete(watcher) || watchers.size) return;
    this.#watchers.delete(matchId);
    if (this.#connection?.state === "Connected") this.#connection.invoke("Unwatch", matchId).catch(() => {});
  }

  /** Matches that start and end: `listener(notice)`. Resolves to a function that stops it. */
  async lobby(listener) {
    this.#lobby.add(listener);
    await this.#start();
    await this.#connection.invoke("WatchLobby");
    return () => this.#lobby.delete(listener);
  }

  #start() {
    this.#starting ??= this.#connect().catch((error) => {
      this.#starting = null;
      throw error;
    });
    return this.#starting;
  }

  async #connect() {
    if (!globalThis.signalR) await import("/lib/signalr/signalr.min.js");
    const { HubConnectionBuilder, LogLevel } = globalThis.signalR;
    const connection = new HubConnectionBuilder()
      .withUrl("/hubs/match")
      .withAutomaticReconnect({ nextRetryDelayInMilliseconds: ({ previousRetryCount }) => Math.min(500 * 2 ** previousRetryCount, 10_000) })
      .configureLogging(LogLevel.None)
      .build();
    connection.on("event", (matchId, event) => {
      for (const watcher of this.#watchers.get(matchId) ?? []) watcher.event(event);
    });
    connection.on("lobby", (notice) => {
      for (const listener of this.#lobby) listener(notice);
    });
    connection.onreconnecting(() => this.#tell("reconnecting"));
    connection.onreconnected(async () => {
      for (const [matchId, watchers] of this.#watchers) {
        const from = Math.min(...[...watchers].map((w) => w.lastId()));
        await connection.invoke("Watch", matchId, from).catch(() => {});
      }
      if (this.#lobby.size) await connection.invoke("WatchLobby").catch(() => {});
      this.#tell("live");
    });
    connection.onclose(() => {
      this.#starting = null;
      this.#tell("offline");
    });
    await connection.start();
    this.#connection = connection;
  }

  #tell(state) {
    this.state = state;
    for (const watchers of this.#watchers.values()) for (const watcher of watchers) watcher.state(state);
  }
}

/** Server-sent events of a match; the browser reconnects with Last-Event-ID by itself. Returns a function that ends it. */
export function eventSource(matchId, watcher) {
  const source = new EventSource(`/api/v1/matches/${encodeURIComponent(matchId)}/events?after=${watcher.lastId()}`);
  const take = (message) => {
    let data;
    try {
      data = JSON.parse(message.data);
    } catch {
      return;
    }
    const event = data && typeof data.type === "string" && "data" in data ? data : { id: Number(message.lastEventId), type: message.type, data };
    watcher.event(event);
    if (event.type === "closed" || event.type === "void") source.close();
  };
  for (const type of ["message", "started", "game", "turn", "judging", "closed", "void"]) source.addEventListener(type, take);
  source.onopen = () => watcher.state("live");
  source.onerror = () => watcher.state(source.readyState === EventSource.CLOSED ? "offline" : "reconnecting");
  return () => source.close();
}

/** Follows a match by the best means there is. Returns a function that stops. */
export function follow(matchId, watcher) {
  let stop = () => hub().unwatch(matchId, watcher);
  let stopped = false;
  watcher.state("connecting");
  hub().watch(matchId, watcher).catch(() => {
    if (!stopped) stop = eventSource(matchId, watcher);
  });
  return () => {
    stopped = true;
    stop();
  };
}
