export * from './atomic-write';
export * from './file-on-disk';
export * from './lock-file';
