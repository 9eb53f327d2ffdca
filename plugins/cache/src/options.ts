import { z } from 'zod';

const MIB = 1024 * 1024;

export const options = z.strictObject({
  ttlSeconds: z
    .int()
    .min(1)
    .max(999_999_999)
    .default(3600)
    .meta({ title: 'Time to live', description: 'For how many seconds an answer is kept.' }),
  maxTtlSeconds: z.int().min(1).max(999_999_999).default(604_800).meta({
    title: 'Longest time to live',
    description: 'The most seconds that a client may ask for with `ttl=<seconds>`.',
  }),
  shared: z.boolean().default(false).meta({
    title: 'Shared by all keys',
    description:
      'Whether a client key gets answers that were made for another one. Off: each key has its own.',
  }),
  maxTemperature: z.number().min(0).optional().meta({
    title: 'Highest temperature',
    description:
      'Requests with a higher temperature are not cached. A request that names none counts as 1. Default: all are cached.',
  }),
  memoryBytes: z
    .int()
    .min(MIB)
    .default(64 * MIB)
    .meta({
      title: 'Memory',
      description: 'The most bytes of answers in memory.',
    }),
  memoryEntries: z.int().min(1).default(10_000).meta({
    title: 'Answers in memory',
    description: 'The most answers in memory.',
  }),
  diskBytes: z
    .int()
    .min(0)
    .default(1024 * MIB)
    .meta({
      title: 'Disk',
      description:
        'The most bytes of answers in the data folder, in blocks of 4 KiB. 0: none, so that a restart forgets them.',
    }),
  diskEntries: z.int().min(1).default(20_000).meta({
    title: 'Answers on disk',
    description: 'The most answers in the data folder.',
  }),
  answerBytes: z.int().min(1024).default(MIB).meta({
    title: 'Largest answer',
    description: 'Answers with more bytes than this are not kept.',
  }),
});

export type Options = z.output<typeof options>;
