// SPDX-License-Identifier: Apache-2.0
import OpenAI from 'openai6';
import { addCases } from './openai-cases.mjs';
import { run } from './harness.mjs';

addCases(OpenAI);
await run();
