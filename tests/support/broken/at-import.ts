/** A plugin that leaves failures behind while it is imported. */
void Promise.reject(new Error('rejected at import'));
setTimeout(() => {
  throw new Error('thrown after import');
}, 5);

export const name = 'at-import';
