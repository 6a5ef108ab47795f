export * from './http-json-client';
