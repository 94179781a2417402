// SPDX-License-Identifier: Apache-2.0
// The npm package openai, version 6 and 7.
import { all, apiKey, assert, baseURL, callsOf, failureOf, test, weatherTool } from './harness.mjs';

const hello = 'Hello, wörld 😀 日本';
const ask = (model, more) => ({ model, messages: [{ role: 'user', content: 'Hi' }], ...more });
const strictTool = { ...weatherTool, function: { ...weatherTool.function, strict: true } };
const cityFormat = {
  type: 'json_schema',
  json_schema: {
    name: 'city',
    strict: true,
    schema: {
      type: 'object',
      properties: { city: { type: 'string' }, degrees: { type: 'integer' } },
      required: ['city', 'degrees'],
      additionalProperties: false,
    },
  },
};

export function addCases(OpenAI) {
  const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
  const patient = new OpenAI({ baseURL, apiKey, maxRetries: 2 });

  test('models: list and retrieve, with a slash in the name', async () => {
    const models = await all(await client.models.list());
    assert.ok(models.some(model => model.id === 'org/embedder' && model.object === 'model' && Number.isInteger(model.created)));
    assert.equal((await client.models.retrieve('org/embedder')).id, 'org/embedder');
  });

  test('models: an unknown one is a NotFoundError', async () => {
    const failure = await failureOf(client.models.retrieve('nobody'));
    assert.ok(failure instanceof OpenAI.NotFoundError);
    assert.equal(failure.code, 'model_not_found');
  });

  test('embeddings: base64 by default, floats on request, the same numbers', async () => {
    const base64 = await client.embeddings.create({ model: 'embedder', input: ['a', 'bcd'] });
    const floats = await client.embeddings.create({ model: 'embedder', input: ['a', 'bcd'], encoding_format: 'float' });
    assert.equal(base64.data.length, 2);
    assert.equal(base64.data[1].embedding.length, 8);
    assert.deepEqual(base64.data.map(one => Array.from(one.embedding)), floats.data.map(one => one.embedding.map(Math.fround)));
    assert.deepEqual(base64.usage, { prompt_tokens: 4, total_tokens: 4 });
  });

  test('embeddings: a bad request names its parameter and request id', async () => {
    const failure = await failureOf(client.embeddings.create({ model: 'embedder', input: [] }));
    assert.ok(failure instanceof OpenAI.BadRequestError);
    assert.equal(failure.param, 'input');
    assert.equal(failure.code, 'invalid_value');
    assert.match(failure.requestID, /^req_/);
  });

  test('chat: a whole answer', async () => {
    const answer = await client.chat.completions.create(ask('hello'));
    assert.match(answer.id, /^chatcmpl-/);
    assert.equal(answer.object, 'chat.completion');
    assert.equal(answer.choices[0].message.content, hello);
    assert.equal(answer.choices[0].message.refusal, null);
    assert.equal(answer.choices[0].finish_reason, 'stop');
    assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
    assert.match(answer._request_id, /^req_/);
  });

  test('chat: streamed chunks add up to the whole answer', async () => {
    const chunks = await all(await client.chat.completions.create(ask('hello', { stream: true, stream_options: { include_usage: true } })));
    assert.equal(chunks.map(chunk => chunk.choices[0]?.delta.content ?? '').join(''), hello);
    assert.equal(chunks[0].choices[0].delta.role, 'assistant');
    assert.deepEqual(chunks.map(chunk => chunk.choices[0]?.finish_reason).filter(Boolean), ['stop']);
    assert.deepEqual(chunks.at(-1).choices, []);
    assert.equal(chunks.at(-1).usage.completion_tokens, 4);
    assert.equal(new Set(chunks.map(chunk => chunk.id)).size, 1);
  });

  test('chat: the stream helper gathers text, usage and the end', async () => {
    const stream = client.chat.completions.stream(ask('long', { stream_options: { include_usage: true } }));
    assert.equal(await stream.finalContent(), 'One two');
    assert.equal((await stream.finalChatCompletion()).choices[0].finish_reason, 'length');
    assert.ok((await stream.totalUsage()).total_tokens > 0);
  });

  test('chat: two choices by the stream helper', async () => {
    const answer = await client.chat.completions.stream(ask('hello', { n: 2 })).finalChatCompletion();
    assert.deepEqual(answer.choices.map(choice => choice.message.content), [hello, hello]);
  });

  test('chat: logprobs add up to the text', async () => {
    const answer = await client.chat.completions.create(ask('hello', { logprobs: true, top_logprobs: 2 }));
    const tokens = answer.choices[0].logprobs.content;
    assert.equal(tokens.map(token => token.token).join(''), hello);
    assert.equal(tokens[0].top_logprobs.length, 2);
    assert.equal(Buffer.from(tokens.flatMap(token => token.bytes)).toString(), hello);
  });

  test('chat: reasoning is beside the answer', async () => {
    const answer = await client.chat.completions.create(ask('thinker'));
    assert.equal(answer.choices[0].message.reasoning_content, 'Let me think.');
    assert.equal(answer.choices[0].message.content, 'Forty-two');
  });

  test('chat: a refusal is not content', async () => {
    const answer = await client.chat.completions.stream(ask('refuses')).finalChatCompletion();
    assert.equal(answer.choices[0].message.refusal, "I'd rather not.");
  });

  test('tools: a call as a whole and by the stream helper', async () => {
    const request = ask('weather', { tools: [weatherTool] });
    for (const answer of [await client.chat.completions.create(request), await client.chat.completions.stream(request).finalChatCompletion()]) {
      const [choice] = answer.choices;
      assert.equal(choice.finish_reason, 'tool_calls');
      // The helper of version 7 keeps the empty text of the first delta.
      assert.ok(!choice.message.content);
      assert.equal(choice.message.tool_calls.length, 1);
      assert.equal(choice.message.tool_calls[0].id, 'call_weather');
      assert.deepEqual(JSON.parse(choice.message.tool_calls[0].function.arguments), { city: 'Bern' });
    }
  });

  test('tools: strict ones survive the stream helper, two calls and text before them', async () => {
    const answer = await client.chat.completions.stream(ask('two-calls', { tools: [strictTool] })).finalChatCompletion();
    assert.equal(answer.choices[0].message.content, 'Both: ');
    assert.deepEqual(answer.choices[0].message.tool_calls.map(call => call.function.parsed_arguments), [{ city: 'Bern' }, { city: 'Rome' }]);
  });

  test('tools: a call without arguments has an empty object', async () => {
    const tool = { type: 'function', function: { name: 'get_time' } };
    const answer = await client.chat.completions.stream(ask('no-arguments', { tools: [tool] })).finalChatCompletion();
    assert.equal(answer.choices[0].message.tool_calls[0].function.arguments, '{}');
  });

  test('tools: the helper runs functions until the model answers', async () => {
    for (const stream of [false, true]) {
      const runner = client.chat.completions.runTools({
        model: 'weather',
        stream,
        messages: [{ role: 'user', content: 'How is the weather in Bern?' }],
        tools: [{ type: 'function', function: { ...weatherTool.function, parse: JSON.parse, function: ({ city }) => `21 °C for ${city}` } }],
      });
      assert.equal(await runner.finalContent(), 'It is 21 °C for Bern in Bern.');
    }
  });

  test('structured output: parsed as a whole and streamed', async () => {
    const request = ask('structured', { response_format: cityFormat });
    assert.equal(JSON.parse((await client.chat.completions.parse(request)).choices[0].message.content).degrees, 21);
    const events = [];
    const stream = client.chat.completions.stream(request).on('content', (_, snapshot) => events.push(snapshot));
    const answer = await stream.finalChatCompletion();
    assert.deepEqual(JSON.parse(answer.choices[0].message.content), { city: 'Bern', degrees: 21 });
    assert.equal(events.at(-1), answer.choices[0].message.content);
  });

  test('errors: a bad field is a BadRequestError that names it', async () => {
    const failure = await failureOf(client.chat.completions.create(ask('hello', { temperature: 9 })));
    assert.ok(failure instanceof OpenAI.BadRequestError);
    assert.equal(failure.param, 'temperature');
    assert.equal(failure.type, 'invalid_request_error');
  });

  test('errors: too long a prompt says so, streamed as well', async () => {
    for (const stream of [false, true]) {
      const failure = await failureOf(client.chat.completions.create(ask('too-long', { stream })));
      assert.ok(failure instanceof OpenAI.BadRequestError);
      assert.equal(failure.code, 'context_length_exceeded');
    }
  });

  test('errors: a full queue is a RateLimitError, tried again at once', async () => {
    const before = await callsOf('full');
    const start = performance.now();
    const failure = await failureOf(patient.chat.completions.create(ask('full')));
    assert.ok(failure instanceof OpenAI.RateLimitError);
    assert.equal(failure.code, 'queue_full');
    assert.equal((await callsOf('full')).count - before.count, 3);
    assert.ok(performance.now() - start < 2000, 'retry-after-ms is 20');
  });

  test('errors: a broken engine is an InternalServerError', async () => {
    const failure = await failureOf(client.chat.completions.create(ask('broken', { stream: true })));
    assert.ok(failure instanceof OpenAI.InternalServerError);
  });

  test('errors: a stream that breaks gives its text and then the error', async () => {
    const seen = [];
    const stream = await client.chat.completions.create(ask('breaks', { stream: true }));
    const failure = await failureOf((async () => {
      for await (const chunk of stream) seen.push(chunk.choices[0]?.delta.content ?? '');
    })());
    assert.equal(seen.join(''), 'Half an answer');
    assert.ok(failure instanceof OpenAI.APIError);
    assert.match(failure.message, /engine broke/);
  });

  test('cancellation: leaving a stream ends the generation', async () => {
    const before = await callsOf('endless');
    const stream = await client.chat.completions.create(ask('endless', { stream: true }));
    let chunks = 0;
    for await (const _ of stream) {
      if (++chunks === 5) break;
    }
    assert.equal((await callsOf('endless')).cancelled - before.cancelled, 1);
  });

  test('cancellation: aborting a whole answer ends the generation', async () => {
    const before = await callsOf('endless');
    const failure = await failureOf(client.chat.completions.create(ask('endless'), { signal: AbortSignal.timeout(300) }));
    assert.ok(failure instanceof OpenAI.APIUserAbortError);
    assert.equal((await callsOf('endless')).cancelled - before.cancelled, 1);
  });

  const respond = (model, more) => ({ model, input: 'Hi', ...more });
  const flatTool = { type: 'function', strict: false, ...weatherTool.function };
  const flatFormat = { format: { type: 'json_schema', ...cityFormat.json_schema } };

  test('responses: a whole one', async () => {
    const answer = await client.responses.create(respond('hello', { instructions: 'Be kind.', metadata: { a: 'b' } }));
    assert.match(answer.id, /^resp_/);
    assert.equal(answer.status, 'completed');
    assert.equal(answer.output_text, hello);
    assert.equal(answer.store, false);
    assert.deepEqual(answer.metadata, { a: 'b' });
    assert.equal(answer.usage.total_tokens, answer.usage.input_tokens + answer.usage.output_tokens);
  });

  test('responses: streamed by the helper', async () => {
    const types = [];
    const stream = client.responses.stream(respond('hello')).on('event', event => types.push([event.sequence_number, event.type]));
    const answer = await stream.finalResponse();
    assert.equal(answer.output_text, hello);
    assert.equal(answer.status, 'completed');
    assert.deepEqual(types.map(([number]) => number), types.map((_, index) => index));
    assert.equal(types[0][1], 'response.created');
    assert.equal(types.at(-1)[1], 'response.completed');
  });

  test('responses: reasoning, refusal and a limit by the helper', async () => {
    const thought = await client.responses.stream(respond('thinker')).finalResponse();
    assert.deepEqual(thought.output.map(item => item.type), ['reasoning', 'message']);
    assert.equal(thought.output[0].content[0].text, 'Let me think.');
    assert.equal(thought.output_text, 'Forty-two');
    const refused = await client.responses.stream(respond('refuses')).finalResponse();
    assert.equal(refused.output[0].content[0].refusal, "I'd rather not.");
    const cut = await client.responses.create(respond('long'));
    assert.equal(cut.status, 'incomplete');
    assert.deepEqual(cut.incomplete_details, { reason: 'max_output_tokens' });
  });

  test('responses: a limit ends a stream as incomplete', async () => {
    const events = await all(await client.responses.create(respond('long', { stream: true })));
    assert.equal(events.at(-1).type, 'response.incomplete');
    assert.equal(events.at(-1).response.output[0].status, 'incomplete');
  });

  test('responses: the tool loop with the whole history', async () => {
    const input = [{ role: 'user', content: 'How is the weather in Bern?' }];
    const call = await client.responses.stream({ model: 'weather', input, tools: [flatTool] }).finalResponse();
    assert.equal(call.output[0].type, 'function_call');
    assert.deepEqual(JSON.parse(call.output[0].arguments), { city: 'Bern' });
    input.push(...call.output, { type: 'function_call_output', call_id: call.output[0].call_id, output: '21 °C' });
    const answer = await client.responses.create({ model: 'weather', input, tools: [flatTool] });
    assert.equal(answer.output_text, 'It is 21 °C in Bern.');
  });

  test('responses: two calls and text before them by the helper', async () => {
    const answer = await client.responses.stream(respond('two-calls', { tools: [flatTool] })).finalResponse();
    assert.equal(answer.output_text, 'Both: ');
    assert.deepEqual(answer.output.slice(1).map(item => item.arguments), ['{"city":"Bern"}', '{"city":"Rome"}']);
  });

  test('responses: structured output is parsed', async () => {
    const answer = await client.responses.parse(respond('structured', { text: flatFormat }));
    assert.deepEqual(JSON.parse(answer.output_text), { city: 'Bern', degrees: 21 });
  });

  test('responses: logprobs when they are included', async () => {
    const answer = await client.responses.create(respond('hello', { include: ['message.output_text.logprobs'], top_logprobs: 2 }));
    const tokens = answer.output[0].content[0].logprobs;
    assert.equal(tokens.map(token => token.token).join(''), hello);
    assert.equal(tokens[0].top_logprobs.length, 2);
  });

  test('responses: refusals of a request name the field', async () => {
    for (const [more, param] of [
      [{ previous_response_id: 'resp_1' }, 'previous_response_id'],
      [{ background: true }, 'background'],
      [{ tools: [{ type: 'web_search' }] }, 'tools[0].type'],
    ]) {
      const failure = await failureOf(client.responses.create(respond('hello', more)));
      assert.ok(failure instanceof OpenAI.BadRequestError);
      assert.deepEqual([failure.code, failure.param], ['unsupported_parameter', param]);
    }
    const long = await failureOf(client.responses.create(respond('too-long', { stream: true })));
    assert.deepEqual([long.status, long.code, long.param], [400, 'context_length_exceeded', 'input']);
  });

  test('responses: a stream that breaks gives its text and then the error', async () => {
    let text = '';
    const stream = await client.responses.create(respond('breaks', { stream: true }));
    const failure = await failureOf((async () => {
      for await (const event of stream) {
        if (event.type === 'response.output_text.delta') text += event.delta;
        if (event.type === 'error') throw new OpenAI.APIError(undefined, event, event.message, undefined);
      }
    })());
    assert.equal(text, 'Half an answer');
    assert.match(failure.message, /engine broke/);
  });

  test('responses: leaving a stream ends the generation', async () => {
    const before = await callsOf('endless');
    const stream = await client.responses.create(respond('endless', { stream: true }));
    let events = 0;
    for await (const _ of stream) {
      if (++events === 8) break;
    }
    assert.equal((await callsOf('endless')).cancelled - before.cancelled, 1);
  });
}
