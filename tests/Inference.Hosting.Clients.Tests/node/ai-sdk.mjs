// SPDX-License-Identifier: Apache-2.0
// Vercel's AI SDK by its provider for OpenAI-compatible servers.
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { embedMany, generateText, Output, stepCountIs, streamText, tool } from 'ai';
import { z } from 'zod';
import { all, apiKey, assert, baseURL, callsOf, failureOf, run, test } from './harness.mjs';

const provider = createOpenAICompatible({ name: 'hosting', baseURL, apiKey, includeUsage: true, supportsStructuredOutputs: true });
const ask = (model, more) => ({ model: provider(model), prompt: 'Hi', maxRetries: 0, ...more });
const quiet = { onError: () => { } };
const hello = 'Hello, wörld 😀 日本';
const weather = tool({
  description: 'The weather of a city.',
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => `21 °C for ${city}`,
});

test('embeddings: floats in order', async () => {
  const { embeddings, usage } = await embedMany({ model: provider.embeddingModel('embedder'), values: ['a', 'bcd'], maxRetries: 0 });
  assert.deepEqual(embeddings.map(vector => vector.length), [8, 8]);
  assert.equal(usage.tokens, 4);
});

test('chat: a whole answer with usage', async () => {
  const { text, finishReason, usage } = await generateText(ask('hello'));
  assert.equal(text, hello);
  assert.equal(finishReason, 'stop');
  assert.equal(usage.outputTokens, 4);
});

test('chat: a streamed answer with usage', async () => {
  const result = streamText(ask('hello'));
  assert.equal((await all(result.textStream)).join(''), hello);
  assert.equal(await result.finishReason, 'stop');
  assert.equal((await result.usage).outputTokens, 4);
});

test('chat: reasoning is told apart, streamed as well', async () => {
  const whole = await generateText(ask('thinker'));
  assert.deepEqual([whole.reasoningText, whole.text], ['Let me think.', 'Forty-two']);
  const streamed = streamText(ask('thinker'));
  await streamed.consumeStream();
  assert.deepEqual([await streamed.reasoningText, await streamed.text], ['Let me think.', 'Forty-two']);
});

test('tools: the loop runs to the answer', async () => {
  const { text, steps } = await generateText(ask('weather', { tools: { get_weather: weather }, stopWhen: stepCountIs(3) }));
  assert.equal(text, 'It is 21 °C for Bern in Bern.');
  assert.equal(steps.length, 2);
});

test('tools: the streamed loop runs to the answer', async () => {
  const result = streamText(ask('weather', { tools: { get_weather: weather }, stopWhen: stepCountIs(3) }));
  await result.consumeStream();
  assert.equal(await result.text, 'It is 21 °C for Bern in Bern.');
  assert.equal((await result.steps)[0].finishReason, 'tool-calls');
});

test('tools: two calls in one answer', async () => {
  const result = streamText(ask('two-calls', { tools: { get_weather: weather } }));
  await result.consumeStream();
  assert.deepEqual((await result.toolCalls).map(call => call.input), [{ city: 'Bern' }, { city: 'Rome' }]);
});

test('structured output: an object by its schema', async () => {
  const { output } = await generateText(ask('structured', {
    output: Output.object({ schema: z.object({ city: z.string(), degrees: z.number().int() }) }),
  }));
  assert.deepEqual(output, { city: 'Bern', degrees: 21 });
});

test('errors: a full queue may be tried again, a bad request may not', async () => {
  const full = await failureOf(generateText(ask('full')));
  assert.equal(full.statusCode, 429);
  assert.equal(full.isRetryable, true);
  const long = await failureOf(generateText(ask('too-long')));
  assert.equal(long.statusCode, 400);
  assert.equal(long.isRetryable, false);
  assert.match(long.message, /maximum context length/);
});

test('errors: a stream that breaks is an error part after its text', async () => {
  const parts = [];
  const failure = { thrown: null };
  try {
    for await (const part of streamText(ask('breaks', quiet)).fullStream) parts.push(part);
  } catch (error) {
    failure.thrown = error;
  }
  assert.equal(parts.filter(part => part.type === 'text-delta').map(part => part.text).join(''), 'Half an answer');
  assert.ok(failure.thrown || parts.some(part => part.type === 'error'), 'the failure must show');
});

test('cancellation: aborting a stream ends the generation', async () => {
  const before = await callsOf('endless');
  const abort = new AbortController();
  let parts = 0;
  for await (const part of streamText(ask('endless', { abortSignal: abort.signal, ...quiet })).fullStream) {
    if (part.type === 'text-delta' && ++parts === 5) abort.abort();
  }
  assert.equal((await callsOf('endless')).cancelled - before.cancelled, 1);
});

await run();
