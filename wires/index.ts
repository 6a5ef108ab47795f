export * from './com';
export * from './device-host';
export * from './http-json';
export * from './open-socket';
export * from './serialem-packets';
export * from './text-lines';
export * from './turns';
export * from './wire-error';
