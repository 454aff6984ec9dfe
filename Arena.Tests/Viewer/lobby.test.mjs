import assert from "node:assert/strict";
import { test } from "node:test";
import { Lobby, spaceName } from "../../Arena.Web/wwwroot/viewer/lobby-choice.js";

const started = (match, space, shown = true) => ({ type: "started", match, space, shown, players: [{ name: "A" }, { name: "B" }] });

test("A match at watching speed comes before one of unknown speed, then the preferred space", () => {
  const lobby = new Lobby();
  lobby.load([{ id: "m1", space: "connect-four", players: [{ agent: "A" }] }]);
  lobby.notice(started("m2", "countdown"));
  assert.equal(lobby.next(null, { prefer: ["connect-four"] }).id, "m2");
  lobby.notice(started("m3", "connect-four"));
  assert.equal(lobby.next(null, { prefer: ["connect-four"] }).id, "m3");
  assert.equal(lobby.next("m3", { prefer: ["connect-four"] }).id, "m2");
});

test("Matches at full speed are left out and closed ones go", () => {
  const lobby = new Lobby();
  lobby.notice(started("m1", "x", false));
  assert.equal(lobby.next(null), null);
  lobby.notice(started("m2", "x"));
  lobby.notice({ type: "closed", match: "m2", space: "x" });
  assert.equal(lobby.has("m2"), false);
});

test("A lobby of one space shows only its matches", () => {
  const lobby = new Lobby();
  lobby.notice(started("m1", "x"));
  lobby.notice(started("m2", "y"));
  assert.deepEqual(lobby.list("x").map((m) => m.id), ["m1"]);
  assert.equal(lobby.next(null, { space: "x" }).id, "m1");
});

test("Reading the list again keeps what was known of a match's speed", () => {
  const lobby = new Lobby();
  lobby.notice(started("m1", "x"));
  lobby.load([{ id: "m1", space: "x", players: [] }, { id: "m2", space: "x", players: [] }]);
  assert.equal(lobby.next(null).id, "m1");
});

test("A space has its own name, or one made from its slug", () => {
  assert.equal(spaceName("kuhn-poker", { "kuhn-poker": "Kuhn poker" }), "Kuhn poker");
  assert.equal(spaceName("connect-four"), "Connect four");
  assert.equal(spaceName("constructor", {}), "Constructor");
  assert.equal(spaceName(null), "");
});
