// What the verify pages share: the kernel in its worker, and the list of steps.
let worker;
let asked = 0;
const waiting = new Map();

function ask(question) {
  if (!worker) {
    worker = new Worker("/verify-worker.js", { type: "module" });
    worker.addEventListener("message", ({ data }) => {
      const { resolve, reject } = waiting.get(data.id);
      waiting.delete(data.id);
      data.problem === undefined ? resolve(data.answer) : reject(new Error(data.problem));
    });
    worker.addEventListener("error", (event) => drop(new Error(event.message || "the rules could not be loaded")));
  }
  return new Promise((resolve, reject) => {
    waiting.set(++asked, { resolve, reject });
    worker.postMessage({ ...question, id: asked });
  });
}

function drop(error) {
  worker?.terminate();
  worker = undefined;
  for (const { reject } of waiting.values()) reject(error);
  waiting.clear();
}

/** What a file says it is, as readTranscript tells it; its text stays in the worker. */
export const read = (bytes) => ask({ task: "read", bytes });

/**
 * @param text the transcript, or nothing for the one that was read last.
 * @returns {Promise<{ok: boolean, checks: {step: string, ok: boolean, expected: string, found: string, meaning: string}[], hash?: string, scores?: number[] | null}>}
 */
export const replay = (space, text, commitment) => ask({ task: "replay", space, text, commitment });

/** Ends what is being replayed, if anything is; the next question then starts the kernel anew. */
export const stop = () => waiting.size > 0 && drop(new DOMException("stopped", "AbortError"));

/** Forgets a kernel that failed, so that the next try loads it again. */
export const restart = () => drop(new Error("started anew"));

const shorter = (text) => (text.length > 400 ? `${text.slice(0, 400)}…` : text);

function element(tag, words, className) {
  const made = document.createElement(tag);
  if (words !== undefined) made.textContent = words;
  if (className) made.className = className;
  return made;
}

/** Fills an ordered list with steps, as the site's own Verify shows them. */
export function show(list, checks) {
  list.replaceChildren(...checks.map((check) => {
    const item = element("li", undefined, check.ok ? "ok" : "no");
    const sign = element("span", check.ok ? "✓" : "✗", "sign");
    sign.setAttribute("aria-hidden", "true");
    const body = element("div");
    const title = element("h3", `${check.step[0].toUpperCase()}${check.step.slice(1)} `);
    title.append(element("span", check.ok ? "holds" : "fails", "sr"));
    body.append(title, element("p", check.meaning, "small muted"));
    if (check.ok) {
      const found = element("p", undefined, "small break");
      found.append(element("code", shorter(check.found)));
      body.append(found);
    } else {
      const facts = element("dl", undefined, "facts small mb0");
      for (const [name, words] of [["Expected", check.expected], ["Found", check.found]]) {
        const value = element("dd");
        value.append(element("code", shorter(words)));
        facts.append(element("dt", name), value);
      }
      body.append(facts);
    }
    item.append(sign, body);
    return item;
  }));
}
