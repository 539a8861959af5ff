// The official JavaScript SDKs, unmodified, against a mock: `node probe.mjs http://127.0.0.1:PORT`.
//
// One line for each probe, `OK` or `FAIL`; the exit code is 1 where one failed. The SDKs are looked
// for in the folder `PROVOKE_SDK_NODE`, so that this file need not stand beside them.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const require = createRequire(`${process.env.PROVOKE_SDK_NODE ?? process.cwd()}/`);
const OpenAI = require('openai');
const Anthropic = require('@anthropic-ai/sdk');

const base = process.argv[2];
const chat = new OpenAI({ baseURL: `${base}/v1`, apiKey: 'mock', maxRetries: 0 });
const messages = new Anthropic({ baseURL: base, apiKey: 'mock', maxRetries: 0 });

const parameters = {
  type: 'object',
  properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 2 } },
  required: ['city', 'days'],
};
const chatTools = [{ type: 'function', function: { name: 'get_forecast', parameters } }];
const tools = [{ name: 'get_forecast', input_schema: parameters }];
const hello = [{ role: 'user', content: 'hello' }];
const asks = [{ role: 'user', content: 'What is the forecast?' }];
const claude = { model: 'claude', max_tokens: 9 };

function argumentsHold(given) {
  assert.equal(typeof given.city, 'string');
  assert.ok(Number.isInteger(given.days) && given.days >= 2);
}

// The probe must fail with this status while the fault is in force.
async function spoilt(fault, status, probe) {
  await fetch(`${base}/_provoke/faults`, { method: 'POST', body: JSON.stringify(fault) });
  try {
    await assert.rejects(probe, { status });
  } finally {
    await fetch(`${base}/_provoke/faults`, { method: 'DELETE' });
  }
  await probe();
}

const probes = {
  async chatText() {
    const answer = await chat.chat.completions.create({ model: 'gpt-4o', messages: hello });
    assert.ok(answer.choices[0].message.content && answer._request_id);
  },
  async chatStream() {
    let text = '';
    const stream = await chat.chat.completions.create({ model: 'gpt-4o', messages: hello, stream: true });
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    assert.ok(text);
  },
  async chatTools() {
    const asked = { model: 'gpt-4o', messages: asks, tools: chatTools };
    const { message } = (await chat.chat.completions.create(asked)).choices[0];
    const [call] = message.tool_calls;
    argumentsHold(JSON.parse(call.function.arguments));
    const told = { role: 'tool', tool_call_id: call.id, content: 'sunny' };
    const after = await chat.chat.completions.create({ ...asked, messages: [...asks, message, told] });
    assert.ok(after.choices[0].message.content);
  },
  async chatToolsStream() {
    const stream = chat.chat.completions.stream({ model: 'gpt-4o', messages: asks, tools: chatTools });
    const { message } = (await stream.finalChatCompletion()).choices[0];
    argumentsHold(JSON.parse(message.tool_calls[0].function.arguments));
  },
  async chatModels() {
    const ids = [];
    for await (const model of chat.models.list()) ids.push(model.id);
    assert.ok(ids.includes('openai_chat/openai/text'));
  },
  async chatErrors() {
    await assert.rejects(chat.chat.completions.create({ messages: hello }), { status: 400 });
    await spoilt('rate-limit-retry-after', 429, () => probes.chatStream());
  },
  async messagesText() {
    const answer = await messages.messages.create({ ...claude, messages: hello });
    assert.ok(answer.content[0].text && answer._request_id);
  },
  async messagesStream() {
    const answer = await messages.messages.stream({ ...claude, messages: hello }).finalMessage();
    assert.ok(answer.content[0].text);
    assert.equal(answer.stop_reason, 'end_turn');
  },
  async messagesTools() {
    const answer = await messages.messages.create({ ...claude, messages: asks, tools });
    const [call] = answer.content;
    argumentsHold(call.input);
    const told = { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: 'sunny' }] };
    const turn = [...asks, { role: 'assistant', content: answer.content }, told];
    const after = await messages.messages.create({ ...claude, messages: turn, tools });
    assert.equal(after.stop_reason, 'end_turn');
  },
  async messagesToolsStream() {
    const answer = await messages.messages.stream({ ...claude, messages: asks, tools }).finalMessage();
    assert.equal(answer.stop_reason, 'tool_use');
    argumentsHold(answer.content[0].input);
  },
  async messagesBeside() {
    const count = await messages.messages.countTokens({ model: 'claude', messages: hello });
    assert.ok(count.input_tokens > 0);
    const ids = [];
    for await (const model of messages.models.list()) ids.push(model.id);
    assert.ok(ids.includes('anthropic_messages/anthropic/text'));
  },
  async messagesErrors() {
    await assert.rejects(messages.messages.create({ max_tokens: 9, messages: hello }), { status: 400 });
    await spoilt('overloaded', 529, () => probes.messagesStream());
  },
};

let failed = 0;
for (const [name, probe] of Object.entries(probes)) {
  try {
    await probe();
    console.log('OK   node', name);
  } catch (error) {
    failed += 1;
    console.log('FAIL node', name, error.name, String(error.message).slice(0, 300));
  }
}
process.exit(failed ? 1 : 0);
