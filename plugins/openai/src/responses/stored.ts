import { GatewayError, isJsonObject, type ReferenceRules, type StoredRules } from '@dragoman/core';
import { responseIdOfItem } from './response-object.ts';

/** How requests go on from a response that is kept. */
export const storedRules: StoredRules = {
  wishOf: ({ previous_response_id: previousId, store }) => ({
    ...(typeof previousId === 'string' && { previousId }),
    keep: store !== false,
  }),
  unknownReply: (id) =>
    new GatewayError(
      'invalid',
      `The previous response ${JSON.stringify(id)} is not known, or not any more.`,
      {
        field: 'previous_response_id',
        code: 'previous_response_not_found',
      },
    ),
};

/** How requests name the output items of kept responses. The type may be left out. */
export const referenceRules: ReferenceRules = {
  idIn(entry) {
    if (!isJsonObject(entry)) return undefined;
    const { type, id, role } = entry;
    const isReference = type === 'item_reference' || ((type ?? role ?? null) === null && id !== undefined);
    return isReference && typeof id === 'string' ? id : undefined;
  },
  replyOf: responseIdOfItem,
  unknownItem: (id, at) =>
    new GatewayError(
      'invalid',
      `The item ${JSON.stringify(id)} is not known, or not any more. Send the item itself and set store to false: ` +
        'clients then refer to no stored items. Items of responses can be referred to as long as the response is kept, ' +
        'which needs store not to be false in the request that it answered.',
      { field: `input[${at}].id`, code: 'item_not_found' },
    ),
  repeatedItem: (id, at) =>
    new GatewayError('invalid', `The item ${JSON.stringify(id)} is in the input already.`, {
      field: `input[${at}].id`,
      code: 'duplicate_item',
    }),
};
