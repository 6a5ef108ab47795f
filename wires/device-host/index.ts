export * from './device-host';
export * from './host-error';
export * from './hosted-device';
export { compiledFile } from './start-process';
