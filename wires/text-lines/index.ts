export * from './line-client';
