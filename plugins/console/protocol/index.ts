export * from './commands';
export * from './frames';
export * from './state';
export * from './verdict';
