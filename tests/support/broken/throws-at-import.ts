/** A plugin that cannot be imported. */
export const needs = 'a GPU';

throw new Error(`needs ${needs}`);
