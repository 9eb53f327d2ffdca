import { GatewayError, isJsonObject, type ReferenceRules, type StoredRules } from '@dragoman/plugin';
import { responseIdOfItem } from './reply/response-object.ts';

/** How requests go on from a response that is kept. */
export const storedRules: StoredRules = {
  field: 'store',
  optionsOf: ({ previous_response_id: previousId, store }) => ({
    ...(typeof previousId === 'string' && { previousId }),
    keep: store !== false,
  }),
  unknownReply: (id) =>
    new GatewayError('invalid', `The previous response ${JSON.stringify(id)} is unknown or no longer kept.`, {
      field: 'previous_response_id',
      code: 'previous_response_not_found',
    }),
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
      `The item ${JSON.stringify(id)} is unknown or no longer kept. A reference works while the response of its ` +
        'item is kept, which store: false prevents: with store: false, send the items themselves.',
      { field: `input[${at}].id`, code: 'item_not_found' },
    ),
};
