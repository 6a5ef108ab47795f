export * from './image-transfer';
export * from './message';
export * from './packet-client';
export * from './packet-function';
export * from './packet-server';
export * from './stream-reader';
export * from './text-array';
