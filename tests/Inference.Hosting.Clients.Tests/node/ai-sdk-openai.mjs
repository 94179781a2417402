// SPDX-License-Identifier: Apache-2.0
// Vercel's AI SDK by its provider for OpenAI, which speaks the Responses API.
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, Output, stepCountIs, streamText, tool } from 'ai';
import { z } from 'zod';
import { all, apiKey, assert, baseURL, callsOf, failureOf, run, test } from './harness.mjs';

const bodies = [];
const provider = createOpenAI({
  baseURL,
  apiKey,
  fetch: (address, request) => {
    bodies.push(request.body);
    return fetch(address, request);
  },
});
const ask = (model, more) => ({ model: provider(model), prompt: 'Hi', maxRetries: 0, ...more });
const quiet = { onError: () => { } };
const hello = 'Hello, wörld 😀 日本';
const weather = tool({
  description: 'The weather of a city.',
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => `21 °C for ${city}`,
});

test('responses: a whole answer with usage', async () => {
  const { text, finishReason, usage } = await generateText(ask('hello', { system: 'Be kind.' }));
  assert.equal(text, hello);
  assert.equal(finishReason, 'stop');
  assert.equal(usage.outputTokens, 4);
});

test('responses: a streamed answer with usage', async () => {
  const result = streamText(ask('hello'));
  assert.equal((await all(result.textStream)).join(''), hello);
  assert.equal(await result.finishReason, 'stop');
  assert.equal((await result.usage).outputTokens, 4);
});

test('responses: the tool loop runs to the answer', async () => {
  const { text, steps } = await generateText(ask('weather', { tools: { get_weather: weather }, stopWhen: stepCountIs(3) }));
  assert.equal(text, 'It is 21 °C for Bern in Bern.');
  assert.equal(steps.length, 2);
});

test('responses: the streamed tool loop runs to the answer', async () => {
  const result = streamText(ask('weather', { tools: { get_weather: weather }, stopWhen: stepCountIs(3) }));
  await result.consumeStream();
  assert.equal(await result.text, 'It is 21 °C for Bern in Bern.');
});

test('responses: the tool loop runs without references when nothing is to be stored', async () => {
  const { text } = await generateText(ask('weather', {
    tools: { get_weather: weather }, stopWhen: stepCountIs(3), providerOptions: { openai: { store: false } },
  }));
  assert.equal(text, 'It is 21 °C for Bern in Bern.');
  assert.doesNotMatch(bodies.at(-1), /item_reference/);
});

test('responses: two calls in one answer', async () => {
  const result = streamText(ask('two-calls', { tools: { get_weather: weather } }));
  await result.consumeStream();
  assert.deepEqual((await result.toolCalls).map(call => call.input), [{ city: 'Bern' }, { city: 'Rome' }]);
});

test('responses: an object by its schema', async () => {
  const { output } = await generateText(ask('structured', {
    output: Output.object({ schema: z.object({ city: z.string(), degrees: z.number().int() }) }),
  }));
  assert.deepEqual(output, { city: 'Bern', degrees: 21 });
});

test('responses: a full queue may be tried again', async () => {
  const full = await failureOf(generateText(ask('full')));
  assert.equal(full.statusCode, 429);
  assert.equal(full.isRetryable, true);
});

test('responses: a stream that breaks is an error part after its text', async () => {
  const parts = [];
  let thrown = null;
  try {
    for await (const part of streamText(ask('breaks', quiet)).fullStream) parts.push(part);
  } catch (error) {
    thrown = error;
  }
  assert.equal(parts.filter(part => part.type === 'text-delta').map(part => part.text).join(''), 'Half an answer');
  assert.ok(thrown || parts.some(part => part.type === 'error'), 'the failure must show');
});

test('responses: aborting a stream ends the generation', async () => {
  const before = await callsOf('endless');
  const abort = new AbortController();
  let parts = 0;
  for await (const part of streamText(ask('endless', { abortSignal: abort.signal, ...quiet })).fullStream) {
    if (part.type === 'text-delta' && ++parts === 5) abort.abort();
  }
  assert.equal((await callsOf('endless')).cancelled - before.cancelled, 1);
});

await run();
