export * from './atomic-write';
export * from './file-on-disk';
