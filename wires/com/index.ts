export * from './automation';
export * from './com-apartment';
export * from './com-error';
export * from './com-host';
