import { defineConfig } from 'dragoman';
import { notify } from '@dragoman/plugin-notify';

export default defineConfig({
  plugins: [
    notify({
      channels: [
        { type: 'webhook', url: 'https://example.org/hook', secret: 'of-my-own' },
        { type: 'feishu', url: 'https://open.feishu.cn/open-apis/bot/v2/hook/…', secret: 'of-the-bot' },
        {
          type: 'matrix',
          homeserver: 'https://matrix.example.org',
          room: '!abc:example.org',
          token: 'of-the-bot',
        },
      ],
    }),
  ],
});
