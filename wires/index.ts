export * from './serialem-packets';
export * from './wire-error';
