import { byPattern, type Detector } from './detector.ts';

const LABEL = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?';

export const email = (): Detector =>
  byPattern(
    {
      rule: 'email',
      label: 'EMAIL',
      source: String.raw`(?:[a-z0-9._%+~#\-]|(?<=[a-z0-9])')+@(?:${LABEL}\.)+[a-z]{2,24}`,
    },
    { maxLength: 320, ignoresCase: true },
  );
