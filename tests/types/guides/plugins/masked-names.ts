/** So that the config file of the guide finds its plugin. */
export { maskedNamesPlugin } from '../../../../plugins/echo/test/example/masked-names.ts';
