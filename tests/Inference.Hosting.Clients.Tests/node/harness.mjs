// SPDX-License-Identifier: Apache-2.0
// Cases run one after another; each prints one line of JSON.
import assert from 'node:assert/strict';

export { assert };
export const baseURL = process.argv[2];
export const apiKey = 'sk-test';

const cases = [];
const limit = 20_000;

/** Adds a case. */
export const test = (name, body) => cases.push({ name, body });

/** Runs what was added. */
export async function run() {
  for (const { name, body } of cases) {
    const start = performance.now();
    let error = null;
    let timer;
    try {
      const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`took longer than ${limit} ms`)), limit); });
      await Promise.race([body(), late]);
    } catch (failure) {
      error = String(failure?.stack ?? failure);
    } finally {
      clearTimeout(timer);
    }
    console.log(JSON.stringify({ case: name, error, ms: performance.now() - start }));
  }
  // Sockets of a client's pool must not keep the process.
  process.exit(0);
}

/** Calls of a model and how many were cancelled, once none is under way. */
export async function callsOf(model) {
  const answer = await fetch(new URL(`/test/calls/${model}`, baseURL));
  return answer.json();
}

/** What a promise fails with. */
export async function failureOf(promise) {
  try {
    await promise;
  } catch (failure) {
    return failure;
  }
  assert.fail('should have failed');
}

/** All items of an iterable. */
export async function all(items) {
  const list = [];
  for await (const item of items) list.push(item);
  return list;
}

export const weatherTool = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather of a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false },
  },
};
