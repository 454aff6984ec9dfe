// Reads what somebody says is a transcript, before any rules see it. Pure: node's tests run it too.

/** A transcript with the longest answers in every turn stays below; a kernel in a browser's memory can still read it. */
export const LARGEST = 32 * 1024 * 1024;

const FORMAT = "transcript/1";

const quoted = (text) => `"${String(text).slice(0, 60)}"`;

/** @returns why a file of this size can't be a transcript, or null. */
export function sizeProblem(bytes) {
  if (bytes === 0) return "This file is empty.";
  if (bytes <= LARGEST) return null;
  return `This file has ${(bytes / 1024 / 1024).toFixed(1)} MB. A transcript has at most ${LARGEST / 1024 / 1024} MB, so it is something else.`;
}

/**
 * @param {Uint8Array} bytes of the file.
 * @param {string[]} spaces slugs that the kernel knows.
 * @returns {{problem: string} | {text: string, space: string, match: string | null, kind: string}} match is null where the file has no proper id.
 */
export function readTranscript(bytes, spaces) {
  const size = sizeProblem(bytes.length);
  if (size) return { problem: size };
  let text;
  try {
    // A mark at the start must reach the kernel too: it isn't canonical.
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { problem: "This file isn't text in UTF-8. A transcript is a JSON file; if yours is packed (.gz, .zip), unpack it first." };
  }
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problem: `This file isn't JSON: ${String(error.message).slice(0, 200)}` };
  }
  if (value === null || typeof value !== "object" || Array.isArray(value) || typeof value.arena !== "string") {
    return { problem: "This is JSON, but no match's transcript: those begin with {\"arena\":. A match's Verify page offers them for download, and ./arena play --out writes them." };
  }
  if (value.arena !== FORMAT) return { problem: `Its format is ${quoted(value.arena)}; this site reads ${quoted(FORMAT)}.` };
  if (typeof value.space !== "string" || !spaces.includes(value.space)) {
    return { problem: `Its space is ${typeof value.space === "string" ? quoted(value.space) : "missing"}. This site has ${spaces.join(", ")}.` };
  }
  const match = typeof value.match === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value.match) ? value.match : null;
  return { text, space: value.space, match, kind: typeof value.kind === "string" ? value.kind.slice(0, 40) : "" };
}

/** The step that compares the file with the site's own papers of the match. */
export function siteStep(hash, siteHash) {
  return {
    step: "same transcript as on this site", ok: hash === siteHash, expected: siteHash, found: hash,
    meaning: "This site played a match of that id. keccak-256 of the file's bytes is what its result record names.",
  };
}
