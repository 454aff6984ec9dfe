// Playing cards: the rank as text, the suit as a sign and a colour, face down as a pattern.
import { el } from "./dom.js";

const SUITS = { s: ["♠", "spades"], h: ["♥", "hearts"], d: ["♦", "diamonds"], c: ["♣", "clubs"] };
const NAMES = { J: "jack", Q: "queen", K: "king", A: "ace", T: "ten" };

/** A card such as "Kh" or, where suits don't matter, "K"; null lies face down. */
export function card(name) {
  if (!name) return el("span", { class: "av-card av-card-back", role: "img", "aria-label": "a card face down" });
  const rank = name[0], suit = SUITS[name[1]];
  const label = `${NAMES[rank] ?? rank}${suit ? ` of ${suit[1]}` : ""}`;
  // U+FE0E keeps phones from drawing the sign as a picture.
  return el("span", { class: `av-card${suit ? ` av-suit-${name[1]}` : ""}`, role: "img", "aria-label": label },
    el("b", { text: rank === "T" ? "10" : rank }), suit ? el("i", { text: `${suit[0]}\uFE0E` }) : null);
}

/** A row of cards; missing ones lie face down. */
export const cards = (names, count) => el("span", { class: "av-hand" }, ...Array.from({ length: Math.max(count, names?.length ?? 0) }, (_, i) => card(names?.[i])));

export const signed = (chips) => (chips > 0 ? `+${chips}` : chips < 0 ? `\u2212${-chips}` : "0");
