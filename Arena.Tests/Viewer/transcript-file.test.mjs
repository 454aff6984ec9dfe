import assert from "node:assert/strict";
import { test } from "node:test";
import { LARGEST, readTranscript, siteStep, sizeProblem } from "../../Arena.Web/wwwroot/transcript-file.js";

const spaces = ["chess", "holdem"];
const bytes = (text) => new TextEncoder().encode(text);
const problem = (text) => readTranscript(typeof text === "string" ? bytes(text) : text, spaces).problem;

test("A transcript gives its text, its space and its match", () => {
  const text = '{"arena":"transcript/1","kind":"casual","match":"0191f7a0-1111-7222-8333-444455556666","space":"chess"}';
  assert.deepEqual(readTranscript(bytes(text), spaces), { text, space: "chess", match: "0191f7a0-1111-7222-8333-444455556666", kind: "casual" });
});

test("An id that is none is not asked for, and a mark at the start reaches the kernel", () => {
  assert.equal(readTranscript(bytes('{"arena":"transcript/1","match":"../../admin","space":"chess"}'), spaces).match, null);
  assert.match(problem('\ufeff{"arena":"transcript/1","space":"chess"}'), /isn't JSON/);
});

test("What is no transcript is refused in words", () => {
  assert.match(problem(""), /empty/);
  assert.match(problem("<html>"), /isn't JSON/);
  assert.match(problem('{"arena":'), /isn't JSON/);
  assert.match(problem(new Uint8Array([0x1f, 0x8b, 0xff])), /unpack it/);
  for (const other of ["[]", "null", "7", '"arena"', "{}", '{"arena":1}']) assert.match(problem(other), /no match's transcript/);
  assert.match(problem('{"arena":"transcript/2","space":"chess"}'), /format is "transcript\/2"/);
  assert.match(problem('{"arena":"transcript/1"}'), /space is missing/);
  assert.match(problem('{"arena":"transcript/1","space":"poker"}'), /space is "poker"\. This site has chess, holdem\./);
  assert.ok(problem(`{"arena":"transcript/1","space":"${"x".repeat(1e5)}"}`).length < 200, "what a file says is quoted in part");
  assert.match(problem("[".repeat(1e6)), /isn't JSON/);
});

test("A size that no transcript has is refused before anything is read", () => {
  assert.equal(sizeProblem(LARGEST), null);
  assert.match(sizeProblem(LARGEST + 2 ** 20), /33\.0 MB.*at most 32 MB/);
});

test("The file is held against the site's papers by hash", () => {
  assert.equal(siteStep("ab", "ab").ok, true);
  assert.deepEqual([siteStep("ab", "cd").ok, siteStep("ab", "cd").expected], [false, "cd"]);
});
