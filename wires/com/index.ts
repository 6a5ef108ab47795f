export * from './automation';
export * from './com-apartment';
export * from './com-error';
