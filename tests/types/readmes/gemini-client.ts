import { GoogleGenAI } from '@google/genai';

const { DRAGOMAN_KEY = '' } = process.env;
const client = new GoogleGenAI({
  apiKey: DRAGOMAN_KEY,
  httpOptions: { baseUrl: 'http://127.0.0.1:8787' },
});
const reply = await client.models.generateContent({ model: 'echo', contents: 'Hello' });

export { reply };
