/** As much of a document as the boards use: elements with attributes, text and children. */
export class Node {
  constructor(tag) {
    Object.assign(this, { tag, attributes: {}, children: [], textContent: "" });
    this.style = { setProperty: (name, value) => { this.attributes[name] = value; } };
    this.classList = { add: (name) => { this.attributes.class = `${this.attributes.class ?? ""} ${name}`.trim(); } };
  }
  setAttribute(name, value) { this.attributes[name] = value; }
  addEventListener() {}
  append(...nodes) { this.children.push(...nodes); }
  all(test) { return [...(test(this) ? [this] : []), ...this.children.flatMap((child) => (child instanceof Node ? child.all(test) : []))]; }
  get words() { return [this.textContent, ...this.children.map((child) => (child instanceof Node ? child.words : String(child)))].join(" ").replace(/\s+/g, " ").trim(); }
}

globalThis.document = { createElement: (tag) => new Node(tag), createElementNS: (_, tag) => new Node(tag) };

export const board = (slug) => import(`../../Arena.Web/wwwroot/viewer/spaces/${slug}.js`);
export const withClass = (node, name) => node.all((n) => String(n.attributes.class ?? "").split(" ").includes(name));
