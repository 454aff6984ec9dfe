import assert from "node:assert/strict";
import { test } from "node:test";

/** As much of a document as the boards use: elements with attributes, text and children. */
class Node {
  constructor(tag) { Object.assign(this, { tag, attributes: {}, children: [], textContent: "", style: { setProperty: (name, value) => { this.attributes[name] = value; } } }); }
  setAttribute(name, value) { this.attributes[name] = value; }
  addEventListener() {}
  append(...nodes) { this.children.push(...nodes); }
  all(test) { return [...(test(this) ? [this] : []), ...this.children.flatMap((child) => (child instanceof Node ? child.all(test) : []))]; }
  get words() { return [this.textContent, ...this.children.map((child) => (child instanceof Node ? child.words : String(child)))].join(" ").replace(/\s+/g, " ").trim(); }
}

globalThis.document = { createElement: (tag) => new Node(tag), createElementNS: (_, tag) => new Node(tag) };

const board = (slug) => import(`../../Arena.Web/wwwroot/viewer/spaces/${slug}.js`);
const two = { players: [{ name: "Ada" }, { name: "Bo" }], seats: [0, 1], animate: false };
const withClass = (node, name) => node.all((n) => String(n.attributes.class ?? "").split(" ").includes(name));

test("Instruct shows its constraints, and afterwards who kept to which", async () => {
  const { render, describe, move, kept } = await board("instruct");
  const view = { task: "Write a fable.", constraints: [{ kind: "no-commas", ask: "Use no commas." }, { kind: "title", ask: "Give a title." }], toAct: [0, 1], answers: [{ seat: 0, text: null, kept: null }, { seat: 1, text: null, kept: null }] };
  const open = render(view, two);
  assert.match(open.words, /Write a fable.*Use no commas.*Ada is writing… Bo is writing…/);
  assert.equal(withClass(open, "av-sign").length, 0);
  const done = render({ ...view, toAct: [], answers: [{ seat: 0, text: "<b>x</b>", kept: [true, false], share: 500000 }, { seat: 1, text: null, kept: [false, false], share: 0, fault: "no-answer" }] }, two);
  assert.deepEqual(withClass(done, "av-sign").map((s) => s.attributes["aria-label"]), ["Ada: kept", "Bo: broken", "Ada: broken", "Bo: broken"]);
  assert.match(done.words, /Ada 1 of 2 <b>x<\/b>/);
  assert.match(done.words, /Bo no answer No text was given\./);
  assert.equal(kept([true, true, false]), "2 of 3");
  assert.match(describe(view), /2 constraints/);
  assert.equal(move({ did: "y".repeat(80) }).length, 60);
  assert.equal(move({ did: null }), null);
});
