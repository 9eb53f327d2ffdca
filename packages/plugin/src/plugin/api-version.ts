/** The version of the plugin API: of the interfaces that plugins implement. It changes when plugins must. */
export const API_VERSION = 1;

export type ApiVersion = typeof API_VERSION;
