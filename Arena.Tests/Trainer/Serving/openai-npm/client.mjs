// The server as the official npm client meets it. Called by OpenAiNpmClientTests with the server's address; the first check that fails ends it.
import assert from "node:assert/strict";
import OpenAI from "openai";

const client = new OpenAI({ baseURL: `${process.argv[2]}/v1`, apiKey: "any", maxRetries: 0 });
const model = "arena-tiny";
const content = "countdown:25,50,75,100,3,6=952|";
const messages = [{ role: "user", content }];

const chat = await client.chat.completions.create({ model, messages, max_tokens: 12, seed: 7, n: 3, logprobs: true, top_logprobs: 2 });
assert.equal(chat.object, "chat.completion");
assert.deepEqual(chat.choices.map((c) => c.index), [0, 1, 2]);
assert.ok(chat.system_fingerprint.startsWith("fp_"));
assert.equal(chat.usage.total_tokens, chat.usage.prompt_tokens + chat.usage.completion_tokens);
for (const choice of chat.choices) {
  assert.equal(choice.logprobs.content.map((t) => t.token).join(""), choice.message.content);
  assert.ok(choice.logprobs.content.every((t) => t.logprob <= 0 && t.top_logprobs.length === 2));
}
const again = await client.chat.completions.create({ model, messages, max_completion_tokens: 12, seed: 7, n: 3 });
assert.deepEqual(again.choices.map((c) => c.message.content), chat.choices.map((c) => c.message.content));
console.log("chat: n, seed, logprobs, usage");

const texts = ["", "", ""];
const finishes = [];
let usage = null;
const roles = [];
for await (const chunk of await client.chat.completions.create({ model, messages, max_tokens: 12, seed: 7, n: 3, stream: true, stream_options: { include_usage: true } })) {
  assert.equal(chunk.object, "chat.completion.chunk");
  for (const choice of chunk.choices) {
    if (choice.delta.role) roles.push(choice.index);
    texts[choice.index] += choice.delta.content ?? "";
    if (choice.finish_reason) finishes[choice.index] = choice.finish_reason;
  }
  if (chunk.usage) usage = chunk.usage;
}
assert.deepEqual(texts, chat.choices.map((c) => c.message.content));
assert.deepEqual(finishes, chat.choices.map((c) => c.finish_reason));
assert.deepEqual([...roles].sort(), [0, 1, 2]);
assert.deepEqual(usage, again.usage);
console.log("chat stream: n, roles, finish reasons, usage");

const helper = client.chat.completions.stream({ model, messages, max_tokens: 12, seed: 9 });
const final = await helper.finalChatCompletion();
const plainChat = await client.chat.completions.create({ model, messages, max_tokens: 12, seed: 9 });
assert.equal(final.choices[0].message.content, plainChat.choices[0].message.content);
console.log("chat stream helper");

const plain = await client.completions.create({ model, prompt: [content, "tic-tac-toe:519"], max_tokens: 4, seed: 3, echo: true, logprobs: 1, n: 2 });
assert.equal(plain.choices.length, 4);
assert.ok(plain.choices[0].text.startsWith(content) && plain.choices[3].text.startsWith("tic-tac-toe:519"));
for (const { text, logprobs } of plain.choices) {
  assert.equal(logprobs.tokens.join(""), text);
  assert.equal(logprobs.text_offset.length, logprobs.token_logprobs.length);
  logprobs.tokens.forEach((t, i) => assert.equal(text.slice(logprobs.text_offset[i], logprobs.text_offset[i] + t.length), t));
}
const scored = await client.completions.create({ model, prompt: plain.choices[0].text, max_tokens: 0, echo: true, logprobs: 0 });
plain.choices[0].logprobs.token_logprobs.forEach((p, i) => assert.ok(Math.abs(p - scored.choices[0].logprobs.token_logprobs[i]) < 1e-4, `${i}: ${p} but scored ${scored.choices[0].logprobs.token_logprobs[i]}`));
console.log("completions: several prompts, n, echo, scoring");

const greedy = await client.completions.create({ model, prompt: content, max_tokens: 12, temperature: 0 });
const stop = greedy.choices[0].text.slice(2, 4);
let streamed = "";
let finish = null;
for await (const chunk of await client.completions.create({ model, prompt: content, max_tokens: 12, temperature: 0, stop: [stop, "zzz"], stream: true })) {
  streamed += chunk.choices[0].text;
  finish = chunk.choices[0].finish_reason ?? finish;
}
assert.equal(streamed, greedy.choices[0].text.slice(0, greedy.choices[0].text.indexOf(stop)));
assert.equal(finish, "stop");
console.log("completions stream: stop texts");

const first = greedy.choices[0].text[0];
const ids = await client.completions.create({ model, prompt: content, max_tokens: 1, temperature: 0, guided_choice: [first, "|"], logprobs: 5 });
assert.equal(ids.choices[0].text, first);
assert.deepEqual(Object.keys(ids.choices[0].logprobs.top_logprobs[0]).sort(), [first, "|"].sort());
console.log("guided choice");

const models = [];
for await (const m of client.models.list()) models.push(m.id);
assert.ok(models.includes(model));
assert.equal((await client.models.retrieve(model)).id, model);
console.log("models");

await assert.rejects(client.models.retrieve("nobody"), OpenAI.NotFoundError);
await assert.rejects(client.chat.completions.create({ model: "nobody", messages }), (e) => e instanceof OpenAI.NotFoundError && e.code === "model_not_found" && e.param === "model");
await assert.rejects(client.chat.completions.create({ model, messages, top_p: 7 }), (e) => e instanceof OpenAI.BadRequestError && e.param === "top_p");
await assert.rejects(client.chat.completions.create({ model, messages, tools: [{ type: "function", function: { name: "f" } }] }), (e) => e instanceof OpenAI.BadRequestError && e.param === "tools");
await assert.rejects(client.completions.create({ model, prompt: "1".repeat(5_000_000) }), (e) => e.status === 413);
console.log("errors");
