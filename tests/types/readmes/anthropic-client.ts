import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic({ baseURL: 'http://127.0.0.1:8787', apiKey: process.env.DRAGOMAN_KEY });
const message = await client.messages.create({
  model: 'echo',
  max_tokens: 100,
  messages: [{ role: 'user', content: 'Hello' }],
});

export { message };
