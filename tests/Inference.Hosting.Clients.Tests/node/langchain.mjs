// SPDX-License-Identifier: Apache-2.0
// LangChain's ChatOpenAI and OpenAIEmbeddings.
import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { z } from 'zod';
import { all, apiKey, assert, baseURL, callsOf, failureOf, run, test } from './harness.mjs';

const configuration = { baseURL };
const chat = (model, more) => new ChatOpenAI({ model, apiKey, configuration, maxRetries: 0, ...more });
const hello = 'Hello, wörld 😀 日本';
const weather = {
  name: 'get_weather',
  description: 'The weather of a city.',
  schema: z.object({ city: z.string() }),
};

test('embeddings: documents and a query', async () => {
  const embeddings = new OpenAIEmbeddings({ model: 'embedder', apiKey, configuration, maxRetries: 0 });
  assert.deepEqual((await embeddings.embedDocuments(['a', 'bcd'])).map(vector => vector.length), [8, 8]);
  assert.equal((await embeddings.embedQuery('a')).length, 8);
});

test('chat: a whole answer with usage', async () => {
  const answer = await chat('hello').invoke('Hi');
  assert.equal(answer.content, hello);
  assert.equal(answer.usage_metadata.output_tokens, 4);
  assert.equal(answer.response_metadata.finish_reason, 'stop');
});

test('chat: a streamed answer with usage', async () => {
  const chunks = await all(await chat('hello').stream('Hi'));
  const whole = chunks.reduce((sum, chunk) => sum.concat(chunk));
  assert.equal(whole.content, hello);
  assert.equal(whole.usage_metadata.output_tokens, 4);
});

test('tools: a call, its answer, and what the model makes of it', async () => {
  const model = chat('weather').bindTools([weather]);
  const question = new HumanMessage('How is the weather in Bern?');
  const call = await model.invoke([question]);
  assert.deepEqual(call.tool_calls.map(one => [one.id, one.name, one.args]), [['call_weather', 'get_weather', { city: 'Bern' }]]);
  const answer = await model.invoke([question, call, new ToolMessage({ content: '21 °C', tool_call_id: 'call_weather' })]);
  assert.equal(answer.content, 'It is 21 °C in Bern.');
});

test('tools: streamed calls add up', async () => {
  const chunks = await all(await chat('two-calls').bindTools([weather]).stream('Hi'));
  const whole = chunks.reduce((sum, chunk) => sum.concat(chunk));
  assert.deepEqual(whole.tool_calls.map(call => call.args), [{ city: 'Bern' }, { city: 'Rome' }]);
});

test('structured output: an object by its schema', async () => {
  const schema = z.object({ city: z.string(), degrees: z.number().int() });
  for (const method of ['jsonSchema', 'jsonMode']) {
    assert.deepEqual(await chat('structured').withStructuredOutput(schema, { method }).invoke('Hi'), { city: 'Bern', degrees: 21 });
  }
});

test('errors: status and code reach the caller', async () => {
  assert.equal((await failureOf(chat('full').invoke('Hi'))).status, 429);
  const failure = await failureOf(chat('too-long').invoke('Hi'));
  assert.match(String(failure), /maximum context length/);
});

test('errors: a stream that breaks throws after its text', async () => {
  let text = '';
  const failure = await failureOf((async () => {
    for await (const chunk of await chat('breaks').stream('Hi')) text += chunk.content;
  })());
  assert.equal(text, 'Half an answer');
  assert.match(String(failure), /engine broke/);
});

test('cancellation: aborting a stream ends the generation', async () => {
  const before = await callsOf('endless');
  const abort = new AbortController();
  let chunks = 0;
  try {
    for await (const _ of await chat('endless').stream('Hi', { signal: abort.signal })) {
      if (++chunks === 5) abort.abort();
    }
  } catch (failure) {
    assert.match(String(failure), /abort/i);
  }
  assert.equal((await callsOf('endless')).cancelled - before.cancelled, 1);
});

await run();
